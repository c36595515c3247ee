#pragma once

#include <set>
#include <string>
#include <vector>

#include "schema/table.hpp"
#include "support/random_schema.hpp"
#include "support/random_source.hpp"

namespace dbmig::test {

/// Makes the pieces that random_schema() and mutate() are built from, with names that are free in
/// `schema`.
class RandomParts {
 public:
  RandomParts(RandomSource& random, const RandomOptions& options, const schema::Schema& schema);

  std::string table_name();
  /// A name that no column of `table` has, in any case.
  std::string column_name(const schema::Table& table);
  /// `prefix_table_columns` or, sometimes, something odd; free in the whole schema.
  std::string constraint_name(const char* prefix, const schema::Table& table,
                              const std::vector<std::string>& columns);

  schema::Type type();
  /// A type that both databases can index whole.
  schema::Type key_type();
  /// A column of `type`, with all that a column can have but keys.
  schema::Column column(std::string name, schema::Type type);
  std::optional<schema::Default> default_for(const schema::Type& type);
  std::string comment();

  schema::Table table(const std::string& name);
  void add_primary_key(schema::Table& table);
  void add_unique(schema::Table& table);
  void add_index(schema::Table& table);
  void add_check(schema::Table& table);
  void add_generated(schema::Table& table);
  /// From `child` to some key of `parent` (they may be the same), with new columns for it in
  /// `child` unless fitting ones are there. Does nothing when `parent` has no key.
  void add_foreign_key(schema::Table& child, const schema::Table& parent);

 private:
  std::string fresh_name(const std::vector<std::string>& plain, const std::set<std::string>& taken);
  /// Up to `most` distinct columns that can be part of a key.
  std::vector<std::string> key_columns(const schema::Table& table, int most);

  RandomSource& random_;
  const RandomOptions& options_;
  std::set<std::string> taken_;  ///< names of tables, indexes and constraints, in lower case
};

/// Gives every table some of what only SQLite has (RandomOptions::sqlite), and the schema a virtual
/// table now and then.
void add_sqlite_features(schema::Schema& schema, RandomSource& random);
/// Changes something of that in one table.
void change_sqlite_features(schema::Table& table, RandomSource& random);
/// Takes away what other changes have made impossible of it.
void repair_sqlite_features(schema::Schema& schema);

/// `name` as an identifier of both databases, in backticks when it needs them.
std::string quoted(const std::string& name);

bool is_key_type(const schema::Type& type);
/// Whether a foreign key of `table` uses `column`.
bool in_foreign_key(const schema::Table& table, const std::string& column);
/// Whether a foreign key of any table refers to `column` of `table`.
bool is_referenced(const schema::Schema& schema, const std::string& table,
                   const std::string& column);
/// Whether a check or generated column of `table` mentions `column`.
bool in_expression(const schema::Table& table, const std::string& column);

}  // namespace dbmig::test
