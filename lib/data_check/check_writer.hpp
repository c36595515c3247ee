#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data_check/data_checks.hpp"
#include "data_check/provenance.hpp"

namespace dbmig::data_check {

/// A unique key in whatever form it has, as SQL over a table.
struct UniqueKey {
  std::string what;                 ///< "index 'ux'"
  std::vector<std::string> labels;  ///< what its parts are called
  std::vector<std::string> parts;   ///< SQL
  std::string where;                ///< SQL, of a partial index
  std::vector<std::string> used;    ///< columns that the parts and `where` use
  bool has_expressions = false;
};

/// Writes checks: what would be wrong with the rows of tables, as operations so far would have
/// left them.
class CheckWriter {
 public:
  /// `before` is the schema that the database has. It must outlive this. `defaults`: the
  /// character set of tables that name none.
  CheckWriter(const dialect::Dialect& dialect, const schema::Schema& before, bool is_downgrade,
              schema::MariadbTable defaults);

  /// Goes on behind `operation`.
  void follow(const ops::Operation& operation);

  const dialect::Dialect& dialect() const { return dialect_; }
  const dialect::RowRules& rules() const { return rules_; }
  /// That the next operation meets.
  const schema::Schema& schema() const { return schema_; }
  const schema::Schema& before() const { return before_; }
  const Provenance& live() const { return live_; }
  /// The checks are put for the operation with this index, counted from 0.
  std::size_t at() const { return at_; }

  /// SQL that names a column in conditions.
  std::string column(const std::string& name) const { return live_.reference(name); }
  UniqueKey key_of(const std::string& table, const schema::Index& index) const;
  UniqueKey key_of(const std::string& table, const schema::Unique& unique) const;
  UniqueKey key_of(const std::string& table, const schema::PrimaryKey& key) const;
  /// The columns of `table` that `sql` may use.
  std::vector<std::string> mentioned(const std::string& table, const std::string& sql) const;

  /// Rows of `table` for which `condition` holds, which uses the columns `used`; `shown` are
  /// shown of each. Nothing is asked where one of them is not known.
  struct Rows {
    std::string condition;  ///< SQL; empty: every row
    std::vector<std::string> shown;
    std::vector<std::string> used;
    Use use = Use::values;
    std::vector<std::string> more;  ///< selected from the live table, for the condition
  };
  void ask_rows(Concern concern, const std::string& table, const Rows& rows, std::string violation,
                std::string hint);
  /// Rows that are equal in all parts of `key`, where none of them is NULL.
  void ask_duplicates(const std::string& table, const UniqueKey& key);
  /// Rows of which another one with an equal `key` has begun before and not ended yet, in the
  /// table's period.
  void ask_overlaps(const std::string& table, const UniqueKey& key);
  void ask_check(const std::string& table, const schema::Check& check);
  void ask_foreign_key(const std::string& table, const schema::ForeignKey& key);
  /// What the generated `column`, as it is to be in `table`, computes for the rows: NULL where it
  /// may not, or a value that its type cannot hold.
  void ask_computed(const schema::Table& table, const schema::Column& column);

  /// Puts what is asked by `ask` for the operation `changed`, when that is behind the last time
  /// that the same was asked.
  void ask_again(const std::string& table, const UniqueKey& key,
                 std::optional<std::size_t> changed);
  void ask_again(const std::string& table, const schema::Check& check,
                 std::optional<std::size_t> changed);
  void ask_again(const std::string& table, const schema::ForeignKey& key,
                 std::optional<std::size_t> changed);
  void ask_again(const schema::Table& table, const schema::Column& computed,
                 std::optional<std::size_t> changed);

  std::vector<DataCheck> take() { return std::move(checks_); }

 private:
  template <class Constraint>
  UniqueKey key_of_columns(std::string what, const std::string& table,
                           const Constraint& constraint) const;
  UniqueKey key_of_parts(std::string what, const std::string& table,
                         const std::vector<schema::IndexPart>& parts,
                         const std::string& where) const;
  std::vector<std::string> labels(const std::string& table, const TableProvenance& live,
                                  const std::vector<std::string>& columns) const;
  /// What RowRules::with_old_versions() says of the table at this point.
  std::string old_versions(const std::string& table, const std::string& live_name) const;
  std::string hint(const std::string& table, const std::vector<std::string>& columns,
                   std::string otherwise) const;
  std::string still_had_parent(const std::string& table, const schema::ForeignKey& key,
                               std::vector<std::string>& more) const;
  bool begin_again(const std::string& name, std::optional<std::size_t> changed);
  std::string quoted(const std::string& name) const { return dialect_.quote_identifier(name); }

  const dialect::Dialect& dialect_;
  const dialect::RowRules& rules_;
  const schema::Schema& before_;
  schema::Schema schema_;
  bool is_downgrade_;
  Provenance live_;
  std::size_t at_ = 0;
  std::vector<DataCheck> checks_;
  std::map<std::string, std::size_t> asked_;  ///< what has been asked about, and when last
};

/// The foreign key of `table` with the columns of `key` on both sides.
const schema::ForeignKey* find_same(const schema::Table& table, const schema::ForeignKey& key);

}  // namespace dbmig::data_check
