#include "proof/filler.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "backend/row_error.hpp"
#include "backend/transaction.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/sql_forms.hpp"
#include "proof/row_maker.hpp"

namespace dbmig::proof {
namespace {

using schema::ForeignKey;
using schema::Table;

constexpr std::size_t kRows = 5;
constexpr const char* kSavepoint = "dbmig_row";

/// Puts rows into one table.
class TableFiller {
 public:
  TableFiller(backend::Connection& connection, const Table& table,
              std::vector<const data_check::DataCheck*> checks, RowValues values)
      : connection_(connection),
        name_(connection.dialect().quote_identifier(table.name)),
        checks_(std::move(checks)),
        has_deferred_keys_(std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                                       [](const ForeignKey& key) { return key.deferrable; })),
        maker_(connection, table, values) {}

  void run(Filled& filled, const Table& table) {
    const std::size_t before = count();
    std::size_t there = fill(before);
    // What no row at all can survive is no question of the rows: the migration itself shall fail.
    if (there == 0 && drop_trials()) there = fill(before);
    filled.rows += there - before;
    if (there > 0) {
      ++filled.tables;
    } else {
      filled.empty.push_back(fmt::format("'{}'{}", table.name,
                                         last_refusal_.empty() ? "" : " (" + last_refusal_ + ")"));
    }
  }

 private:
  /// How many rows there are then.
  std::size_t fill(std::size_t there) {
    if (there >= kRows || !maker_.has_fields()) return there;
    if (takes_any_row() && there == 0 && insert_all()) return kRows;
    const std::size_t before = there;
    for (std::size_t n = before; n < kRows; ++n) there += insert_one(n) ? 1 : 0;
    return there;
  }

  /// Whether there were any; see expression_trials.hpp.
  bool drop_trials() {
    return std::erase_if(checks_, [](const auto* check) { return check->violation.empty(); }) > 0;
  }

  std::size_t count() {
    const backend::Rows rows = connection_.query("SELECT COUNT(*) FROM " + name_);
    return std::stoul(rows.rows.at(0).at(0).value_or("0"));
  }

  void insert(const std::vector<Row>& rows) {
    std::vector<std::string> tuples;
    for (const Row& row : rows) tuples.push_back('(' + text::join(row, ", ") + ')');
    const dialect::SqlForms& forms = dialect::sql_forms(connection_.dialect().kind());
    connection_.execute(fmt::format("{} ({}) VALUES {}", forms.insert_into(name_), maker_.columns(),
                                    text::join(tuples, ", ")));
  }

  /// In one statement, as most tables take them.
  bool insert_all() {
    std::vector<Row> rows;
    for (std::size_t n = 0; n < kRows; ++n) rows.push_back(maker_.make(n, 0));
    try {
      insert(rows);
      return true;
    } catch (const Error& error) {
      note(error);
      // An engine without transactions keeps the rows before the one that it refused.
      return count() == kRows;
    }
  }

  bool insert_one(std::size_t n) {
    for (std::size_t attempt = 0; attempt < RowMaker::kAttempts; ++attempt) {
      try {
        if (insert_if_welcome(maker_.make(n, attempt))) return true;
      } catch (const Error& error) {
        note(error);
      }
    }
    return false;
  }

  /// A refused row leaves nothing behind; one that is in the way is taken back.
  bool insert_if_welcome(const Row& row) {
    if (takes_any_row()) {
      insert({row});
      return true;
    }
    connection_.savepoint(kSavepoint);
    bool is_welcome = false;
    try {
      insert({row});
      is_welcome = !is_in_the_way();
    } catch (const Error& error) {
      note(error);
    }
    if (!is_welcome) connection_.rollback_to_savepoint(kSavepoint);
    connection_.release_savepoint(kSavepoint);
    return is_welcome;
  }

  /// Any that the database does not refuse at once.
  bool takes_any_row() const { return checks_.empty() && !has_deferred_keys_; }

  bool is_in_the_way() {
    if (has_deferred_keys_ && !connection_.foreign_key_violations(1).empty()) {
      last_refusal_ = "there is no row that its foreign keys could refer to";
      return true;
    }
    for (const data_check::DataCheck* check : checks_) {
      try {
        if (connection_.query(check->count).rows.at(0).at(0).value_or("0") != "0") {
          last_refusal_ = check->violation;
          return true;
        }
      } catch (const Error& error) {
        rethrow_if_gone(error);
        if (!backend::is_about_rows(connection_, error)) continue;
        last_refusal_ = error.message();
        return true;
      }
    }
    return false;
  }

  static void rethrow_if_gone(const Error& error) {
    if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted ||
        error.code() == ErrorCode::io) {
      throw error;
    }
  }
  void note(const Error& error) {
    rethrow_if_gone(error);
    last_refusal_ = error.message();
  }

  backend::Connection& connection_;
  std::string name_;
  std::vector<const data_check::DataCheck*> checks_;
  bool has_deferred_keys_;  ///< which are looked at by the commit alone
  RowMaker maker_;
  std::string last_refusal_;
};

}  // namespace

std::vector<const Table*> parents_first(const schema::Schema& schema) {
  std::vector<const Table*> ordered;
  std::set<std::string> seen;
  const auto visit = [&](const auto& self, const Table& table) -> void {
    if (!seen.insert(table.name).second) return;
    for (const ForeignKey& key : table.foreign_keys) {
      const Table* parent = schema.find_table(key.referenced_table);
      if (parent != nullptr) self(self, *parent);
    }
    ordered.push_back(&table);
  };
  for (const auto& [name, table] : schema.tables) visit(visit, table);
  return ordered;
}

void stop_if_asked(const std::atomic<bool>* stop) {
  if (stop != nullptr && *stop) throw Error(ErrorCode::interrupted, "interrupted");
}

Filled fill(backend::Connection& connection, const schema::Schema& schema,
            std::span<const data_check::DataCheck> checks, RowValues values,
            const std::atomic<bool>* stop) {
  std::map<std::string, std::vector<const data_check::DataCheck*>> by_table;
  for (const data_check::DataCheck& check : checks) {
    if (!check.any_row) by_table[check.table].push_back(&check);
  }
  Filled filled;
  backend::Transaction transaction(connection);
  for (const Table* table : parents_first(schema)) {
    stop_if_asked(stop);
    if (!table->sqlite.module.empty()) {
      filled.empty.push_back(fmt::format("'{}' (a virtual table)", table->name));
      continue;
    }
    TableFiller(connection, *table, by_table[table->name], values).run(filled, *table);
  }
  transaction.commit();
  return filled;
}

}  // namespace dbmig::proof
