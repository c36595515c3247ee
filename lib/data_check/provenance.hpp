#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dialect/conversion.hpp"
#include "dialect/dialect.hpp"
#include "dialect/row_rules.hpp"
#include "ops/operation.hpp"

namespace dbmig::data_check {

/// What a column of a live table would hold after the operations so far, as SQL over the table as
/// it is now.
struct LiveColumn {
  std::string value;
  /// The same in expressions, where it behaves as the column will (dialect/conversion.hpp); empty
  /// when nothing does.
  std::string in_expressions;
  std::string fits;         ///< condition: a row holds a value that was taken; empty: every row
  std::string expressible;  ///< condition: `in_expressions` is right for a row; empty: for all
  /// The operation, counted from 0, by which values became others or compare otherwise.
  std::optional<std::size_t> changed_at;
  bool retyped = false;  ///< not only its collation is another
};

/// A live table as the operations so far would have left it.
struct TableProvenance {
  std::string name;  ///< in the database, now
  /// Columns whose values are unknown are not in it.
  std::map<std::string, LiveColumn> sources;
  bool changed = false;         ///< names or columns differ from the live ones
  std::set<std::string> fresh;  ///< columns that the operations added
  std::string rowid;            ///< SQL for the number of a row; empty when there is none

  bool knows(const std::vector<std::string>& columns) const;
  /// The last operation that changed what one of `columns` holds or how it compares.
  std::optional<std::size_t> changed_at(const std::vector<std::string>& columns) const;
  /// One of `columns` has another type than now.
  bool is_retyped(const std::vector<std::string>& columns) const;
};

/// What a relation is for: to compare columns with each other, or to evaluate expressions.
enum class Use { values, expressions };

/// The tables of a database, with what is known of their rows before operations are carried out:
/// renamed tables and columns are followed, new columns hold their defaults, and values that change
/// on the way are converted as far as SQL can tell (dialect/conversion.hpp), once.
class Provenance {
 public:
  /// `before` is the schema that the database has. `defaults`: the character set of
  /// tables that name none.
  Provenance(const dialect::Dialect& dialect, const schema::Schema& before,
             schema::MariadbTable defaults);

  /// `before` is the schema that the operation meets.
  void follow(const ops::Operation& operation, const schema::Schema& before);

  /// Nothing for a table that does not exist, or whose rows are no longer known.
  const TableProvenance* find(const std::string& table) const;
  /// It is new, so that it has no rows.
  bool is_created(const std::string& table) const { return created_.count(table) != 0; }
  /// Plain SQL has been met, which may have changed any row.
  bool is_blind() const { return blind_; }

  /// `FROM` item that has the table's columns under the names they have by now, without the rows
  /// that hold in one of `used` what was not taken on the way, which are in the way already.
  /// `more` is selected from the live table as well. `old_versions` stands behind the
  /// table's name (RowRules::with_old_versions).
  std::string relation(const std::string& table, const std::string& alias, Use use,
                       const std::vector<std::string>& used,
                       const std::vector<std::string>& more = {},
                       const std::string& old_versions = {}) const;

  /// RowRules::conversion() of this database.
  std::optional<dialect::Conversion> conversion(const std::string& value,
                                                const dialect::ColumnOf& from,
                                                const dialect::ColumnOf& to) const;
  /// SQL that names `column` in a relation.
  std::string reference(const std::string& column) const;
  /// `sql`, an expression over `table`, for its relation.
  std::string expression(const std::string& table, const std::string& sql) const;
  /// SQL of what a column holds that is filled with `value`, before it is stored there; nothing
  /// where only the database knows.
  std::optional<std::string> literal_of(const schema::Default& value) const;
  /// RowRules::invalid_casts() of what `from` holds when it turns into `to`.
  std::string invalid_casts(const std::string& value, const dialect::ColumnOf& from,
                            const dialect::ColumnOf& to) const;
  /// Whether SQL that uses `columns` under their names can be evaluated over the relation.
  bool is_expressible(const std::string& table, const std::vector<std::string>& columns) const;

 private:
  template <class Operation>
  void track(const Operation&, const schema::Schema&) {}
  void track(const ops::CreateTable& create, const schema::Schema& before);
  void track(const ops::DropTable& drop, const schema::Schema& before);
  void track(const ops::RenameTable& rename, const schema::Schema& before);
  void track(const ops::AlterTable& alter, const schema::Schema& before);
  void track(const ops::AddColumn& add, const schema::Schema& before);
  void track(const ops::DropColumn& drop, const schema::Schema& before);
  void track(const ops::AlterColumn& alter, const schema::Schema& before);
  void track(const ops::CreatePrimaryKey& create, const schema::Schema& before);
  void track(const ops::BulkInsert& rows, const schema::Schema& before);
  void track(const ops::BulkDelete& rows, const schema::Schema& before);
  void track(const ops::Execute& execute, const schema::Schema& before);

  void convert(TableProvenance& live, const dialect::ColumnOf& from, const dialect::ColumnOf& to);
  void lose_dependents(TableProvenance& live, const dialect::ColumnOf& column) const;
  TableProvenance* at(const std::string& table);
  void lose_sight(const std::string& table);
  std::string quoted(const std::string& name) const { return dialect_.quote_identifier(name); }

  const dialect::Dialect& dialect_;
  const dialect::RowRules& rules_;
  schema::MariadbTable defaults_;
  std::map<std::string, TableProvenance> tables_;
  std::set<std::string> created_;
  bool blind_ = false;
  std::size_t step_ = 0;
};

}  // namespace dbmig::data_check
