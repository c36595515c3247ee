#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "diagram/formats.hpp"
#include "diagram/page.hpp"
#include "diagram/plain_text.hpp"
#include "diagram/references.hpp"

namespace dbmig::diagram {
namespace {

using schema::Table;

/// Text in a paragraph or the cell of a table, no part of it markup.
std::string markdown_text(std::string_view text) {
  std::string safe;
  for (const char c : one_line(text)) {
    if (c == '<') {
      safe += "&lt;";
    } else if (c == '&') {
      safe += "&amp;";
    } else {
      if (std::string_view("\\`*_{}[]()#+-!|~>").find(c) != std::string_view::npos) safe += '\\';
      safe += c;
    }
  }
  return safe;
}

/// Text in a fixed-width font. Inside of it only the fence means something, and in a cell `|`.
std::string markdown_code(std::string_view text) {
  const std::string line = one_line(text);
  std::string fence = "`";
  while (line.find(fence) != std::string::npos) fence += '`';
  const bool needs_space =
      line.empty() || line.front() == '`' || line.back() == '`' || line.front() == ' ';
  const char* space = needs_space ? " " : "";
  return fence + space + text::replace_all(line, "|", "\\|") + space + fence;
}

std::string markdown_names(const std::vector<std::string>& names) {
  return markdown_code(text::join(names, ", "));
}

std::string markdown_sql(const schema::SqlText& sql) {
  if (sql.mariadb.empty() && sql.sqlite.empty()) return markdown_code(sql.any);
  return fmt::format("MariaDB {}, SQLite {}", markdown_code(sql.for_dialect(DialectKind::mariadb)),
                     markdown_code(sql.for_dialect(DialectKind::sqlite)));
}

std::string markdown_default(const schema::Column& column) {
  if (column.autoincrement) return "counts up";
  if (column.generated) return "= " + markdown_sql(column.generated->sql);
  if (!column.default_value) return "";
  const schema::Default& value = *column.default_value;
  if (value.kind == schema::Default::Kind::sql) return markdown_sql(value.sql);
  return markdown_code(value.kind == schema::Default::Kind::string ? "'" + value.literal + "'"
                                                                   : value.literal);
}

std::string markdown_columns(const Table& table) {
  if (table.columns.empty()) return {};
  std::string text =
      "| Column | Type | NULL | Default | Key | Comment |\n"
      "| --- | --- | --- | --- | --- | --- |\n";
  for (const schema::Column& column : table.columns) {
    std::vector<std::string> keys;
    if (table.in_primary_key(column.name)) keys.emplace_back("primary");
    if (is_in_foreign_key(table, column.name)) keys.emplace_back("foreign");
    if (is_in_unique(table, column.name)) keys.emplace_back("unique");
    text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", markdown_code(column.name),
                        markdown_code(schema::to_string(column.type)), column.nullable ? "yes" : "",
                        markdown_default(column), text::join(keys, ", "),
                        markdown_text(column.comment));
  }
  return text + "\n";
}

std::string markdown_index(const schema::Index& index) {
  std::vector<std::string> parts;
  for (const schema::IndexPart& part : index.parts) {
    parts.push_back((part.column.empty() ? part.expression : part.column) +
                    (part.descending ? " desc" : ""));
  }
  return fmt::format("- {} {} over {}{}\n", index.unique ? "unique index" : "index",
                     markdown_code(index.name), markdown_names(parts),
                     index.where.empty() ? "" : " where " + markdown_sql(index.where));
}

std::string markdown_keys(const Table& table, const std::vector<Reference>& references) {
  std::string text;
  if (table.primary_key) {
    text += fmt::format("- primary key {}\n", markdown_names(table.primary_key->columns));
  }
  for (const schema::Unique& unique : table.uniques) {
    text += fmt::format("- unique {}\n", markdown_names(unique.columns));
  }
  for (const schema::ForeignKey& key : table.foreign_keys) {
    text +=
        fmt::format("- {} refers to {} {}", markdown_names(key.columns),
                    markdown_code(key.referenced_table), markdown_names(key.referenced_columns));
    if (key.on_delete != schema::ReferentialAction::none) {
      text += fmt::format(", on delete {}", schema::to_string(key.on_delete));
    }
    if (key.on_update != schema::ReferentialAction::none) {
      text += fmt::format(", on update {}", schema::to_string(key.on_update));
    }
    text += "\n";
  }
  for (const Reference& reference : references) {
    if (reference.parent != &table) continue;
    text += fmt::format("- referred to by {} {}\n", markdown_code(reference.child->name),
                        markdown_names(reference.key->columns));
  }
  for (const schema::Index& index : table.indexes) text += markdown_index(index);
  for (const schema::Check& check : table.checks) {
    text += fmt::format("- check {}\n", markdown_sql(check.sql));
  }
  return text.empty() ? text : text + "\n";
}

/// A block that nothing in `sql` ends.
std::string markdown_block(const schema::SqlText& sql, DialectKind kind) {
  std::string text = sql.for_dialect(kind);
  std::string fence = "```";
  while (text.find(fence) != std::string::npos) fence += '`';
  if (!text.ends_with('\n')) text += '\n';
  return fmt::format("{}sql\n{}{}\n\n", fence, text, fence);
}

}  // namespace

std::string to_markdown(const schema::Schema& schema, const std::string& title,
                        const std::vector<DialectKind>& dialects) {
  const DialectKind kind = dialects.size() == 1 ? dialects.front() : DialectKind::mariadb;
  std::string text = fmt::format("<!-- {} -->\n# {}\n\n", kMark, markdown_text(title));
  for (const std::string& diagram : to_mermaid(schema, title)) {
    if (!schema.tables.empty()) text += "```mermaid\n" + diagram + "```\n\n";
  }
  const std::vector<Reference> references = references_of(schema);
  for (const auto& [name, table] : schema.tables) {
    text += fmt::format("## {}\n\n", markdown_text(name));
    if (!table.comment.empty()) text += markdown_text(table.comment) + "\n\n";
    text += markdown_columns(table) + markdown_keys(table, references);
    for (const auto& [trigger_name, trigger] : schema.triggers) {
      if (trigger.table != name) continue;
      text += fmt::format("Trigger {}:\n\n", markdown_code(trigger_name));
      text += markdown_block(trigger.sql, kind);
    }
  }
  for (const auto& [name, view] : schema.views) {
    text += fmt::format("## View {}\n\n", markdown_text(name)) + markdown_block(view.sql, kind);
  }
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace dbmig::diagram
