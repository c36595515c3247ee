#include "backend/sqlite/orphans.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "backend/sqlite/inspect.hpp"
#include "backend/sqlite/names_at_start.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/sqlite/quote.hpp"

namespace dbmig::backend::sqlite {
namespace {

using dialect::sqlite::quote_identifier;
using dialect::sqlite::quote_string;

constexpr const char* kBefore = "temp.dbmig_orphans";

/// A foreign key as the database has it.
struct Key {
  std::string child;
  std::size_t number = 0;  ///< as PRAGMA foreign_key_list counts
  std::string parent;
  std::vector<std::string> from;
  std::vector<std::string> to;  ///< empty: the parent lacks them
};

/// Nothing of a virtual table whose module only the application has: such a table has no foreign
/// keys, and is no parent.
std::vector<std::string> column_of(Connection& connection, std::string_view sql,
                                   const std::string& table) {
  const Value value = table;
  std::vector<std::string> out;
  try {
    for (const auto& row : connection.query(sql, {&value, 1}).rows) {
      out.push_back(row.at(0).value_or(""));
    }
  } catch (const Error& error) {
    if (error.message().find("no such module") == std::string::npos) throw;
  }
  return out;
}

std::vector<std::string> columns_of(Connection& connection, const std::string& table) {
  return column_of(connection, "SELECT name FROM pragma_table_xinfo(?)", table);
}

std::vector<std::string> primary_key_of(Connection& connection, const std::string& table) {
  return column_of(connection, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk",
                   table);
}

std::vector<Key> read_keys(Connection& connection) {
  const Rows rows = connection.query(
      "SELECT m.name, f.id, f.\"table\", f.\"from\", f.\"to\" FROM sqlite_master m, "
      "pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq");
  std::vector<Key> keys;
  std::vector<bool> implied;
  for (const auto& row : rows.rows) {
    const std::string child = row[0].value_or("");
    const auto number = static_cast<std::size_t>(std::stoul(row[1].value_or("0")));
    if (keys.empty() || keys.back().child != child || keys.back().number != number) {
      keys.push_back({child, number, row[2].value_or(""), {}, {}});
      implied.push_back(!row[4]);
    }
    keys.back().from.push_back(row[3].value_or(""));
    keys.back().to.push_back(row[4].value_or(""));
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Key& key = keys[i];
    if (implied[i]) key.to = primary_key_of(connection, key.parent);
    std::set<std::string> there;
    for (const std::string& name : columns_of(connection, key.parent)) {
      there.insert(text::lower(name));
    }
    const bool complete = key.to.size() == key.from.size() &&
                          std::all_of(key.to.begin(), key.to.end(), [&](const std::string& name) {
                            return there.count(text::lower(name)) != 0;
                          });
    if (!complete) key.to.clear();
  }
  return keys;
}

/// Which rows `c` of the child have no parent. As SQLite compares: with the parent's affinity,
/// which an operand without one (`+`) is given, and the parent's collation, as that of the left
/// operand.
std::string is_orphan(const Key& key) {
  std::vector<std::string> present;
  std::vector<std::string> equal;
  for (std::size_t i = 0; i < key.from.size(); ++i) {
    const std::string column = "c." + quote_identifier(key.from[i]);
    present.push_back(column + " IS NOT NULL");
    if (!key.to.empty()) equal.push_back("p." + quote_identifier(key.to[i]) + " = +" + column);
  }
  std::string sql = text::join(present, " AND ");
  if (!equal.empty()) {
    sql += fmt::format(" AND NOT EXISTS (SELECT 1 FROM main.{} p WHERE {})",
                       quote_identifier(key.parent), text::join(equal, " AND "));
  }
  return sql;
}

/// The values of `columns` of row `c` as one text, which a change of their types leaves as it is:
/// 1, 1.0 and '1' are one.
std::string as_text(const std::vector<std::string>& columns) {
  std::vector<std::string> parts;
  for (const std::string& name : columns) {
    const std::string column = "c." + quote_identifier(name);
    parts.push_back(fmt::format(
        "quote(CASE typeof({0}) WHEN 'blob' THEN 'x' || hex({0}) WHEN 'real' THEN CASE WHEN {0} = "
        "CAST({0} AS INTEGER) THEN CAST(CAST({0} AS INTEGER) AS TEXT) ELSE CAST({0} AS TEXT) END "
        "ELSE CAST({0} AS TEXT) END)",
        column));
  }
  return text::join(parts, " || ', ' || ");
}

/// By which name a table's rowid can be read; nothing when columns have taken all of them.
std::optional<std::string> rowid_of(const std::vector<std::string>& columns) {
  for (const std::string name : {"rowid", "_rowid_", "oid"}) {
    const bool taken = std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
      return text::equals_ignoring_case(column, name);
    });
    if (!taken) return name;
  }
  return std::nullopt;
}

std::string rowid_text(const std::optional<std::string>& rowid) {
  return rowid ? "CAST(c." + *rowid + " AS TEXT)" : "''";
}

class Watch final : public OrphanWatch {
 public:
  explicit Watch(Connection& connection) : connection_(connection) {
    for (const std::string& table :
         column_of(connection_,
                   "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE "
                   "'sqlite\\_%' ESCAPE '\\'",
                   "table")) {
      std::vector<std::string> columns = columns_of(connection_, table);
      primary_keys_[text::lower(table)] = primary_key_of(connection_, table);
      names_.add(table, columns);
    }
    // In the database's own temporary file: however many there are, they need no memory.
    connection_.execute(fmt::format("DROP TABLE IF EXISTS {}", kBefore));
    connection_.execute(
        fmt::format("CREATE TEMP TABLE dbmig_orphans (fk TEXT, row_key TEXT, value TEXT)"));
    for (const Key& key : read_keys(connection_)) {
      const std::vector<std::string>& primary = primary_keys_[text::lower(key.child)];
      const std::string row_key = primary.empty()
                                      ? rowid_text(rowid_of(columns_of(connection_, key.child)))
                                      : as_text(primary);
      connection_.execute(fmt::format("INSERT INTO {} SELECT {}, {}, {} FROM main.{} c WHERE {}",
                                      kBefore, quote_string(identity(key)), row_key,
                                      as_text(key.from), quote_identifier(key.child),
                                      is_orphan(key)));
    }
    connection_.execute("CREATE INDEX temp.dbmig_orphans_key ON dbmig_orphans (fk, row_key)");
    connection_.execute("CREATE INDEX temp.dbmig_orphans_value ON dbmig_orphans (fk, value)");
  }

  ~Watch() override {
    try {
      connection_.execute(fmt::format("DROP TABLE IF EXISTS {}", kBefore));
    } catch (const Error&) {
      // It goes with the connection.
    }
  }

  void follow(std::span<const ops::Operation> operations) override {
    for (const ops::Operation& operation : operations) names_.follow(operation);
  }

  Added added(std::size_t examples) override {
    std::vector<std::string> tables =
        column_of(connection_, "SELECT name FROM sqlite_master WHERE type = ?", "table");
    names_.resolve(tables,
                   [&](const std::string& table) { return columns_of(connection_, table); });
    Added added;
    for (const Key& key : read_keys(connection_)) {
      const Counted counted = count(key);
      if (counted.rows == 0) continue;
      added.count += counted.rows;
      if (added.examples.size() < examples) {
        describe(key, counted, examples - added.examples.size(), added.examples);
      }
    }
    return added;
  }

 private:
  struct Counted {
    std::size_t rows = 0;
    std::string row;    ///< what names a row, for people
    std::string which;  ///< the condition on `c`
  };

  /// A foreign key by the names that its parts had at the start.
  std::string identity(const Key& key) const {
    std::vector<std::string> columns;
    for (const std::string& column : key.from) columns.push_back(names_.column(key.child, column));
    return fmt::format("{} ({}) > {}", names_.table(key.child), text::join(columns, ", "),
                       names_.table(key.parent));
  }

  std::size_t number(const std::string& sql) {
    return static_cast<std::size_t>(
        std::stoull(connection_.query(sql).rows.at(0).at(0).value_or("0")));
  }

  /// The rows of `key` without a parent that the start did not have.
  Counted count(const Key& key) {
    const std::string fk = quote_string(identity(key));
    const std::string table = "main." + quote_identifier(key.child) + " c";
    const std::vector<std::string> now = primary_key_of(connection_, key.child);
    const std::string number_now = rowid_text(rowid_of(columns_of(connection_, key.child)));
    Counted counted;
    counted.row = now.empty() ? number_now : as_text(now);
    const auto not_before = [&](const std::string& row_key) {
      return fmt::format(
          "{} AND NOT EXISTS (SELECT 1 FROM {} b WHERE b.fk = {} AND b.row_key = {})",
          is_orphan(key), kBefore, fk, row_key);
    };
    const auto found = primary_keys_.find(names_.table(key.child));
    const bool had_key = found != primary_keys_.end() && !found->second.empty();
    if (had_key) {
      if (const auto columns = names_.columns_now(key.child, found->second)) {
        counted.which = not_before(as_text(*columns));
        counted.rows =
            number(fmt::format("SELECT COUNT(*) FROM {} WHERE {}", table, counted.which));
        return counted;
      }
    }
    // Without a key that outlasts the change: as many rows of each value as there were.
    counted.which = is_orphan(key);
    counted.rows = number(fmt::format(
        "SELECT coalesce(sum(max(n - (SELECT COUNT(*) FROM {} b WHERE b.fk = {} AND b.value = v), "
        "0)), 0) FROM (SELECT {} AS v, COUNT(*) AS n FROM {} WHERE {} GROUP BY 1)",
        kBefore, fk, as_text(key.from), table, is_orphan(key)));
    if (had_key || !now.empty() || counted.rows == 0) return counted;
    // Numbers of rows may be new without a reason, and values too: only both together count.
    const std::string which = not_before(number_now);
    const std::size_t rows = number(fmt::format("SELECT COUNT(*) FROM {} WHERE {}", table, which));
    if (rows <= counted.rows) {
      counted.rows = rows;
      counted.which = which;
    }
    return counted;
  }

  void describe(const Key& key, const Counted& counted, std::size_t limit,
                std::vector<std::string>& out) {
    const std::vector<std::string> names = foreign_key_names(connection_, key.child);
    const std::string name = key.number < names.size() ? names[key.number] : "foreign key";
    const Rows rows =
        connection_.query(fmt::format("SELECT {} FROM main.{} c WHERE {} LIMIT {}", counted.row,
                                      quote_identifier(key.child), counted.which, limit));
    for (const auto& row : rows.rows) {
      std::string which = row.at(0).value_or("");
      // A key of one column without the quotes that part the columns of others.
      const bool quoted =
          which.size() > 1 && which.front() == '\'' && which.find('\'', 1) == which.size() - 1;
      if (quoted) which = which.substr(1, which.size() - 2);
      out.push_back(fmt::format("row {} of '{}': {} → '{}'", which, key.child, name, key.parent));
    }
  }

  Connection& connection_;
  NamesAtStart names_;
  std::map<std::string, std::vector<std::string>> primary_keys_;  ///< at the start, lower case
};

}  // namespace

std::unique_ptr<OrphanWatch> watch_orphans(Connection& connection) {
  return std::make_unique<Watch>(connection);
}

}  // namespace dbmig::backend::sqlite
