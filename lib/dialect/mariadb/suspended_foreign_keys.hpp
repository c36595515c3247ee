#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect::mariadb {

/// Calls `visit(child, key)` for every foreign key of `schema`, in force on MariaDB, that starts or
/// ends at `table`.
template <class Visit>
void for_foreign_keys(const schema::Schema& schema, const std::string& table, const Visit& visit) {
  for (const auto& [name, child] : schema.tables) {
    if (child.only.value_or(DialectKind::mariadb) != DialectKind::mariadb) continue;
    for (const schema::ForeignKey& key : child.foreign_keys) {
      if (name == table || key.referenced_table == table) visit(child, key);
    }
  }
}

/// Only InnoDB has foreign keys: a table at either end of one keeps its engine (error 1217). Throws
/// Error{failed} where `table` of `schema` has another one.
void require_no_foreign_keys(const schema::Schema& schema, const schema::Table& table);

/// Foreign keys of the schema that the database does not have for the moment: MariaDB refuses to
/// change the type of a column at either end of one, so such keys are dropped before, and added
/// again, validated, when both ends fit.
class SuspendedForeignKeys {
 public:
  /// Statements that drop those in the way of a change of one table from `renamed` to `after`;
  /// `schema` is the one after it.
  std::vector<std::string> suspend(const schema::Schema& schema, const schema::Table& renamed,
                                   const schema::Table& after);
  /// Statements that add them again: those whose ends fit, or `all` that are left.
  std::vector<std::string> resume(const schema::Schema& schema, bool all);
  /// Follows a table's rename in `schema`, the one before it: its keys get the names that the fold
  /// gives them.
  void rename(const schema::Schema& schema, const ops::RenameTable& op);

  /// `table` without those that are suspended.
  schema::Table without(schema::Table table) const;

 private:
  bool has(const schema::Table& table, const schema::ForeignKey& key) const;

  std::set<std::pair<std::string, std::string>> keys_;  ///< {table, name}
};

/// What the server leaves to do where foreign keys are named after their table: the indexes that
/// it made for them keep their names, and from 12.1 on the keys too (MDEV-28933: a key's name is
/// the table's own). No other version reads the clauses in the comment.
std::vector<std::string> rename_keys(const schema::Table& before, const schema::Table& after);

}  // namespace dbmig::dialect::mariadb
