#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ops/alter_column.hpp"
#include "schema/table.hpp"

namespace dbmig::ops {

// The operations that a revision is made of, named as Alembic names them. They are data: what an
// operation does to a schema is `apply` (ops/apply.hpp), how it is undone `inverse`, what it may
// cost `risk`. They are minimal: a drop names what it drops, and its definition is taken from the
// schema that the earlier revisions add up to.

struct CreateTable {
  schema::Table table;
  friend bool operator==(const CreateTable&, const CreateTable&) = default;
};

struct DropTable {
  std::string name;
  friend bool operator==(const DropTable&, const DropTable&) = default;
};

struct RenameTable {
  std::string name;
  std::string to;
  friend bool operator==(const RenameTable&, const RenameTable&) = default;
};

struct AddColumn {
  std::string table;
  schema::Column column;
  std::optional<Position> position;  ///< nothing: at the end
  friend bool operator==(const AddColumn&, const AddColumn&) = default;
};

/// Only allowed when no key, index or constraint uses the column: those are dropped before.
struct DropColumn {
  std::string table;
  std::string name;
  friend bool operator==(const DropColumn&, const DropColumn&) = default;
};

struct CreateIndex {
  std::string table;
  schema::Index index;
  friend bool operator==(const CreateIndex&, const CreateIndex&) = default;
};

struct DropIndex {
  std::string table;
  std::string name;
  friend bool operator==(const DropIndex&, const DropIndex&) = default;
};

/// The index stays as it is: databases that can rename it do not build it anew.
struct RenameIndex {
  std::string table;
  std::string name;
  std::string to;
  friend bool operator==(const RenameIndex&, const RenameIndex&) = default;
};

struct CreatePrimaryKey {
  std::string table;
  schema::PrimaryKey key;
  friend bool operator==(const CreatePrimaryKey&, const CreatePrimaryKey&) = default;
};

struct CreateUniqueConstraint {
  std::string table;
  schema::Unique unique;
  friend bool operator==(const CreateUniqueConstraint&, const CreateUniqueConstraint&) = default;
};

struct CreateForeignKey {
  std::string table;
  schema::ForeignKey foreign_key;
  friend bool operator==(const CreateForeignKey&, const CreateForeignKey&) = default;
};

struct CreateCheckConstraint {
  std::string table;
  schema::Check check;
  friend bool operator==(const CreateCheckConstraint&, const CreateCheckConstraint&) = default;
};

enum class ConstraintKind { primary_key, unique, foreign_key, check };

struct DropConstraint {
  std::string table;
  std::string name;  ///< for a primary key it may be empty
  ConstraintKind kind = ConstraintKind::check;
  friend bool operator==(const DropConstraint&, const DropConstraint&) = default;
};

/// Comment and the databases' own table options; what is left out stays.
struct AlterTable {
  std::string table;
  std::optional<std::string> comment;
  std::optional<schema::MariadbTable> mariadb;
  std::optional<schema::SqliteTable> sqlite;
  friend bool operator==(const AlterTable&, const AlterTable&) = default;
};

struct CreateView {
  schema::View view;
  friend bool operator==(const CreateView&, const CreateView&) = default;
};

struct DropView {
  std::string name;
  friend bool operator==(const DropView&, const DropView&) = default;
};

struct CreateTrigger {
  schema::Trigger trigger;
  friend bool operator==(const CreateTrigger&, const CreateTrigger&) = default;
};

struct DropTrigger {
  std::string name;
  friend bool operator==(const DropTrigger&, const DropTrigger&) = default;
};

/// A sequence, function, procedure or event; its name in files says which: "create_sequence".
struct CreateRoutine {
  schema::Routine routine;
  friend bool operator==(const CreateRoutine&, const CreateRoutine&) = default;
};

struct DropRoutine {
  schema::RoutineKind kind = schema::RoutineKind::procedure;
  std::string name;
  friend bool operator==(const DropRoutine&, const DropRoutine&) = default;
};

/// Rows that belong to the schema: `rows[i][j]` is the value of `columns[j]`, nothing for NULL.
struct BulkInsert {
  std::string table;
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
  friend bool operator==(const BulkInsert&, const BulkInsert&) = default;
};

/// The inverse of BulkInsert: deletes the rows whose `columns` hold these values (NULL matches
/// NULL). Rows that do not exist are skipped.
struct BulkDelete {
  std::string table;
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
  friend bool operator==(const BulkDelete&, const BulkDelete&) = default;
};

struct Execute;

using Operation =
    std::variant<CreateTable, DropTable, RenameTable, AddColumn, DropColumn, AlterColumn,
                 CreateIndex, DropIndex, RenameIndex, CreatePrimaryKey, CreateUniqueConstraint,
                 CreateForeignKey, CreateCheckConstraint, DropConstraint, AlterTable, CreateView,
                 DropView, CreateTrigger, DropTrigger, CreateRoutine, DropRoutine, BulkInsert,
                 BulkDelete, Execute>;

/// Plain SQL, opaque to the fold but for what `state` declares. A text may hold several statements
/// separated by `;`: backends send them one at a time.
struct Execute {
  schema::SqlText sql;           ///< empty for a dialect: nothing to do there
  std::vector<Operation> state;  ///< its declared effect on the schema
  /// What takes it back, with the inverse of `state`; empty for a dialect: nothing to do there.
  /// Without it the SQL has no inverse.
  std::optional<schema::SqlText> undo = {};
  friend bool operator==(const Execute&, const Execute&);
};

/// The name in revision files: "create_table".
std::string_view name_of(const Operation& operation);

/// The table an operation works on (for renames the old name); empty for views and plain SQL.
std::string_view table_of(const Operation& operation);

/// One line for logs and messages: "add column 'pedido.nota'".
std::string describe(const Operation& operation);

}  // namespace dbmig::ops
