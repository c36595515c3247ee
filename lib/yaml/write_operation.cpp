#include "yaml/write_operation.hpp"

#include <utility>

#include "base/overloaded.hpp"
#include "yaml/scalar.hpp"
#include "yaml/write_schema.hpp"

namespace dbmig::yaml {
namespace {

Out text(const std::string& s) {
  return Out::text(s);
}

/// {table: …, name: …}, to which the rest is added.
Out on_table(const std::string& table, const std::string& name) {
  Out out = Out::map();
  out.add("table", text(table));
  out.add("name", text(name));
  return out;
}

void add_position(Out& out, const std::optional<ops::Position>& position) {
  if (!position) return;
  if (position->after.empty()) {
    add_flag(out, "first", true);
  } else {
    out.add("after", text(position->after));
  }
}

const char* kind_word(ops::ConstraintKind kind) {
  switch (kind) {
    case ops::ConstraintKind::primary_key:
      return "primary_key";
    case ops::ConstraintKind::unique:
      return "unique";
    case ops::ConstraintKind::foreign_key:
      return "foreign_key";
    case ops::ConstraintKind::check:
      return "check";
  }
  return "";
}

Out value_out(const std::optional<std::string>& value) {
  if (!value) return Out::literal("null");
  // Numbers are read back as the text that stands there.
  return scalar_kind(*value) == ScalarKind::number ? Out::literal(*value) : text(*value);
}

Out body(const ops::CreateTable& op) {
  Out out = Out::map(Out::Style::block);
  out.add(op.table.name, table_out(op.table));
  return out;
}

Out body(const ops::DropTable& op) {
  return text(op.name);
}
Out body(const ops::DropView& op) {
  return text(op.name);
}
Out body(const ops::DropTrigger& op) {
  return text(op.name);
}

Out body(const ops::DropRoutine& op) {
  return text(op.name);
}

Out body(const ops::RenameTable& op) {
  Out out = Out::map();
  out.add("name", text(op.name));
  out.add("to", text(op.to));
  return out;
}

Out body(const ops::AddColumn& op) {
  Out out = on_table(op.table, op.column.name);
  add_column(out, op.column, true);
  add_position(out, op.position);
  return out;
}

Out body(const ops::DropColumn& op) {
  return on_table(op.table, op.name);
}
Out body(const ops::DropIndex& op) {
  return on_table(op.table, op.name);
}

Out body(const ops::RenameIndex& op) {
  Out out = on_table(op.table, op.name);
  out.add("to", text(op.to));
  return out;
}

Out body(const ops::AlterColumn& op) {
  const auto boolean = [](bool value) { return Out::literal(value ? "true" : "false"); };
  const Out null = Out::literal("null");
  Out out = on_table(op.table, op.name);
  if (op.rename) out.add("rename", text(*op.rename));
  if (op.type) out.add("type", type_out(*op.type));
  if (op.nullable) out.add("nullable", boolean(*op.nullable));
  if (op.autoincrement) out.add("autoincrement", boolean(*op.autoincrement));
  if (op.default_value) {
    out.add("default", *op.default_value ? default_out(**op.default_value) : null);
  }
  if (op.generated) out.add("generated", *op.generated ? generated_out(**op.generated) : null);
  if (op.comment) out.add("comment", text(*op.comment));
  if (op.mariadb) out.add("mariadb", mariadb_out(*op.mariadb));
  if (op.sqlite) out.add("sqlite", sqlite_out(*op.sqlite));
  add_position(out, op.position);
  return out;
}

Out body(const ops::CreateIndex& op) {
  Out out = on_table(op.table, op.index.name);
  add_index(out, op.index);
  return out;
}

Out body(const ops::CreatePrimaryKey& op) {
  Out out = on_table(op.table, op.key.name);
  add_primary_key(out, op.key);
  return out;
}

Out body(const ops::CreateUniqueConstraint& op) {
  Out out = on_table(op.table, op.unique.name);
  add_unique(out, op.unique);
  return out;
}

Out body(const ops::CreateForeignKey& op) {
  Out out = on_table(op.table, op.foreign_key.name);
  add_foreign_key(out, op.foreign_key);
  return out;
}

Out body(const ops::CreateCheckConstraint& op) {
  Out out = on_table(op.table, op.check.name);
  add_sql(out, op.check.sql);
  return out;
}

Out body(const ops::DropConstraint& op) {
  Out out = Out::map();
  out.add("table", text(op.table));
  add_text(out, "name", op.name);
  out.add("kind", text(kind_word(op.kind)));
  return out;
}

Out body(const ops::AlterTable& op) {
  Out out = Out::map();
  out.add("table", text(op.table));
  if (op.comment) out.add("comment", text(*op.comment));
  if (op.mariadb) out.add("mariadb", mariadb_out(*op.mariadb));
  if (op.sqlite) out.add("sqlite", sqlite_out(*op.sqlite));
  return out;
}

Out body(const ops::CreateView& op) {
  Out out = Out::map();
  out.add("name", text(op.view.name));
  add_view(out, op.view);
  return out;
}

Out body(const ops::CreateTrigger& op) {
  Out out = Out::map();
  out.add("name", text(op.trigger.name));
  add_trigger(out, op.trigger);
  return out;
}

Out body(const ops::CreateRoutine& op) {
  Out out = Out::map();
  out.add("name", text(op.routine.name));
  add_routine(out, op.routine);
  return out;
}

template <class Rows>
Out rows_out(const Rows& op) {
  Out out = Out::map(Out::Style::block);
  out.add("table", text(op.table));
  out.add("columns", Out::list(op.columns));
  Out rows = Out::list(Out::Style::block);
  for (const auto& row : op.rows) {
    Out values = Out::list();
    for (const auto& value : row) values.add(value_out(value));
    rows.add(std::move(values));
  }
  out.add("rows", std::move(rows));
  return out;
}

Out body(const ops::BulkInsert& op) {
  return rows_out(op);
}
Out body(const ops::BulkDelete& op) {
  return rows_out(op);
}

/// `none` where `sql` does something and nothing takes it back.
Out undo_out(const schema::SqlText& sql, const schema::SqlText& undo) {
  if (undo.empty()) return Out::text("none");
  if (!undo.any.empty()) return sql_out(undo);
  Out out = Out::map();
  for (const DialectKind kind : {DialectKind::mariadb, DialectKind::sqlite}) {
    const std::string& text = undo.for_dialect(kind);
    if (text.empty() && sql.for_dialect(kind).empty()) continue;
    out.add(to_string(kind), Out::text(text.empty() ? "none" : text));
  }
  return out;
}

Out body(const ops::Execute& op) {
  if (op.state.empty() && !op.undo) return sql_out(op.sql);
  Out out = Out::map(Out::Style::block);
  add_sql(out, op.sql);
  if (op.undo) out.add("undo", undo_out(op.sql, *op.undo));
  if (!op.state.empty()) out.add("state", operations_out(op.state));
  return out;
}

}  // namespace

Out operation_out(const ops::Operation& operation) {
  Out out = Out::map(Out::Style::block);
  out.add(ops::name_of(operation), std::visit([](const auto& op) { return body(op); }, operation));
  return out;
}

Out operations_out(const std::vector<ops::Operation>& operations) {
  Out out = Out::list(Out::Style::block);
  for (const ops::Operation& operation : operations) out.add(operation_out(operation));
  return out;
}

}  // namespace dbmig::yaml
