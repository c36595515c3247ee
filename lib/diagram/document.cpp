#include "diagram/document.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "diagram/choice.hpp"
#include "diagram/formats.hpp"
#include "diagram/svg.hpp"

namespace dbmig::diagram {
namespace {

struct FormatNames {
  Format format;
  std::string_view name;
  std::vector<std::string_view> extensions;
};

const std::vector<FormatNames>& all_formats() {
  static const std::vector<FormatNames> formats{
      {Format::html, "html", {".html", ".htm"}},
      {Format::svg, "svg", {".svg"}},
      {Format::dot, "dot", {".dot", ".gv"}},
      {Format::mermaid, "mermaid", {".mmd", ".mermaid"}},
      {Format::plantuml, "plantuml", {".puml", ".plantuml", ".pu"}},
      {Format::dbml, "dbml", {".dbml"}},
      {Format::markdown, "markdown", {".md", ".markdown"}},
  };
  return formats;
}

std::string heading(const PageData& data) {
  return data.subject.empty() ? data.title : fmt::format("{}: {}", data.title, data.subject);
}

Detail detail_of(const PageData& data, std::size_t tables) {
  if (data.detail) return *data.detail;
  return data.layout.tables.empty() ? fitting_detail(tables) : data.layout.detail;
}

/// `to` with the tables and columns that only `from` has.
schema::Schema overlaid(const schema::Schema& from, const schema::Schema& to) {
  schema::Schema all = to;
  for (const auto& [name, table] : from.tables) {
    const schema::Table* now = to.find_table(name);
    if (now == nullptr) {
      all.tables.emplace(name, table);
      continue;
    }
    if (*now == table) continue;
    for (const schema::Column& column : table.columns) {
      if (now->find_column(column.name) == nullptr) all.table(name).columns.push_back(column);
    }
  }
  return all;
}

std::string svg_of(const PageData& data) {
  if (!data.against) {
    const Detail detail = detail_of(data, data.schema.tables.size());
    return to_svg(draw(data.schema, detail, data.layout), heading(data));
  }
  const schema::Schema all = overlaid(data.schema, data.against->schema);
  return to_svg(draw(all, detail_of(data, all.tables.size()), data.layout),
                fmt::format("{} beside {}", heading(data), data.against->label),
                differences_between(data.schema, data.against->schema));
}

}  // namespace

std::string_view to_string(Format format) {
  for (const FormatNames& names : all_formats()) {
    if (names.format == format) return names.name;
  }
  return {};
}

std::optional<Format> parse_format(std::string_view name) {
  for (const FormatNames& names : all_formats()) {
    if (names.name == name) return names.format;
  }
  return {};
}

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const FormatNames& format : all_formats()) list.emplace_back(format.name);
    return list;
  }();
  return names;
}

std::optional<Format> format_of(const std::filesystem::path& path) {
  const std::string extension = text::lower(path.extension().string());
  for (const FormatNames& names : all_formats()) {
    for (const std::string_view own : names.extensions) {
      if (extension == own) return names.format;
    }
  }
  return {};
}

std::vector<std::string> documents(const PageData& data, Format format) {
  switch (format) {
    case Format::html:
      return {page(data)};
    case Format::svg:
      return {svg_of(data)};
    case Format::dot:
      return {to_dot(data.schema, heading(data))};
    case Format::mermaid:
      return to_mermaid(data.schema, heading(data));
    case Format::plantuml:
      return {to_plantuml(data.schema, heading(data))};
    case Format::dbml:
      return {to_dbml(data.schema, heading(data))};
    case Format::markdown:
      break;
  }
  return {to_markdown(data.schema, heading(data), data.dialects)};
}

std::vector<std::filesystem::path> document_paths(const std::filesystem::path& path,
                                                  std::size_t count) {
  std::vector<std::filesystem::path> paths{path};
  for (std::size_t i = 2; i <= count; ++i) {
    paths.push_back(path.parent_path() /
                    fmt::format("{}-{}{}", path.stem().string(), i, path.extension().string()));
  }
  return paths;
}

bool is_made_by_us(std::string_view content) {
  return content.substr(0, 400).find(kMark) != std::string_view::npos;
}

std::string change_to_svg(const schema::Schema& from, const schema::Schema& to,
                          const std::string& title) {
  const schema::Schema all = overlaid(from, to);
  const Differences differences = differences_between(from, to);
  std::set<std::string> touched;
  for (const auto& [name, difference] : differences.tables) touched.insert(name);
  const schema::Schema part = only_tables(all, tables_within(all, touched, 1));
  return to_svg(draw(part, Detail::columns), title, differences);
}

}  // namespace dbmig::diagram
