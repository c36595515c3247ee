#include "diagram/page.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/hex.hpp"
#include "diagram/assets.hpp"
#include "diagram/json_pool.hpp"
#include "diagram/revisions.hpp"
#include "diagram/template.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::diagram {
namespace {

using schema::Schema;

/// How a Content-Security-Policy names a script or style that stands in the page.
std::string policy_hash(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string hex = sha256_hex(text);
  std::string base64;
  unsigned bits = 0;
  int have = 0;
  for (const char c : hex) {
    bits = bits << 4U | static_cast<unsigned>(hex_digit(c));
    have += 4;
    if (have < 6) continue;
    have -= 6;
    base64 += kDigits[bits >> static_cast<unsigned>(have) & 63U];
  }
  if (have > 0) base64 += kDigits[bits << static_cast<unsigned>(6 - have) & 63U];
  return fmt::format("'sha256-{}{}'", base64, std::string((4 - base64.size() % 4) % 4, '='));
}

Json number(double value) {
  return static_cast<std::int64_t>(value);
}

Json layout_json(const Picture& picture) {
  const Layout& layout = picture.layout;
  Json json{{"width", number(layout.width)}, {"height", number(layout.height)}};
  Json boxes = Json::array();
  for (const Rectangle& box : layout.boxes) {
    boxes.push_back({number(box.x), number(box.y), number(box.width), number(box.height)});
  }
  json["boxes"] = std::move(boxes);
  Json links = Json::array();
  for (const Curve& curve : layout.links) links.push_back(to_path(curve));
  json["links"] = std::move(links);
  Json areas = Json::array();
  for (const Area& area : layout.areas) {
    if (!area.is_framed) continue;
    areas.push_back({area.name, number(area.place.x), number(area.place.y),
                     number(area.place.width), number(area.place.height)});
  }
  json["areas"] = std::move(areas);
  return json;
}

Json links_json(const Picture& picture) {
  Json list = Json::array();
  for (const PictureLink& link : picture.links) {
    Json json{link.from, link.to, link.reference.key->name};
    json.push_back((link.reference.is_optional ? 1 : 0) + (link.reference.is_single ? 2 : 0));
    list.push_back(std::move(json));
  }
  return list;
}

Json views_json(const Schema& schema) {
  Json list = Json::array();
  for (const auto& [name, view] : schema.views) {
    Json json{{"name", name}, {"sql", sql_json(view.sql)}};
    Json reads = Json::array();
    for (const std::string& table : ops::tables_in(view.sql)) reads.push_back(table);
    json["reads"] = std::move(reads);
    list.push_back(std::move(json));
  }
  return list;
}

Json triggers_json(const Schema& schema) {
  Json list = Json::array();
  for (const auto& [name, trigger] : schema.triggers) {
    list.push_back({{"name", name}, {"table", trigger.table}, {"sql", sql_json(trigger.sql)}});
  }
  return list;
}

Json routines_json(const Schema& schema) {
  Json list = Json::array();
  for (const auto& [key, routine] : schema.routines) {
    list.push_back(
        {{"kind", schema::to_string(routine.kind)}, {"name", routine.name}, {"sql", routine.sql}});
  }
  return list;
}

Json groups_json(const SavedLayout& saved) {
  Json json = Json::array();
  for (const auto& [name, patterns] : saved.groups) json.push_back({name, patterns});
  return json;
}

Json pinned_json(const SavedLayout& saved) {
  Json json = Json::object();
  for (const auto& [name, place] : saved.tables) {
    json[name] = {number(place.x), number(place.y)};
  }
  return json;
}

/// Both databases where none is named.
std::vector<DialectKind> dialects_of(const PageData& data) {
  if (!data.dialects.empty()) return data.dialects;
  return {DialectKind::sqlite, DialectKind::mariadb};
}

/// `data` with the tables that only the other side has added to what is drawn, so that they have
/// their place.
Schema drawn_schema(const PageData& data) {
  Schema schema = data.schema;
  if (!data.against) return schema;
  for (const auto& [name, table] : data.against->schema.tables) {
    if (std::as_const(schema).find_table(name) == nullptr) schema.tables.emplace(name, table);
  }
  return schema;
}

}  // namespace

std::string page_json(const PageData& data) {
  JsonPool pool(dialects_of(data));
  const Schema drawn = drawn_schema(data);
  Json json{{"title", data.title}, {"subject", data.subject}};
  Json dialects = Json::array();
  for (const DialectKind kind : dialects_of(data)) dialects.push_back(to_string(kind));
  json["dialects"] = std::move(dialects);
  const bool has_pins = !data.layout.tables.empty();
  const Detail detail = data.detail ? *data.detail
                        : has_pins  ? data.layout.detail
                                    : fitting_detail(drawn.tables.size());
  json["detail"] = to_string(detail);
  Json places = Json::array();
  for (const auto& [name, table] : drawn.tables) places.push_back(name);
  json["places"] = std::move(places);
  Json layouts = Json::object();
  for (const Detail each : {Detail::names, Detail::keys, Detail::columns}) {
    const Picture picture = draw(drawn, each, data.layout);
    if (each == Detail::names) json["links"] = links_json(picture);
    layouts[std::string(to_string(each))] = layout_json(picture);
  }
  json["layouts"] = std::move(layouts);
  json["pinned"] = {{"detail", to_string(data.layout.detail)},
                    {"tables", pinned_json(data.layout)},
                    {"groups", groups_json(data.layout)}};
  Json schema = Json::object();
  for (const auto& [name, table] : data.schema.tables) schema[name] = pool.add(table);
  json["schema"] = std::move(schema);
  json["views"] = views_json(data.schema);
  json["triggers"] = triggers_json(data.schema);
  json["routines"] = routines_json(data.schema);
  if (data.against) {
    json["against"] = {{"label", data.against->label},
                       {"tables", changed_tables(data.schema, data.against->schema, data, pool)}};
    if (data.against->is_origin) json["against"]["origin"] = true;
  }
  json["revisions"] = revisions_json(data, pool);
  json["tables"] = pool.tables();
  json["columns"] = pool.columns();
  return json_text(json);
}

std::string page(const PageData& data, const PageOptions& options) {
  Values values;
  values.set("mark", std::string(kMark));
  values.set("title", data.title);
  values.set("subject", data.subject);
  if (options.live.empty()) {
    const std::string style(page_style());
    const std::string script(page_script());
    // Nothing but this style and this script, and nothing from anywhere.
    values.set("policy", fmt::format("default-src 'none'; style-src {}; script-src {}; "
                                     "base-uri 'none'; form-action 'none'",
                                     policy_hash(style), policy_hash(script)));
    values.set("style", style);
    values.set("script", script);
    values.set("data", page_json(data));
  } else {
    values.set("live", options.live);
    values.set("style_path", options.style_path);
    Values paths(Values::type::list);
    for (const std::string& path : options.script_paths) {
      Values one;
      one.set("path", path);
      paths.push_back(one);
    }
    values.set("script_paths", paths);
  }
  return fill(assets::page_mustache, values);
}

std::string_view page_script() {
  static const std::string script =
      fmt::format("(function () {{\n'use strict';\n\n{}}})();\n", assets::page_js);
  return script;
}
std::string_view page_style() {
  return assets::page_css;
}

}  // namespace dbmig::diagram
