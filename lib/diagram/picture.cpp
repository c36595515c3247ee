#include "diagram/picture.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/glob.hpp"

namespace dbmig::diagram {
namespace {

using schema::Table;

constexpr double kKeyMark = 30;  // room for PK and FK before a column's name
constexpr double kPadding = 12;
constexpr double kLeastWidth = 90;

/// The first byte of each character of UTF-8, and how wide it is.
template <class Visit>
void for_each_character(std::string_view text, Visit visit) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    std::size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    size = std::min(size, text.size() - i);
    // From U+1100 on, roughly: Hangul, kana, CJK, full-width forms, emoji.
    const bool is_wide =
        byte >= 0xE1 && !(byte == 0xE2) &&
        !(byte == 0xE1 && size == 3 && static_cast<unsigned char>(text[i + 1]) > 0x87);
    visit(i, size, std::size_t{is_wide ? 2U : 1U});
    i += size;
  }
}

Box box_of(const Table& table, Detail detail) {
  Box box;
  box.name = table.name;
  double width = kHeaderCell * static_cast<double>(std::min(cells_of(table.name), kMaxCells));
  double types = 0;
  double names = 0;
  const std::vector<Row> rows = rows_of(table, detail);
  for (const Row& row : rows) {
    names = std::max(names, static_cast<double>(std::min(cells_of(row.name), kMaxCells)));
    types = std::max(types, static_cast<double>(std::min(cells_of(row.type), kMaxTypeCells)));
  }
  width += 2 * kPadding;
  if (!rows.empty()) {
    const double type_width = detail == Detail::columns ? types * kRowCell + kPadding : 0;
    width = std::max(width, kKeyMark + names * kRowCell + type_width + kPadding);
  }
  box.width = std::ceil(std::max(kLeastWidth, width));
  box.height =
      kHeaderHeight + kRowHeight * static_cast<double>(rows.size()) + (rows.empty() ? 0 : 6);
  return box;
}

/// Where a line to `column` is fastened.
double port_of(const Table& table, Detail detail, const std::string& column) {
  const std::vector<Row> rows = rows_of(table, detail);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name == column) {
      return kHeaderHeight + kRowHeight * (static_cast<double>(i) + 0.5) + 2;
    }
  }
  return kHeaderHeight / 2;
}

std::string group_of(const SavedLayout& saved, const std::string& table) {
  for (const auto& [name, patterns] : saved.groups) {
    for (const std::string& pattern : patterns) {
      if (pattern == table || text::matches_glob(table, pattern)) return name;
    }
  }
  return {};
}

}  // namespace

std::string_view to_string(Detail detail) {
  switch (detail) {
    case Detail::names:
      return "names";
    case Detail::keys:
      return "keys";
    case Detail::columns:
      break;
  }
  return "columns";
}

std::optional<Detail> parse_detail(std::string_view text) {
  for (const Detail detail : {Detail::names, Detail::keys, Detail::columns}) {
    if (text == to_string(detail)) return detail;
  }
  return {};
}

Detail fitting_detail(std::size_t tables) {
  return tables <= 30 ? Detail::columns : tables <= 90 ? Detail::keys : Detail::names;
}

std::vector<Row> rows_of(const Table& table, Detail detail) {
  std::vector<Row> rows;
  if (detail == Detail::names) return rows;
  for (const schema::Column& column : table.columns) {
    Row row{column.name,
            schema::to_string(column.type),
            table.in_primary_key(column.name),
            is_in_foreign_key(table, column.name),
            is_in_unique(table, column.name),
            column.nullable};
    if (detail == Detail::keys && !row.is_primary && !row.is_foreign && !row.is_unique) continue;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::size_t cells_of(std::string_view text) {
  std::size_t cells = 0;
  for_each_character(text, [&](std::size_t, std::size_t, std::size_t width) { cells += width; });
  return cells;
}

std::string cut_to(std::string_view text, std::size_t cells) {
  if (cells_of(text) <= cells) return std::string(text);
  std::string cut;
  std::size_t used = 0;
  bool is_full = false;
  for_each_character(text, [&](std::size_t at, std::size_t size, std::size_t width) {
    is_full = is_full || used + width > cells - 1;
    if (is_full) return;
    used += width;
    cut += text.substr(at, size);
  });
  return cut + "…";
}

Picture draw(const schema::Schema& schema, Detail detail, const SavedLayout& saved) {
  Picture picture;
  picture.detail = detail;
  std::map<std::string, std::size_t> place;
  std::vector<Box> boxes;
  for (const auto& [name, table] : schema.tables) {
    place[name] = picture.tables.size();
    picture.tables.push_back(&table);
    boxes.push_back(box_of(table, detail));
    boxes.back().group = group_of(saved, name);
  }
  std::vector<Link> links;
  for (const Reference& reference : references_of(schema)) {
    const auto& [child, parent, key, is_optional, is_single] = reference;
    const std::string first =
        key->referenced_columns.empty() ? std::string() : key->referenced_columns.front();
    PictureLink link{reference, place.at(child->name), place.at(parent->name)};
    links.push_back({link.from, link.to, port_of(*child, detail, key->columns.front()),
                     port_of(*parent, detail, first)});
    picture.links.push_back(link);
  }
  LayoutOptions options;
  if (detail == Detail::names) {
    options.row_gap = 12;
    options.column_gap = 36;
  }
  if (saved.detail == detail) options.pinned = saved.tables;
  picture.layout = lay_out(boxes, links, options);
  return picture;
}

}  // namespace dbmig::diagram
