#include "transfer/virtual_rows.hpp"

#include <fmt/core.h>

#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace dbmig::transfer {
namespace {

std::string module_name(const std::string& module) {
  return text::lower(text::trim(module.substr(0, module.find('('))));
}

std::string unquoted(std::string_view value) {
  const bool is_quoted = value.size() >= 2 && (value.front() == '\'' || value.front() == '"' ||
                                               value.front() == '`' || value.front() == '[');
  return std::string(is_quoted ? value.substr(1, value.size() - 2) : value);
}

/// The options `name=value` between the parentheses, by names in lower case.
std::map<std::string, std::string> module_options(const std::string& module) {
  std::map<std::string, std::string> options;
  const std::size_t begin = module.find('(');
  const std::size_t end = module.rfind(')');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return options;
  const std::string inside = module.substr(begin + 1, end - begin - 1);
  const auto take = [&](std::string_view argument) {
    const std::size_t sign = argument.find('=');
    if (sign == std::string_view::npos) return;
    options[text::lower(text::trim(argument.substr(0, sign)))] =
        unquoted(text::trim(argument.substr(sign + 1)));
  };
  char quote = '\0';
  std::size_t from = 0;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const char c = inside[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"' || c == '`') {
      quote = c;
    } else if (c == ',') {
      take(std::string_view(inside).substr(from, i - from));
      from = i + 1;
    }
  }
  take(std::string_view(inside).substr(from));
  return options;
}

bool is_full_text(const std::string& module) {
  return module == "fts3" || module == "fts4" || module == "fts5";
}

}  // namespace

VirtualRows virtual_rows(const schema::Table& table) {
  const std::string module = module_name(table.sqlite.module);
  if (module == "rtree" || module == "rtree_i32") return VirtualRows::stored;
  if (module == "fts5vocab" || module == "fts3aux" || module == "fts4aux" || module == "dbstat") {
    return VirtualRows::derived;
  }
  if (!is_full_text(module)) return VirtualRows::lost;
  const auto options = module_options(table.sqlite.module);
  // The language of a row is in a hidden column, and functions that compress are the application's.
  if (options.count("languageid") != 0 || options.count("compress") != 0) return VirtualRows::lost;
  const auto content = options.find("content");
  if (content == options.end()) return VirtualRows::stored;
  return content->second.empty() ? VirtualRows::lost : VirtualRows::indexed;
}

std::optional<schema::Table> with_virtual_columns(backend::Connection& connection,
                                                  const schema::Table& table) {
  if (table.sqlite.module.empty()) return table;
  if (virtual_rows(table) != VirtualRows::stored) return std::nullopt;
  schema::Table described = table;
  described.columns = {};
  const auto add = [&](const std::string& name, schema::TypeKind kind, bool is_key) {
    schema::Column column;
    column.name = name;
    column.type.kind = kind;
    column.nullable = !is_key;
    described.columns.push_back(column);
    if (is_key) described.primary_key = schema::PrimaryKey{"", {name}, {}};
  };
  const bool has_texts = is_full_text(module_name(table.sqlite.module));
  if (has_texts) add("rowid", schema::TypeKind::integer, true);
  const backend::Value name = table.name;
  const auto rows = connection.query(
      "SELECT name, upper(type) FROM pragma_table_xinfo(?) WHERE hidden = 0", std::span(&name, 1));
  for (const auto& row : rows.rows) {
    schema::TypeKind kind = has_texts ? schema::TypeKind::longtext : schema::TypeKind::native;
    if (row[1] == "INT") kind = schema::TypeKind::integer;
    if (row[1] == "REAL") kind = schema::TypeKind::double_;
    add(row[0].value_or(""), kind, !has_texts && described.columns.empty());
  }
  return described;
}

void rebuild_index(backend::Connection& connection, const std::string& name) {
  const std::string table = connection.dialect().quote_identifier(name);
  connection.execute(fmt::format("INSERT INTO {0} ({0}) VALUES ('rebuild')", table));
}

std::string virtual_name(const schema::Table& table) {
  return fmt::format("virtual table '{}' ({})", table.name, module_name(table.sqlite.module));
}

}  // namespace dbmig::transfer
