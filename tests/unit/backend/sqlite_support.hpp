#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/sqlite/connection.hpp"
#include "base/error.hpp"
#include "ops/apply.hpp"
#include "ops/operation.hpp"
#include "support/temp_dir.hpp"

namespace dbmig::test {

/// A SQLite database of its own, with the steps that a migration is made of.
class SqliteDatabase {
 public:
  /// In a file, unless `in_memory`, which is for tests that make hundreds.
  explicit SqliteDatabase(bool in_memory = false)
      : in_memory_(in_memory), connection_(open(true)) {}

  std::filesystem::path file() const { return folder_ / "test.db"; }
  backend::sqlite::SqliteConnection& connection() { return *connection_; }

  /// Another connection to the same file.
  std::unique_ptr<backend::sqlite::SqliteConnection> open(bool create = false) const {
    Url url;
    url.database = in_memory_ ? ":memory:" : file().string();
    return backend::sqlite::connect(url, {create});
  }

  /// Each statement of a script.
  void run(std::string_view script) {
    for (const std::string& sql : connection_->dialect().split_statements(script)) {
      connection_->execute(sql);
    }
  }

  /// Plans `operations` for a database that is `before` and runs the plan as the runner does.
  /// Returns the statements that were sent.
  std::vector<std::string> migrate(const schema::Schema& before,
                                   const std::vector<ops::Operation>& operations) {
    const auto dependent_objects = connection_->dependent_objects();
    const auto plan = connection_->dialect().plan(before, operations, dependent_objects);
    std::vector<std::string> sent;
    connection_->begin_migration();
    try {
      for (const dialect::Statement& statement : plan) {
        sent.push_back(statement.sql);
        connection_->execute(statement.sql);
      }
      if (!connection_->foreign_key_violations(1).empty()) {
        throw Error(ErrorCode::constraint, "rows have lost their parent");
      }
    } catch (...) {
      connection_->abort_migration();
      throw;
    }
    connection_->commit_migration();
    return sent;
  }

  /// As it was written.
  schema::Schema inspect() { return connection_->inspect({}).schema; }
  /// As it is compared.
  schema::Schema canonical() { return connection_->dialect().canonical(inspect()); }
  /// As it is compared with `model`: equal to its canonical form when it is that.
  schema::Schema reconciled(const schema::Schema& model) {
    const dialect::Dialect& dialect = connection_->dialect();
    return dialect.reconciled(canonical(), dialect.canonical(model));
  }

  /// The rows of a query, a line each, values separated by `|`, NULL as `NULL`.
  std::string rows(std::string_view sql) {
    std::string out;
    for (const auto& row : connection_->query(sql).rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) out += '|';
        out += row[i].value_or("NULL");
      }
      out += '\n';
    }
    return out;
  }

 private:
  TempDir folder_;
  bool in_memory_;
  std::unique_ptr<backend::sqlite::SqliteConnection> connection_;
};

/// Operations that build `schema` from nothing, in an order that needs no thought: foreign keys
/// last.
inline std::vector<ops::Operation> creation(const schema::Schema& schema) {
  std::vector<ops::Operation> operations;
  std::vector<ops::Operation> keys;
  for (const auto& [name, table] : schema.tables) {
    schema::Table bare = table;
    for (const schema::ForeignKey& key : table.foreign_keys) {
      keys.emplace_back(ops::CreateForeignKey{name, key});
    }
    bare.foreign_keys.clear();
    operations.emplace_back(ops::CreateTable{bare});
  }
  operations.insert(operations.end(), keys.begin(), keys.end());
  for (const auto& [name, view] : schema.views) operations.emplace_back(ops::CreateView{view});
  for (const auto& [name, trigger] : schema.triggers) {
    operations.emplace_back(ops::CreateTrigger{trigger});
  }
  return operations;
}

}  // namespace dbmig::test
