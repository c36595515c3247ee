#include "yaml/read_rows.hpp"

#include <fmt/core.h>

#include <set>
#include <utility>

#include "base/text.hpp"
#include "yaml/scalar.hpp"

namespace dbmig::yaml {
namespace {

using Row = std::vector<std::optional<std::string>>;

std::optional<std::string> read_value(Reader& reader, const Node& node) {
  if (node.is_null()) return std::nullopt;
  if (!node.is_scalar()) {
    reader.error(node,
                 fmt::format("a value must be text, a number or null, not {}", kind_name(node)),
                 "write JSON as a text in quotes");
    return std::nullopt;
  }
  if (!node.quoted && scalar_kind(node.text) == ScalarKind::boolean) {
    return text::lower(node.text) == "true" ? "1" : "0";
  }
  return node.text;
}

Row read_list(Reader& reader, const Node& node, std::size_t columns) {
  Row row;
  if (node.children.size() != columns) {
    reader.error(node, fmt::format("a row of {} for {}", text::count(node.children.size(), "value"),
                                   text::count(columns, "column")));
  }
  for (const Node& value : node.children) row.push_back(read_value(reader, value));
  return row;
}

Row read_mapping(Reader& reader, const Node& node, const std::vector<std::string>& columns) {
  Row row;
  Fields fields(reader, node, "a row", columns);
  for (const std::string& column : columns) {
    const Node* value = fields.require(column, "write null where there is no value");
    row.push_back(value != nullptr ? read_value(reader, *value) : std::nullopt);
  }
  return row;
}

}  // namespace

std::optional<ops::BulkInsert> read_rows(Reader& reader, const Node& key, const Node& body) {
  Fields fields(reader, body, key.text, {"table", "columns", "rows"});
  if (!fields.valid()) return std::nullopt;
  ops::BulkInsert insert;
  insert.table = fields.required_text("table").value_or("");
  const Node* rows = fields.require("rows", "as in rows: [[1, España], [2, null]]");
  const bool have_rows =
      rows != nullptr && reader.is_sequence(*rows, "'rows'", "[[1, España], [2, null]]");
  const bool by_name = have_rows && !rows->children.empty() && rows->children.front().is_mapping();
  if (const Node* columns = fields.find("columns")) {
    insert.columns = reader.names(*columns, "'columns'");
  } else if (by_name) {
    const Node& first = rows->children.front();
    for (std::size_t i = 0; i < first.entries(); ++i) insert.columns.push_back(first.key(i).text);
  } else {
    fields.require("columns", "as in columns: [id, name]");
    return std::nullopt;
  }
  std::set<std::string> seen;
  for (const std::string& column : insert.columns) {
    if (!seen.insert(column).second) {
      reader.error(fields.node(), fmt::format("column '{}' is named twice", column));
    }
  }
  if (!have_rows) return std::nullopt;
  for (const Node& row : rows->children) {
    if (row.is_mapping()) {
      insert.rows.push_back(read_mapping(reader, row, insert.columns));
    } else if (reader.is_sequence(row, "a row", "[1, España]")) {
      insert.rows.push_back(read_list(reader, row, insert.columns.size()));
    }
  }
  return insert;
}

}  // namespace dbmig::yaml
