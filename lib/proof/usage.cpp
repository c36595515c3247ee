#include "proof/usage.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "backend/foreign_key_checks.hpp"
#include "backend/missing_object.hpp"
#include "backend/row_error.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/sql_forms.hpp"
#include "ops/full_text.hpp"
#include "ops/trigger_head.hpp"
#include "proof/row_maker.hpp"

namespace dbmig::proof {
namespace {

using schema::Table;

class User {
 public:
  User(backend::Connection& connection, RowValues values)
      : connection_(connection),
        values_(values),
        forms_(dialect::sql_forms(connection.dialect().kind())) {}

  void read(const std::string& view) {
    // Names and functions are resolved, and no row is computed: what rows hold is no fault of it.
    try_to("reading view '" + view + "'", fmt::format("SELECT * FROM {} LIMIT 0", quoted(view)));
  }

  /// SQLite: a full-text table over the text of another one, which is looked for when it is read.
  void read_full_text(const Table& table) {
    const auto content = ops::full_text_content(table.sqlite.module);
    if (!content) return;
    const std::string sql =
        fmt::format("SELECT count(*) FROM (SELECT * FROM {} LIMIT 1)", quoted(table.name));
    const auto failure = failure_of(sql);
    if (!failure || !backend::missing_object(connection_, *failure)) return;
    found_.broken.push_back(
        {"reading full-text table '" + table.name + "'", failure->message(), sql, content->table});
  }

  /// SQLite: an INSTEAD OF trigger is compiled, without a row of the view.
  void compile(const schema::Trigger& trigger) {
    const DialectKind kind = connection_.dialect().kind();
    const ops::TriggerHead head = ops::trigger_head(trigger.sql.for_dialect(kind), kind);
    const std::string view = quoted(trigger.table);
    const std::string what = fmt::format("trigger '{}' of view '{}'", trigger.name, trigger.table);
    if (head.event == "INSERT") try_to(what, "EXPLAIN INSERT INTO " + view + " DEFAULT VALUES");
    if (head.event == "DELETE") try_to(what, "EXPLAIN DELETE FROM " + view);
    if (head.event != "UPDATE") return;
    std::vector<std::string> columns = head.columns;
    if (columns.empty()) columns = first_column(trigger.table);
    if (columns.empty()) return;
    for (std::string& column : columns) {
      const std::string name = quoted(column);
      column = name + " = " + name;
    }
    try_to(what, fmt::format("EXPLAIN UPDATE {} SET {}", view, text::join(columns, ", ")));
  }

  /// Foreign keys are off: what refers to the rows must not keep triggers from firing.
  void change_rows(const Table& table) {
    const std::string name = quoted(table.name);
    put_row_into(table);
    if (const std::string column = any_column(table); !column.empty()) {
      try_to(fmt::format("an UPDATE of table '{}'", table.name),
             fmt::format("UPDATE {} SET {} = {}", name, column, column));
    }
    try_to(fmt::format("a DELETE from table '{}'", table.name), "DELETE FROM " + name);
  }

  void insert(const Table& table) {
    RowMaker maker(connection_, table, values_, RowMaker::Fields::without_default);
    std::optional<Error> refusal;
    for (const bool emptied : {false, true}) {
      if (emptied && !empty(table)) break;
      for (std::size_t attempt = 0; attempt < RowMaker::kAttempts; ++attempt) {
        const std::string sql = statement(table, maker, attempt);
        refusal = failure_of(sql);
        if (!refusal) return;
        if (!backend::is_about_rows(connection_, *refusal)) {
          found_.broken.push_back({what(table), refusal->message(), sql});
          return;
        }
        if (!maker.has_fields()) break;
      }
    }
    found_.refused.push_back({what(table), refusal->message(), refusal->statement()});
  }

  Usage found() { return std::move(found_); }

 private:
  static std::string what(const Table& table) {
    return fmt::format("an INSERT into table '{}' that leaves out every column with a default",
                       table.name);
  }

  std::string quoted(const std::string& name) const {
    return connection_.dialect().quote_identifier(name);
  }

  /// A list of one name; none where the view cannot be read.
  std::vector<std::string> first_column(const std::string& view) {
    const backend::Value name = view;
    const backend::Rows columns =
        connection_.query("SELECT name FROM pragma_table_info(?)", {&name, 1});
    if (columns.rows.empty()) return {};
    return {columns.rows[0].at(0).value_or("")};
  }

  std::string statement(const Table& table, RowMaker& maker, std::size_t attempt) const {
    const std::string name = quoted(table.name);
    const std::string into = forms_.insert_into(name);
    if (!maker.has_fields()) return into + forms_.only_defaults();
    // Row 3: neither the one of NULLs nor one at the ends of the types.
    constexpr std::size_t kOrdinaryRow = 3;
    return fmt::format("{} ({}) VALUES ({})", into, maker.columns(),
                       text::join(maker.make(kOrdinaryRow, attempt), ", "));
  }

  /// MariaDB fires no trigger where no row is changed.
  void put_row_into(const Table& table) {
    const std::string sql = fmt::format("SELECT 1 FROM {} LIMIT 1", quoted(table.name));
    if (!connection_.query(sql).rows.empty()) return;
    RowMaker maker(connection_, table, values_);
    for (std::size_t attempt = 0; attempt < RowMaker::kAttempts; ++attempt) {
      const auto failure = failure_of(statement(table, maker, attempt));
      if (!failure || !backend::is_about_rows(connection_, *failure)) return;
    }
  }

  /// Without its rows a default that stands under a unique key is free again.
  bool empty(const Table& table) {
    return !failure_of("DELETE FROM " + quoted(table.name)).has_value();
  }

  /// A column that an UPDATE may set to itself.
  std::string any_column(const Table& table) const {
    for (const schema::Column& column : table.columns) {
      if (!column.generated && column.mariadb.period == schema::RowPeriod::none) {
        return quoted(column.name);
      }
    }
    return {};
  }

  /// What the database says against `run`; throws when it cannot be asked.
  template <class Run>
  static std::optional<Error> failure_in(Run run) {
    try {
      run();
      return std::nullopt;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted ||
          error.code() == ErrorCode::io) {
        throw;
      }
      return error;
    }
  }

  std::optional<Error> failure_of(const std::string& sql) {
    constexpr const char* kTrial = "dbmig_use";
    const bool has_savepoint = !failure_in([&] { connection_.savepoint(kTrial); });
    const std::optional<Error> failure = failure_in([&] { connection_.execute(sql); });
    // MariaDB: none where Aria takes part in the transaction. A statement of it that fails leaves
    // nothing behind by itself.
    if (!has_savepoint) return failure;
    try {
      if (failure) connection_.rollback_to_savepoint(kTrial);
      connection_.release_savepoint(kTrial);
    } catch (const Error&) {
      // A trigger of SQLite may end the whole transaction: RAISE(ROLLBACK, …).
      connection_.rollback();
      connection_.begin();
    }
    return failure;
  }

  void try_to(const std::string& what, const std::string& sql) {
    const auto failure = failure_of(sql);
    if (!failure) return;
    if (!backend::is_about_rows(connection_, *failure)) {
      found_.broken.push_back({what, failure->message(), sql});
    } else if (!backend::is_refusal(*failure)) {
      found_.refused.push_back({what, failure->message(), sql});
    }
  }

  backend::Connection& connection_;
  RowValues values_;
  const dialect::SqlForms& forms_;
  Usage found_;
};

template <class Work>
void rolled_back(backend::Connection& connection, Work work) {
  connection.begin();
  try {
    work();
  } catch (...) {
    connection.rollback();
    throw;
  }
  connection.rollback();
}

}  // namespace

Usage try_usage(backend::Connection& connection, const schema::Schema& schema,
                const std::set<std::string>& tables, RowValues values,
                const std::atomic<bool>* stop) {
  const schema::Schema mine = schema::on_dialect(schema, connection.dialect().kind());
  std::set<std::string> chosen = tables;
  for (const auto& [name, trigger] : mine.triggers) chosen.insert(trigger.table);
  // New tables are empty: a child finds its parent's row when that was inserted before.
  std::vector<const Table*> used = parents_first(mine);
  std::erase_if(used, [&](const Table* table) {
    return chosen.count(table->name) == 0 || !table->sqlite.module.empty();
  });
  User user(connection, values);
  rolled_back(connection, [&] {
    for (const auto& [name, view] : mine.views) user.read(name);
    for (const auto& [name, table] : mine.tables) user.read_full_text(table);
    for (const auto& [name, trigger] : mine.triggers) {
      if (mine.views.count(trigger.table) != 0) user.compile(trigger);
    }
    for (const Table* table : used) {
      stop_if_asked(stop);
      user.insert(*table);
    }
  });
  backend::without_foreign_key_checks(connection, [&] {
    for (const Table* table : used) {
      stop_if_asked(stop);
      rolled_back(connection, [&] { user.change_rows(*table); });
    }
  });
  return user.found();
}

}  // namespace dbmig::proof
