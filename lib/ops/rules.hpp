#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "ops/operation.hpp"
#include "ops/risk.hpp"
#include "schema/charset.hpp"

/// What each operation means, an overload each: the inside of the ops module. The public face
/// (apply.hpp, risk.hpp, operation.hpp) dispatches to these. tables.cpp, columns.cpp,
/// constraints.cpp, objects.cpp and data.cpp each hold everything about the operations on that kind
/// of thing.
namespace dbmig::ops::rules {

/// The operation's name in revision files; specialised for every operation.
template <class T>
inline constexpr std::string_view kName = {};
template <>
inline constexpr std::string_view kName<CreateTable> = "create_table";
template <>
inline constexpr std::string_view kName<DropTable> = "drop_table";
template <>
inline constexpr std::string_view kName<RenameTable> = "rename_table";
template <>
inline constexpr std::string_view kName<AddColumn> = "add_column";
template <>
inline constexpr std::string_view kName<DropColumn> = "drop_column";
template <>
inline constexpr std::string_view kName<AlterColumn> = "alter_column";
template <>
inline constexpr std::string_view kName<CreateIndex> = "create_index";
template <>
inline constexpr std::string_view kName<DropIndex> = "drop_index";
template <>
inline constexpr std::string_view kName<RenameIndex> = "rename_index";
template <>
inline constexpr std::string_view kName<CreatePrimaryKey> = "create_primary_key";
template <>
inline constexpr std::string_view kName<CreateUniqueConstraint> = "create_unique_constraint";
template <>
inline constexpr std::string_view kName<CreateForeignKey> = "create_foreign_key";
template <>
inline constexpr std::string_view kName<CreateCheckConstraint> = "create_check_constraint";
template <>
inline constexpr std::string_view kName<DropConstraint> = "drop_constraint";
template <>
inline constexpr std::string_view kName<AlterTable> = "alter_table";
template <>
inline constexpr std::string_view kName<CreateView> = "create_view";
template <>
inline constexpr std::string_view kName<DropView> = "drop_view";
template <>
inline constexpr std::string_view kName<CreateTrigger> = "create_trigger";
template <>
inline constexpr std::string_view kName<DropTrigger> = "drop_trigger";
template <>
inline constexpr std::string_view kName<CreateRoutine> = "create_routine";
template <>
inline constexpr std::string_view kName<DropRoutine> = "drop_routine";
template <>
inline constexpr std::string_view kName<BulkInsert> = "bulk_insert";
template <>
inline constexpr std::string_view kName<BulkDelete> = "bulk_delete";
template <>
inline constexpr std::string_view kName<Execute> = "execute";

/// The names of CreateRoutine and DropRoutine in files: "create_sequence".
std::string_view create_name(schema::RoutineKind kind);
std::string_view drop_name(schema::RoutineKind kind);

using schema::Schema;

/// Carries `operation` out on `schema`. Throws Error{invalid} when it does not fit; `schema` is
/// then of no more use.
void step(Schema& schema, const CreateTable& operation);
void step(Schema& schema, const DropTable& operation);
void step(Schema& schema, const RenameTable& operation);
void step(Schema& schema, const AlterTable& operation);
void step(Schema& schema, const AddColumn& operation);
void step(Schema& schema, const DropColumn& operation);
void step(Schema& schema, const AlterColumn& operation);
void step(Schema& schema, const CreateIndex& operation);
void step(Schema& schema, const DropIndex& operation);
void step(Schema& schema, const RenameIndex& operation);
void step(Schema& schema, const CreatePrimaryKey& operation);
void step(Schema& schema, const CreateUniqueConstraint& operation);
void step(Schema& schema, const CreateForeignKey& operation);
void step(Schema& schema, const CreateCheckConstraint& operation);
void step(Schema& schema, const DropConstraint& operation);
void step(Schema& schema, const CreateView& operation);
void step(Schema& schema, const DropView& operation);
void step(Schema& schema, const CreateTrigger& operation);
void step(Schema& schema, const DropTrigger& operation);
void step(Schema& schema, const CreateRoutine& operation);
void step(Schema& schema, const DropRoutine& operation);
void step(Schema& schema, const BulkInsert& operation);
void step(Schema& schema, const BulkDelete& operation);
void step(Schema& schema, const Execute& operation);

/// The operations that undo `operation` on a schema that was `before`. Throws Error{invalid} when
/// there are none.
std::vector<Operation> undo(const Schema& before, const CreateTable& operation);
std::vector<Operation> undo(const Schema& before, const DropTable& operation);
std::vector<Operation> undo(const Schema& before, const RenameTable& operation);
std::vector<Operation> undo(const Schema& before, const AlterTable& operation);
std::vector<Operation> undo(const Schema& before, const AddColumn& operation);
std::vector<Operation> undo(const Schema& before, const DropColumn& operation);
std::vector<Operation> undo(const Schema& before, const AlterColumn& operation);
std::vector<Operation> undo(const Schema& before, const CreateIndex& operation);
std::vector<Operation> undo(const Schema& before, const DropIndex& operation);
std::vector<Operation> undo(const Schema& before, const RenameIndex& operation);
std::vector<Operation> undo(const Schema& before, const CreatePrimaryKey& operation);
std::vector<Operation> undo(const Schema& before, const CreateUniqueConstraint& operation);
std::vector<Operation> undo(const Schema& before, const CreateForeignKey& operation);
std::vector<Operation> undo(const Schema& before, const CreateCheckConstraint& operation);
std::vector<Operation> undo(const Schema& before, const DropConstraint& operation);
std::vector<Operation> undo(const Schema& before, const CreateView& operation);
std::vector<Operation> undo(const Schema& before, const DropView& operation);
std::vector<Operation> undo(const Schema& before, const CreateTrigger& operation);
std::vector<Operation> undo(const Schema& before, const DropTrigger& operation);
std::vector<Operation> undo(const Schema& before, const CreateRoutine& operation);
std::vector<Operation> undo(const Schema& before, const DropRoutine& operation);
std::vector<Operation> undo(const Schema& before, const BulkInsert& operation);
std::vector<Operation> undo(const Schema& before, const BulkDelete& operation);
std::vector<Operation> undo(const Schema& before, const Execute& operation);

/// What may go wrong or get lost.
std::vector<Risk> find_risks(const Schema& before, const CreateTable& operation);
std::vector<Risk> find_risks(const Schema& before, const DropTable& operation);
std::vector<Risk> find_risks(const Schema& before, const RenameTable& operation);
std::vector<Risk> find_risks(const Schema& before, const AlterTable& operation);
std::vector<Risk> find_risks(const Schema& before, const AddColumn& operation);
std::vector<Risk> find_risks(const Schema& before, const DropColumn& operation);
std::vector<Risk> find_risks(const Schema& before, const AlterColumn& operation);
std::vector<Risk> find_risks(const Schema& before, const CreateIndex& operation);
std::vector<Risk> find_risks(const Schema& before, const DropIndex& operation);
std::vector<Risk> find_risks(const Schema& before, const RenameIndex& operation);
std::vector<Risk> find_risks(const Schema& before, const CreatePrimaryKey& operation);
std::vector<Risk> find_risks(const Schema& before, const CreateUniqueConstraint& operation);
std::vector<Risk> find_risks(const Schema& before, const CreateForeignKey& operation);
std::vector<Risk> find_risks(const Schema& before, const CreateCheckConstraint& operation);
std::vector<Risk> find_risks(const Schema& before, const DropConstraint& operation);
std::vector<Risk> find_risks(const Schema& before, const CreateView& operation);
std::vector<Risk> find_risks(const Schema& before, const DropView& operation);
std::vector<Risk> find_risks(const Schema& before, const CreateTrigger& operation);
std::vector<Risk> find_risks(const Schema& before, const DropTrigger& operation);
std::vector<Risk> find_risks(const Schema& before, const CreateRoutine& operation);
std::vector<Risk> find_risks(const Schema& before, const DropRoutine& operation);
std::vector<Risk> find_risks(const Schema& before, const BulkInsert& operation);
std::vector<Risk> find_risks(const Schema& before, const BulkDelete& operation);
std::vector<Risk> find_risks(const Schema& before, const Execute& operation);

/// One line for people.
std::string summary(const CreateTable& operation);
std::string summary(const DropTable& operation);
std::string summary(const RenameTable& operation);
std::string summary(const AlterTable& operation);
std::string summary(const AddColumn& operation);
std::string summary(const DropColumn& operation);
std::string summary(const AlterColumn& operation);
std::string summary(const CreateIndex& operation);
std::string summary(const DropIndex& operation);
std::string summary(const RenameIndex& operation);
std::string summary(const CreatePrimaryKey& operation);
std::string summary(const CreateUniqueConstraint& operation);
std::string summary(const CreateForeignKey& operation);
std::string summary(const CreateCheckConstraint& operation);
std::string summary(const DropConstraint& operation);
std::string summary(const CreateView& operation);
std::string summary(const DropView& operation);
std::string summary(const CreateTrigger& operation);
std::string summary(const DropTrigger& operation);
std::string summary(const CreateRoutine& operation);
std::string summary(const DropRoutine& operation);
std::string summary(const BulkInsert& operation);
std::string summary(const BulkDelete& operation);
std::string summary(const Execute& operation);

/// Everything that an operation must have. An alternative of Operation without one of these does
/// not compile (below), so that an operation added later is known everywhere in this module.
template <class T>
concept Known = std::default_initializable<T> && std::equality_comparable<T> && !kName<T>.empty() &&
                requires(Schema & schema, const Schema& before, const T& operation) {
  step(schema, operation);
  { undo(before, operation) } -> std::same_as<std::vector<Operation>>;
  { find_risks(before, operation) } -> std::same_as<std::vector<Risk>>;
  { summary(operation) } -> std::same_as<std::string>;
};

template <class>
inline constexpr bool all_known = false;
template <class... T>
inline constexpr bool all_known<std::variant<T...>> = (Known<T> && ...);

static_assert(all_known<Operation>,
              "every operation needs kName, step, undo, find_risks and summary in ops/rules.hpp");

// What the rules share (lookup.cpp).

/// The table an operation works on. Throws Error{invalid} that names it, with a suggestion.
schema::Table& existing_table(Schema& schema, const std::string& name);
const schema::Table& existing_table(const Schema& schema, const std::string& name);
/// The place of a column in its table. Throws as existing_table.
std::size_t existing_column(const schema::Table& table, const std::string& name);
/// Throws Error{invalid} naming `what` when a column is missing or none is given.
void require_columns(const schema::Table& table, const std::vector<std::string>& columns,
                     const std::string& what);
/// Throws Error{invalid} when the foreign key of `child` does not fit the schema.
void require_fits(const Schema& schema, const schema::Table& child, const schema::ForeignKey& key);
void require_fits(const schema::Table& table, const schema::Index& index);
/// Throws Error{invalid} when there is a table or view of this name already.
void require_free(const Schema& schema, const std::string& name);
/// The triggers that hang on a table or view.
std::vector<schema::Trigger> triggers_on(const Schema& schema, const std::string& name);
void erase_triggers_on(Schema& schema, const std::string& name);

/// Adds forgets_case of `subject`, whose text is compared by `from` before and by `to` afterwards.
void add_forgotten_case(std::vector<Risk>& risks, const std::string& subject,
                        const schema::TextRules& from, const schema::TextRules& to);

/// "column 'table.column'".
std::string column_text(const std::string& table, const std::string& column);
std::string table_text(const std::string& table);

}  // namespace dbmig::ops::rules
