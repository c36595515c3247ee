#include "diagram/svg.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "diagram/assets.hpp"
#include "diagram/page.hpp"
#include "diagram/plain_text.hpp"
#include "diagram/template.hpp"

namespace dbmig::diagram {
namespace {

std::string pixels(double value) {
  return fmt::format("{:.0f}", value);
}

std::string_view class_of(Difference difference) {
  switch (difference) {
    case Difference::none:
      return "";
    case Difference::added:
      return "added";
    case Difference::removed:
      return "removed";
    case Difference::changed:
      break;
  }
  return "changed";
}

template <class Key>
Difference difference_of(const std::map<Key, Difference>& all, const Key& key) {
  const auto found = all.find(key);
  return found == all.end() ? Difference::none : found->second;
}

/// The marks where a line ends, as the crow's-foot notation has them: many or one at the table of
/// the foreign key, one or none at the other.
Values ends_of(const PictureLink& link, const Curve& curve) {
  const auto direction = [](Point end, Point before) { return before.x >= end.x ? 1.0 : -1.0; };
  const Point many = curve.front();
  const Point one = curve.back();
  const double out = direction(many, curve[1]);
  const double in = direction(one, curve[curve.size() - 2]);
  Values ends(Values::type::list);
  const auto add = [&](std::string path, bool is_zero) {
    Values end;
    end.set("path", std::move(path));
    end.set("zero", is_zero);
    ends.push_back(end);
  };
  const auto bar = [&](Point end, double way) {
    return fmt::format("M{:.0f} {:.0f}v10", end.x + way, end.y - 5);
  };
  if (link.reference.is_single) {
    add(bar(many, out * 7), false);
  } else {
    add(fmt::format("M{0:.0f} {1:.0f}L{2:.0f} {3:.0f}L{0:.0f} {4:.0f}", many.x, many.y - 5,
                    many.x + out * 10, many.y, many.y + 5),
        false);
  }
  add(bar(one, in * 6), false);
  if (link.reference.is_optional) {
    add(fmt::format("M{:.0f} {:.0f}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0", one.x + in * 12.5 - 3.5,
                    one.y),
        true);
  } else {
    add(bar(one, in * 10), false);
  }
  return ends;
}

Values row_values(const Row& row, double y, double width, Difference difference) {
  Values values;
  values.set("name", cut_to(one_line(row.name), kMaxCells));
  values.set("type", cut_to(one_line(row.type), kMaxTypeCells));
  values.set("y", pixels(y));
  values.set("mark_y", pixels(y - 1));
  values.set("type_x", pixels(width - 12));
  values.set("mark", std::string(row.is_primary   ? "PK"
                                 : row.is_foreign ? "FK"
                                 : row.is_unique  ? "UQ"
                                                  : ""));
  values.set("required", !row.is_nullable);
  values.set("difference", std::string(class_of(difference)));
  return values;
}

Values table_values(const Picture& picture, std::size_t index, const Differences& differences) {
  const schema::Table& table = *picture.tables[index];
  const Rectangle& box = picture.layout.boxes[index];
  Values values;
  values.set("name", cut_to(one_line(table.name), kMaxCells));
  values.set("about",
             one_line(table.comment.empty() ? table.name : table.name + ": " + table.comment));
  values.set("x", pixels(box.x));
  values.set("y", pixels(box.y));
  values.set("width", pixels(box.width));
  values.set("height", pixels(box.height));
  values.set("difference", std::string(class_of(difference_of(differences.tables, table.name))));
  const std::vector<Row> rows = rows_of(table, picture.detail);
  values.set("head",
             rows.empty()
                 ? fmt::format("M1 6q0 -5 5 -5h{0:.0f}q5 0 5 5v18q0 5 -5 5h-{0:.0f}q-5 0 -5 -5z",
                               box.width - 12)
                 : fmt::format("M1 30v-24q0 -5 5 -5h{:.0f}q5 0 5 5v24z", box.width - 12));
  Values list(Values::type::list);
  double y = kHeaderHeight + 16;
  for (const Row& row : rows) {
    list.push_back(row_values(
        picture.detail == Detail::columns
            ? row
            : Row{row.name, "", row.is_primary, row.is_foreign, row.is_unique, row.is_nullable},
        y, box.width, difference_of(differences.columns, std::pair(table.name, row.name))));
    y += kRowHeight;
  }
  values.set("rows", list);
  return values;
}

std::string about_link(const PictureLink& link) {
  return fmt::format("{}: {}({}) → {}({})", link.reference.key->name, link.reference.child->name,
                     text::join(link.reference.key->columns, ", "),
                     link.reference.key->referenced_table,
                     text::join(link.reference.key->referenced_columns, ", "));
}

}  // namespace

Differences differences_between(const schema::Schema& from, const schema::Schema& to) {
  Differences all;
  for (const auto& [name, table] : to.tables) {
    const schema::Table* before = from.find_table(name);
    if (before == nullptr) {
      all.tables[name] = Difference::added;
      continue;
    }
    if (*before == table) continue;
    all.tables[name] = Difference::changed;
    for (const schema::Column& column : table.columns) {
      const schema::Column* old = before->find_column(column.name);
      if (old == nullptr) {
        all.columns[{name, column.name}] = Difference::added;
      } else if (!(*old == column)) {
        all.columns[{name, column.name}] = Difference::changed;
      }
    }
    for (const schema::Column& column : before->columns) {
      if (table.find_column(column.name) == nullptr) {
        all.columns[{name, column.name}] = Difference::removed;
      }
    }
  }
  for (const auto& [name, table] : from.tables) {
    if (to.find_table(name) == nullptr) all.tables[name] = Difference::removed;
  }
  return all;
}

std::string to_svg(const Picture& picture, const std::string& title,
                   const Differences& differences) {
  Values values;
  values.set("mark", std::string(kMark));
  values.set("title", one_line(title));
  values.set("width", pixels(picture.layout.width));
  values.set("height", pixels(picture.layout.height));
  Values areas(Values::type::list);
  for (const Area& area : picture.layout.areas) {
    if (!area.is_framed) continue;
    Values one;
    one.set("name", one_line(area.name));
    one.set("x", pixels(area.place.x));
    one.set("y", pixels(area.place.y));
    one.set("width", pixels(area.place.width));
    one.set("height", pixels(area.place.height));
    one.set("label_x", pixels(area.place.x + 16));
    one.set("label_y", pixels(area.place.y + 28));
    areas.push_back(one);
  }
  values.set("areas", areas);
  Values links(Values::type::list);
  for (std::size_t i = 0; i < picture.links.size(); ++i) {
    Values one;
    one.set("about", one_line(about_link(picture.links[i])));
    one.set("path", to_path(picture.layout.links[i]));
    one.set("ends", ends_of(picture.links[i], picture.layout.links[i]));
    links.push_back(one);
  }
  values.set("links", links);
  Values tables(Values::type::list);
  for (std::size_t i = 0; i < picture.tables.size(); ++i) {
    tables.push_back(table_values(picture, i, differences));
  }
  values.set("tables", tables);
  return fill(assets::diagram_svg_mustache, values);
}

}  // namespace dbmig::diagram
