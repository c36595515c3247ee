#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/dialect_kind.hpp"
#include "lint/sql.hpp"
#include "ops/operation.hpp"
#include "schema/table.hpp"

// Internal to this module: what a rule is given.

namespace dbmig::lint {

/// What earlier operations of the revision created: no row or program depends on it yet.
/// Names are those of the moment.
class RevisionSoFar {
 public:
  /// To be called before `operation`, with its `scripts`, is applied to `before`. `declared`: it
  /// stands under `state:`, and the SQL may have done more than it says.
  void follow(const ops::Operation& operation, const Scripts& scripts, const schema::Schema& before,
              bool declared);

  /// The table was made by this revision.
  bool made(std::string_view table) const { return tables_.count(table) != 0; }
  /// The table was made by this revision and has no rows yet.
  bool is_empty(std::string_view table) const;
  /// The column, or its table, was made by this revision.
  bool made(const std::string& table, const std::string& column) const;
  /// An execute of this revision works on the table, and on one of `columns` if any are given:
  /// somebody has thought of its rows.
  bool tended(const std::string& table, const std::vector<std::string>& columns) const;
  /// The constraints that this revision took from the table: its rows obeyed them.
  std::vector<schema::Constraint> dropped(const std::string& table) const;
  /// The views that this revision dropped and has not created again, as they were.
  const schema::SharedMap<std::string, schema::View>& dropped_views() const {
    return dropped_views_;
  }
  /// An execute of this revision creates a table called `table`.
  bool made_by_sql(std::string_view table) const { return sql_tables_.count(table) != 0; }

 private:
  struct Follower;

  std::set<std::string, std::less<>> tables_;
  std::set<std::string, std::less<>> filled_;  ///< of tables_: they may have rows
  std::set<std::pair<std::string, std::string>> columns_;
  std::vector<std::pair<std::string, schema::Constraint>> dropped_;  ///< with the table's name
  schema::SharedMap<std::string, schema::View> dropped_views_;
  std::vector<schema::SqlText> sql_;
  std::set<std::string, std::less<>> sql_tables_;  ///< lower case
};

/// One operation of a revision as a rule sees it.
struct Step {
  const ops::Operation& operation;
  const Scripts& scripts;        ///< of an execute
  bool declared;                 ///< under `state:` of an execute
  const schema::Schema& before;  ///< what the operation meets
  const schema::Schema& after;   ///< what the revision leaves
  const RevisionSoFar& past;
  /// The operation's table as the revision leaves it, whatever it is called then; nullptr when it
  /// is gone.
  const schema::Table* end_table;
  bool on_sqlite;
  bool on_mariadb;
  bool has_downgrade;  ///< the revision says how it is taken back

  bool is_on(DialectKind kind) const {
    return kind == DialectKind::sqlite ? on_sqlite : on_mariadb;
  }
  /// Whether what is `only` for a database, or for both, exists on `kind` here.
  bool lives_on(const std::optional<DialectKind>& only, DialectKind kind) const {
    return is_on(kind) && (!only || *only == kind);
  }

  template <class Operation>
  const Operation* as() const {
    return std::get_if<Operation>(&operation);
  }

  /// The table that the operation works on as it is before, or nullptr.
  const schema::Table* table() const { return before.find_table(ops::table_of(operation)); }
};

/// What a rule has to say of a step.
struct Issue {
  std::string message;
  std::string hint;
  friend bool operator==(const Issue&, const Issue&) = default;
};
using Issues = std::vector<Issue>;

}  // namespace dbmig::lint
