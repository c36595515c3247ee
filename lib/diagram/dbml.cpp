#include <fmt/format.h>

#include "base/text.hpp"
#include "diagram/formats.hpp"
#include "diagram/page.hpp"
#include "diagram/plain_text.hpp"
#include "diagram/references.hpp"

namespace dbmig::diagram {
namespace {

using schema::Table;

std::string dbml_quoted(std::string_view text, char mark) {
  std::string quoted(1, mark);
  for (const char c : one_line(text)) {
    if (c == mark || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + mark;
}

/// A name: of a table, a column, a type.
std::string dbml_name(std::string_view name) {
  return dbml_quoted(name, '"');
}
std::string dbml_string(std::string_view text) {
  return dbml_quoted(text, '\'');
}
/// An expression; there is no escape between backticks.
std::string dbml_expression(std::string_view sql) {
  return "`" + text::replace_all(one_line(sql), "`", "\"") + "`";
}

std::string dbml_names(const std::vector<std::string>& columns) {
  if (columns.size() == 1) return dbml_name(columns.front());
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back(dbml_name(column));
  return "(" + text::join(names, ", ") + ")";
}

std::string dbml_settings(const std::vector<std::string>& settings) {
  return settings.empty() ? "" : " [" + text::join(settings, ", ") + "]";
}

std::string dbml_default(const schema::Default& value) {
  using Kind = schema::Default::Kind;
  switch (value.kind) {
    case Kind::string:
      return dbml_string(value.literal);
    case Kind::number:
      // Not every number of SQL is one there.
      return value.literal.find_first_not_of("0123456789.") == std::string::npos
                 ? value.literal
                 : dbml_expression(value.literal);
    case Kind::boolean:
      return value.literal;
    case Kind::sql:
      break;
  }
  return dbml_expression(value.sql.any.empty() ? value.sql.for_dialect(DialectKind::mariadb)
                                               : value.sql.any);
}

std::string dbml_column(const Table& table, const schema::Column& column) {
  std::vector<std::string> settings;
  const bool is_key = table.primary_key && table.primary_key->columns.size() == 1 &&
                      table.primary_key->columns.front() == column.name;
  if (is_key) settings.emplace_back("pk");
  if (column.autoincrement) settings.emplace_back("increment");
  if (!column.nullable && !is_key) settings.emplace_back("not null");
  if (column.default_value) {
    settings.push_back("default: " + dbml_default(*column.default_value));
  }
  std::string note = column.comment;
  if (column.generated) {
    if (!note.empty()) note += "; ";
    note += "generated: " + column.generated->sql.for_dialect(DialectKind::mariadb);
  }
  if (!note.empty()) settings.push_back("note: " + dbml_string(note));
  std::string type = schema::to_string(column.type);
  if (type.empty()) type = "any";
  return fmt::format("  {} {}{}\n", dbml_name(column.name), dbml_name(type),
                     dbml_settings(settings));
}

std::string dbml_index(const std::vector<std::string>& parts, std::vector<std::string> settings,
                       const std::string& name) {
  if (parts.empty()) return {};
  if (!name.empty()) settings.push_back("name: " + dbml_string(name));
  return fmt::format("    ({}){}\n", text::join(parts, ", "), dbml_settings(settings));
}

std::string dbml_indexes(const Table& table) {
  std::string text;
  const auto named = [](const std::vector<std::string>& columns) {
    std::vector<std::string> parts;
    for (const std::string& column : columns) parts.push_back(dbml_name(column));
    return parts;
  };
  if (table.primary_key && table.primary_key->columns.size() > 1) {
    text += dbml_index(named(table.primary_key->columns), {"pk"}, {});
  }
  for (const schema::Unique& unique : table.uniques) {
    text += dbml_index(named(unique.columns), {"unique"}, unique.name);
  }
  for (const schema::Index& index : table.indexes) {
    std::vector<std::string> parts;
    for (const schema::IndexPart& part : index.parts) {
      parts.push_back(part.column.empty() ? dbml_expression(part.expression)
                                          : dbml_name(part.column));
    }
    text += dbml_index(
        parts, index.unique ? std::vector<std::string>{"unique"} : std::vector<std::string>{},
        index.name);
  }
  return text.empty() ? text : "\n  indexes {\n" + text + "  }\n";
}

std::string dbml_table(const Table& table) {
  std::string text = fmt::format("\nTable {} {{\n", dbml_name(table.name));
  for (const schema::Column& column : table.columns) text += dbml_column(table, column);
  text += dbml_indexes(table);
  if (!table.comment.empty()) text += fmt::format("\n  Note: {}\n", dbml_string(table.comment));
  return text + "}\n";
}

}  // namespace

std::string to_dbml(const schema::Schema& schema, const std::string& title) {
  std::string text = fmt::format("// {}\n// {}\n", kMark, one_line(title));
  for (const auto& [name, table] : schema.tables) {
    // DBML knows no table without columns, as a virtual table is here.
    if (!table.columns.empty()) text += dbml_table(table);
  }
  if (!schema.tables.empty()) text += "\n";
  for (const Reference& reference : references_of(schema)) {
    const schema::ForeignKey& key = *reference.key;
    if (key.referenced_columns.size() != key.columns.size()) continue;
    std::vector<std::string> settings;
    using Action = schema::ReferentialAction;
    if (key.on_delete != Action::none) {
      settings.push_back(fmt::format("delete: {}", schema::to_string(key.on_delete)));
    }
    if (key.on_update != Action::none) {
      settings.push_back(fmt::format("update: {}", schema::to_string(key.on_update)));
    }
    text += fmt::format("Ref {}: {}.{} {} {}.{}{}\n", dbml_name(key.name),
                        dbml_name(reference.child->name), dbml_names(key.columns),
                        reference.is_single ? "-" : ">", dbml_name(reference.parent->name),
                        dbml_names(key.referenced_columns), dbml_settings(settings));
  }
  return text;
}

}  // namespace dbmig::diagram
