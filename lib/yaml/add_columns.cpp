#include "yaml/add_columns.hpp"

#include "base/text.hpp"
#include "schema/table.hpp"
#include "yaml/model.hpp"

namespace dbmig::yaml {
namespace {

/// "name: varchar(20)", as print_model() writes it below `columns:`.
std::vector<std::string> column_lines(const std::vector<schema::Column>& columns) {
  schema::Schema schema;
  schema::Table table;
  table.name = "t";
  table.columns = columns;
  schema.tables.emplace(table.name, table);
  std::vector<std::string> lines;
  bool is_column = false;
  for (const std::string& line : text::split(print_model(schema), '\n')) {
    if (is_column && !text::trim(line).empty()) lines.emplace_back(text::trim(line));
    is_column = is_column || text::trim(line) == "columns:";
  }
  return lines;
}

std::size_t indent_of(std::string_view line) {
  const std::size_t blanks = line.find_first_not_of(' ');
  return blanks == std::string_view::npos ? line.size() : blanks;
}

}  // namespace

std::string add_columns(std::string_view content, const SourcePosition& last,
                        const std::vector<schema::Column>& columns) {
  std::vector<std::string> lines = text::split(content, '\n');
  const auto at = static_cast<std::size_t>(last.line - 1);
  const std::size_t indent = static_cast<std::size_t>(last.column - 1);
  if (last.line < 1 || at >= lines.size() || indent_of(lines[at]) != indent || indent == 0) {
    throw Error(ErrorCode::failed, "the columns do not stand one below the other here").at(last);
  }
  std::size_t end = at + 1;
  while (end < lines.size() && !text::trim(lines[end]).empty() && indent_of(lines[end]) > indent) {
    ++end;
  }
  const bool has_cr = !lines[at].empty() && lines[at].back() == '\r';
  std::vector<std::string> added;
  for (const std::string& line : column_lines(columns)) {
    added.push_back(std::string(indent, ' ') + line + (has_cr ? "\r" : ""));
  }
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(end), added.begin(), added.end());
  // A last line without an end gets one.
  return text::join(lines, "\n");
}

}  // namespace dbmig::yaml
