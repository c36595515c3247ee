#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect_kind.hpp"
#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect {

/// An object of the live database that hangs on a table and that the history does not know: a
/// trigger or index made by hand. SQLite's rebuild of the table would lose it, so the
/// planner is told and puts it back.
struct DependentObject {
  std::string table;
  std::string name;
  std::string sql;  ///< its CREATE statement
};

/// One SQL statement of a plan, to be sent alone.
struct Statement {
  std::string sql;
  /// The operations it carries out: [first, last] in the list that was planned. Several operations
  /// on one table can be one statement, and one operation several statements.
  std::size_t first_operation = 0;
  std::size_t last_operation = 0;
  /// It is DML or plain SQL that can run inside a transaction, not DDL.
  bool is_data = false;
  friend bool operator==(const Statement&, const Statement&) = default;
};

/// A part of a schema that a database cannot have.
struct Refusal {
  std::vector<std::string> path;  ///< as schema::Locate takes it
  std::string message;            ///< what is wrong
  std::string hint;               ///< what to do
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// Why a statement cannot be part of a revision's plain SQL.
struct SqlRefusal {
  std::string reason;  ///< "COMMIT ends the transaction of the upgrade"
  std::string hint;
};

/// What stands around the statements of a script for the database's own client.
struct ScriptFrame {
  std::string begin;
  std::string end;
};

/// What the pure part of a database knows: how it spells things and what it can do. No connection.
class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual DialectKind kind() const = 0;

  /// The only place where an identifier of this dialect is quoted. Throws Error{invalid} for names
  /// it cannot hold (a zero byte).
  virtual std::string quote_identifier(std::string_view name) const = 0;
  /// A string literal. Only for DDL, which takes no bound values.
  virtual std::string quote_string(std::string_view value) const = 0;

  /// `schema` as this database would report it after building it: types mapped to its own, default
  /// values as it prints them, implied constraints written out, what it does not have left out.
  /// Idempotent. `canonical(model) == canonical(inspected)` means "nothing to do".
  virtual schema::Schema canonical(const schema::Schema& schema) const = 0;

  /// `live`, as canonical() gives it, with what is open in `expected`, or moves by itself, taken
  /// from there: AUTO_INCREMENT values, definers, the names of constraints that have none in the
  /// database. What is left of a difference is one.
  virtual schema::Schema reconciled(schema::Schema live, const schema::Schema& expected) const = 0;

  /// The statements that carry out `operations`, in order, on a database whose schema is `before`.
  /// Never needs the database: what it must know of it comes as `dependent_objects`. Objects that
  /// are `only` for another dialect give no statements.
  ///
  /// SQLite: where ALTER TABLE cannot do it *whatever rows the table holds*, a rebuild; the runner
  /// has foreign_keys off and a transaction open. MariaDB: consecutive changes of one table in one
  /// ALTER TABLE.
  virtual std::vector<Statement> plan(const schema::Schema& before,
                                      std::span<const ops::Operation> operations,
                                      std::span<const DependentObject> dependent_objects) const = 0;

  /// An SQL condition that holds for those values of `value` (an SQL expression of type `from`)
  /// that a column of type `to` would cut, change or refuse; empty when it takes them all as they
  /// are, or when SQL cannot tell. NULL fits everywhere.
  virtual std::string invalid_casts(const std::string& value, const schema::Type& from,
                                    const schema::Type& to) const = 0;

  /// What of `schema`, which is valid, this database is known to refuse all the same: its
  /// documented limits. What is not named may still be refused by the database itself.
  virtual std::vector<Refusal> refusals(const schema::Schema& schema) const = 0;

  /// Splits plain SQL into its statements at `;` outside strings, quoted names, comments and the
  /// bodies of triggers and routines. Comments stay with their statement; empty statements go.
  virtual std::vector<std::string> split_statements(std::string_view sql) const = 0;

  /// Why `statement`, one that split_statements() gave, cannot be plain SQL of a revision: it ends
  /// or begins transactions, which are the upgrade's own business (also inside of a compound
  /// statement, a text to be prepared, or `/*! … */`), works on another database, would do nothing
  /// where it stands, or is not closed. Nothing when it may run.
  virtual std::optional<SqlRefusal> sql_refusal(std::string_view statement) const = 0;

  /// One statement as it stands in a script for the database's own client (`sqlite3`, `mariadb`),
  /// parted from its neighbours so that the client sends exactly this. The only place that parts
  /// statements. Throws Error{invalid} for what it would read otherwise: several statements, a
  /// string or comment that is not closed, a zero byte, the client's own commands.
  virtual std::string for_client(std::string_view statement) const = 0;
  /// What makes a script stop at its first error and mean what it means through a connection of
  /// ours. Between begin and end stand for_client()'s texts, and comments on lines of their own.
  virtual ScriptFrame script_frame() const = 0;

  /// Whether DDL can be rolled back (SQLite: true).
  virtual bool transactional_ddl() const = 0;
};

/// The dialect's only instance.
const Dialect& dialect(DialectKind kind);

}  // namespace dbmig::dialect
