#include "backend/mariadb/unprintable.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/render.hpp"

namespace dbmig::backend::mariadb {
namespace {

/// A column of which the server printed something with a `?`.
struct Hidden {
  std::string table;
  schema::Column* column;
};

bool has_mark(const std::string& text) {
  return text.find('?') != std::string::npos;
}

bool may_hide_labels(const schema::Column& column) {
  const schema::Type& type = column.type;
  return (type.kind == schema::TypeKind::enum_ || type.kind == schema::TypeKind::set) &&
         std::any_of(type.values.begin(), type.values.end(), has_mark);
}

bool may_hide_default(const schema::Column& column) {
  if (!column.default_value || column.default_value->kind != schema::Default::Kind::string) {
    return false;
  }
  const std::string& text = column.default_value->literal;
  return has_mark(text) || (schema::is_binary(column.type.kind) &&
                            (text::find_invalid_utf8(text) || text.find('\0') != text.npos));
}

/// Bytes that no text file can hold are written as MariaDB writes them.
schema::Default default_of(const std::string& value) {
  schema::Default out;
  const bool is_text = !text::find_invalid_utf8(value) && value.find('\0') == std::string::npos;
  if (is_text) {
    out.literal = value;
    return out;
  }
  out.kind = schema::Default::Kind::sql;
  out.sql.any = "X'" + to_hex(value) + '\'';
  return out;
}

/// As it is selected: bytes, or text in the connection's own character set.
std::string as_selected(const schema::Column& column, const std::string& value) {
  return schema::is_binary(column.type.kind) ? value : "CONVERT(" + value + " USING utf8mb4)";
}

void set_default(schema::Column& column, std::string value) {
  if (column.type.kind == schema::TypeKind::binary) {
    while (value.ends_with('\0')) value.pop_back();
  }
  column.default_value = default_of(value);
}

class UnprintableReader {
 public:
  UnprintableReader(Session& session, schema::Schema& schema)
      : session_(session), schema_(schema) {}

  std::vector<Unsupported> run() {
    labels();
    defaults();
    return std::move(lacking_);
  }

 private:
  template <class Predicate>
  std::vector<Hidden> columns_that(Predicate predicate) {
    std::vector<Hidden> columns;
    for (auto& [name, table] : schema_.tables) {
      const auto& all = std::as_const(table).columns;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (predicate(all[i])) columns.push_back({name, &table.columns[i]});
      }
    }
    return columns;
  }

  /// A temporary table takes a column over with its type and default, and gets `rows`.
  static std::string in_temporary_table(const Hidden& hidden, const std::string& rows) {
    const std::string name = dialect::mariadb::quote(hidden.column->name);
    return fmt::format(
        "CREATE OR REPLACE TEMPORARY TABLE dbmig_hidden AS SELECT {} FROM {} LIMIT 0; "
        "INSERT INTO dbmig_hidden {}; SELECT {} FROM dbmig_hidden; ",
        name, dialect::mariadb::quote(hidden.table), rows, as_selected(*hidden.column, name));
  }

  /// What each of `columns` holds in its temporary table; `what` of them is named
  /// when the server makes none.
  std::vector<Rows> ask(const std::vector<Hidden>& columns, const std::string& sql,
                        const char* what) {
    try {
      return session_.results("BEGIN NOT ATOMIC " + sql + "DROP TEMPORARY TABLE dbmig_hidden; END");
    } catch (const Error& error) {
      for (const auto& [table, column] : columns) {
        lacking_.push_back({fmt::format("table '{}': column '{}'", table, column->name),
                            fmt::format("{}, which the server shows only in a temporary table ({})",
                                        what, error.what())});
      }
      return {};
    }
  }

  /// By their numbers, of which each is a row.
  void labels() {
    const std::vector<Hidden> columns = columns_that(may_hide_labels);
    if (columns.empty()) return;
    std::string sql;
    for (const Hidden& hidden : columns) {
      const bool is_set = hidden.column->type.kind == schema::TypeKind::set;
      std::string rows = "VALUES ";
      for (std::size_t i = 0; i < hidden.column->type.values.size(); ++i) {
        rows += fmt::format("{}({})", i == 0 ? "" : ",", is_set ? std::uint64_t{1} << i : i + 1);
      }
      sql += in_temporary_table(hidden, rows);
    }
    const std::vector<Rows> results = ask(columns, sql, "its values");
    for (std::size_t i = 0; i < columns.size() && i < results.size(); ++i) {
      std::vector<std::string>& values = columns[i].column->type.values;
      const auto& rows = results[i].rows;
      for (std::size_t j = 0; j < values.size() && j < rows.size(); ++j) {
        if (rows[j][0]) values[j] = *rows[j][0];
      }
    }
  }

  /// The server is asked for them themselves.
  void defaults() {
    const std::vector<Hidden> columns = columns_that(may_hide_default);
    if (columns.empty()) return;
    std::string sql = "BEGIN NOT ATOMIC ";
    for (const auto& [table, column] : columns) {
      const std::string value = "DEFAULT(t." + dialect::mariadb::quote(column->name) + ')';
      // The outer join makes a row where the table has none.
      sql += fmt::format("SELECT {} FROM {} AS t RIGHT JOIN (SELECT 1) AS o ON 1 = 1 LIMIT 1; ",
                         as_selected(*column, value), dialect::mariadb::quote(table));
    }
    const std::vector<Rows> values = session_.results(sql + "END");
    std::vector<Hidden> of_empty;
    for (std::size_t i = 0; i < columns.size() && i < values.size(); ++i) {
      if (values[i].rows.empty()) continue;
      if (values[i].rows[0][0]) {
        set_default(*columns[i].column, *values[i].rows[0][0]);
      } else {
        of_empty.push_back(columns[i]);
      }
    }
    if (!of_empty.empty()) defaults_of_empty(of_empty);
  }

  /// NOT NULL columns of tables without rows: such a column is NULL in the row of an outer join,
  /// and so is its default.
  void defaults_of_empty(const std::vector<Hidden>& columns) {
    std::string sql;
    for (const Hidden& hidden : columns) sql += in_temporary_table(hidden, "() VALUES ()");
    const std::vector<Rows> results = ask(columns, sql, "its default");
    for (std::size_t i = 0; i < columns.size() && i < results.size(); ++i) {
      if (results[i].rows.empty() || !results[i].rows[0][0]) continue;
      set_default(*columns[i].column, *results[i].rows[0][0]);
    }
  }

  Session& session_;
  schema::Schema& schema_;
  std::vector<Unsupported> lacking_;
};

}  // namespace

std::vector<Unsupported> read_unprintable(Session& session, schema::Schema& schema) {
  return UnprintableReader(session, schema).run();
}

}  // namespace dbmig::backend::mariadb
