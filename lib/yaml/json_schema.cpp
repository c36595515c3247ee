#include "yaml/json_schema.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "lint/codes.hpp"
#include "yaml/key_spec.hpp"
#include "yaml/model.hpp"
#include "yaml/parts.hpp"
#include "yaml/read_config.hpp"
#include "yaml/read_operation.hpp"
#include "yaml/revision.hpp"
#include "yaml/sealed_file.hpp"

namespace dbmig::yaml {
namespace {

using Json = nlohmann::ordered_json;
/// Mappings by their name in the schema.
using Shapes = std::map<std::string, KeySpec>;

/// Lines of an example; one that begins a mapping names its shape.
struct ExampleLine {
  std::string shape;
  std::string text;
};

/// Runs `read` over the example, which may be full of mistakes, and gives what was looked for.
template <class Read>
void record(const std::vector<ExampleLine>& example, Shapes& shapes, Read read) {
  KeySpecRecorder recorder;
  std::string content;
  for (const ExampleLine& line : example) content += line.text + "\n";
  try {
    read(content);
  } catch (const Error&) {
    // The example lacks everything.
  }
  for (std::size_t i = 0; i < example.size(); ++i) {
    const auto found = recorder.all().find(static_cast<int>(i) + 1);
    if (!example[i].shape.empty() && found != recorder.all().end()) {
      shapes[example[i].shape] = found->second;
    }
  }
}

Shapes recorded_shapes() {
  Shapes shapes;
  std::vector<ExampleLine> model{{"model", "tables:"},
                                 {"", "  t:"},
                                 {"table", "    columns:"},
                                 {"", "      c:"},
                                 {"column", "        generated:"},
                                 {"generated", "          {}"},
                                 {"", "        mariadb:"},
                                 {"mariadb_column", "          {}"},
                                 {"", "        sqlite:"},
                                 {"sqlite_column", "          {}"},
                                 {"", "        references:"},
                                 {"references", "          {table: a}"},
                                 {"", "      d:"},
                                 {"", "        type:"},
                                 {"native_type", "          {}"},
                                 {"", "    primary_key:"},
                                 {"primary_key", "      {}"},
                                 {"", "    unique:"},
                                 {"", "      u:"},
                                 {"unique", "        {}"},
                                 {"", "    indexes:"},
                                 {"", "      i:"},
                                 {"index", "        columns:"},
                                 {"", "          -"},
                                 {"index_part", "            {}"},
                                 {"", "        mariadb:"},
                                 {"mariadb_index", "          {}"},
                                 {"", "    foreign_keys:"},
                                 {"", "      f:"},
                                 {"foreign_key", "        {}"},
                                 {"", "    checks:"},
                                 {"", "      k:"},
                                 {"check", "        {}"},
                                 {"", "    mariadb:"},
                                 {"mariadb_table", "      period:"},
                                 {"period", "        {}"},
                                 {"", "    sqlite:"},
                                 {"sqlite_table", "      {}"},
                                 {"", "views:"},
                                 {"", "  v:"},
                                 {"view", "    {}"},
                                 {"", "triggers:"},
                                 {"", "  r:"},
                                 {"trigger", "    {}"}};
  for (const auto& [section, kind] : kRoutineSections) {
    model.push_back({"", std::string(section) + ":"});
    model.push_back({"", "  p:"});
    model.push_back({"routine", "    {}"});
  }
  record(model, shapes, [](const std::string& text) { parse_model({{"model", text}}); });

  std::vector<ExampleLine> revision{{"revision", "revision: a"},
                                    {"", "require:"},
                                    {"requirement", "  {message: a}"},
                                    {"", "upgrade:"}};
  for (const std::string& name : operation_names()) {
    if (name == "create_table") continue;  // a table of the model
    revision.push_back({"", "  - " + name + ":"});
    revision.push_back({name, "      {}"});
  }
  record(revision, shapes, [](const std::string& text) { parse_revision(text, "revision"); });

  record({{"project", "hooks:"}, {"hooks", "  {}"}}, shapes, [](const std::string& text) {
    Project project;
    read_config(text, "dbmig.yaml", project);
  });
  return shapes;
}

Json shape_ref(const std::string& name) {
  return {{"$ref", "#/definitions/" + name}};
}
Json any_of(std::vector<Json> list) {
  return {{"anyOf", std::move(list)}};
}
Json map_of(Json value) {
  return {{"type", {"object", "null"}}, {"additionalProperties", std::move(value)}};
}
Json list_of(Json value) {
  return {{"type", "array"}, {"items", std::move(value)}};
}

/// YAML reads 1 and true as no text, and they are one where a text is asked for.
Json text_schema() {
  return {{"type", {"string", "number", "boolean", "null"}}};
}
Json names_schema() {
  return any_of({text_schema(), list_of(text_schema())});
}

/// The definitions that are no mapping with keys of its own.
Json common_definitions() {
  Json all;
  all["text"] = text_schema();
  all["names"] = names_schema();
  all["sql"] =
      any_of({text_schema(),
              {{"type", "object"},
               {"properties",
                {{"sql", Json::object()}, {"mariadb", text_schema()}, {"sqlite", text_schema()}}},
               {"additionalProperties", false}}});
  all["columns"] =
      any_of({text_schema(), list_of(any_of({text_schema(), shape_ref("index_part")}))});
  all["type"] = any_of({text_schema(), shape_ref("native_type")});
  all["value"] = text_schema();
  all["row"] = any_of({list_of(shape_ref("value")), {{"type", "object"}}});
  return all;
}

/// A constraint by its name, or a list of them.
Json constraints(const std::string& shape, const Json& short_form) {
  const Json one = any_of({shape_ref(shape), short_form});
  const Json unnamed = any_of({shape_ref(shape + "_in_a_list"), short_form});
  return any_of({map_of(one), list_of(unnamed), {{"type", "null"}}});
}

Json routine_schema() {
  return any_of({text_schema(), shape_ref("routine")});
}

/// `off` as a pattern that any case fits: `[oO][fF][fF]`.
std::string any_case(const std::vector<std::string>& words) {
  std::string pattern;
  for (const std::string& word : words) {
    pattern += pattern.empty() ? "^(" : "|";
    for (const char c : word) {
      const std::string letter(1, c);
      const bool is_letter = text::upper(letter) != letter;
      pattern += is_letter ? "[" + letter + text::upper(letter) + "]" : letter;
    }
  }
  return pattern + ")$";
}

/// A word is read in any case; editors offer the usual one.
Json word_schema(const std::vector<std::string>& words) {
  return any_of(
      {{{"enum", words}}, {{"type", "string"}, {"pattern", any_case(words)}}, {{"type", "null"}}});
}

Json levels_schema() {
  // YAML 1.1 reads `off` as false.
  const Json level = any_of({word_schema(lint::level_names()), {{"const", false}}});
  Json properties;
  std::vector<std::string> names = lint::code_names();
  for (std::string& group : lint::group_names()) names.push_back(std::move(group));
  for (const std::string& name : names) {
    const lint::Code* code = lint::find_code(name);
    properties[name] = level;
    if (code != nullptr) properties[name]["description"] = code->title;
  }
  return {{"type", {"object", "null"}},
          {"properties", std::move(properties)},
          {"additionalProperties", false}};
}

/// A query or a list of them, each with its message or without.
Json requirements_schema() {
  const Json one = any_of({shape_ref("sql"), shape_ref("requirement")});
  return any_of({one, list_of(one), {{"type", "null"}}});
}

/// What the keys hold that are not read as one value, as "shape.key" or, for several shapes, "key".
std::map<std::string, Json, std::less<>> described_values() {
  std::map<std::string, Json, std::less<>> all{
      {"tables", map_of(shape_ref("table"))},
      {"views", map_of(any_of({text_schema(), shape_ref("view")}))},
      {"triggers", map_of(shape_ref("trigger"))},
      {"table.columns", map_of(any_of({text_schema(), shape_ref("column")}))},
      {"table.primary_key", any_of({shape_ref("columns"), shape_ref("primary_key")})},
      {"table.unique", constraints("unique", shape_ref("columns"))},
      {"table.indexes", constraints("index", shape_ref("columns"))},
      {"table.foreign_keys", constraints("foreign_key", false)},
      {"table.checks", constraints("check", shape_ref("sql"))},
      {"table.mariadb", any_of({shape_ref("mariadb_table"), {{"type", "null"}}})},
      {"table.sqlite", any_of({shape_ref("sqlite_table"), {{"type", "null"}}})},
      {"alter_table.mariadb", any_of({shape_ref("mariadb_table"), {{"type", "null"}}})},
      {"alter_table.sqlite", any_of({shape_ref("sqlite_table"), {{"type", "null"}}})},
      {"mariadb_table.options", map_of(text_schema())},
      {"mariadb_table.period", shape_ref("period")},
      {"sqlite_table.unnamed", shape_ref("names")},
      {"sqlite_table.implied", shape_ref("names")},
      {"type", shape_ref("type")},
      {"drop_constraint.type", text_schema()},
      {"drop_constraint.kind", text_schema()},
      {"default", any_of({text_schema(), shape_ref("sql")})},
      {"generated", any_of({text_schema(), shape_ref("generated")})},
      {"column.mariadb", any_of({shape_ref("mariadb_column"), {{"type", "null"}}})},
      {"column.sqlite", any_of({shape_ref("sqlite_column"), {{"type", "null"}}})},
      {"references", any_of({text_schema(), shape_ref("references")})},
      {"on_delete", text_schema()},
      {"on_update", text_schema()},
      {"deferrable", {{"type", "boolean"}}},
      {"external", {{"type", "boolean"}}},
      {"columns", shape_ref("columns")},
      {"index_part.expr", shape_ref("sql")},
      {"index_part.length", {{"type", "integer"}, {"minimum", 1}}},
      {"index.mariadb", any_of({shape_ref("mariadb_index"), {{"type", "null"}}})},
      {"sql", shape_ref("sql")},
      {"mariadb", text_schema()},
      {"sqlite", text_schema()},
      {"native_type.native", text_schema()},
      {"mariadb_column.srid", {{"type", {"integer", "null"}}}},
      {"rename", text_schema()},
      {"after", text_schema()},
      {"comment", text_schema()},
      {"sql_mode", text_schema()},
      {"renamed_from", text_schema()},
      {"where", shape_ref("sql")},
      {"name", text_schema()},
      {"rows", any_of({list_of(shape_ref("row")), {{"type", "null"}}})},
      {"undo", shape_ref("sql")},
      {"state", shape_ref("operations")},
      {"revision.revision", text_schema()},
      {"parents", any_of({shape_ref("names"), {{"type", "null"}}})},
      {"depends_on", shape_ref("names")},
      {"label", shape_ref("names")},
      {"adopts", map_of(shape_ref("names"))},
      {"replaces", list_of({{"type", "object"}})},
      {"revision.require", requirements_schema()},
      {"upgrade", shape_ref("operations")},
      {"downgrade", shape_ref("operations")},
      {"project.database", text_schema()},
      {"project.databases", map_of(text_schema())},
      {"project.schemas", text_schema()},
      {"project.migrations", shape_ref("names")},
      {"project.dialects", shape_ref("names")},
      {"project.scratch", text_schema()},
      {"project.include", shape_ref("names")},
      {"project.exclude", shape_ref("names")},
      {"project.lint", levels_schema()},
      {"project.variables", map_of(text_schema())},
      {"project.hooks", shape_ref("hooks")},
      {"hooks.before_migrate", text_schema()},
      {"hooks.after_migrate", text_schema()},
      {"hooks.before_run", text_schema()},
      {"hooks.after_run", text_schema()},
      {"hooks.before_revision", text_schema()},
      {"hooks.after_revision", text_schema()},
      {"hooks.timeout", {{"type", "integer"}, {"minimum", 1}}},
  };
  for (const auto& [section, kind] : kRoutineSections) {
    all.emplace("model." + std::string(section), map_of(routine_schema()));
  }
  // A column's shorthand is an operation of its own there.
  for (const char* key :
       {"primary_key", "unique", "index", "references", "on_delete", "on_update"}) {
    all.emplace(std::string("add_column.") + key, false);
  }
  for (const char* operation : {"add_column", "alter_column"}) {
    for (const char* dialect : {"mariadb", "sqlite"}) {
      all.emplace(std::string(operation) + "." + dialect,
                  any_of({shape_ref(std::string(dialect) + "_column"), {{"type", "null"}}}));
    }
  }
  all.emplace("create_index.mariadb", any_of({shape_ref("mariadb_index"), {{"type", "null"}}}));
  return all;
}

/// Nothing when nobody has described it.
Json value_schema(const std::string& shape, const KeySpec& spec, const std::string& key) {
  static const std::map<std::string, Json, std::less<>> described = described_values();
  if (const auto found = described.find(shape + "." + key); found != described.end()) {
    return found->second;
  }
  if (const auto kind = spec.kinds.find(key); kind != spec.kinds.end()) {
    switch (kind->second) {
      case KeySpec::Kind::text:
        // Of a mapping's own three texts, `sql` may hold the other two.
        return key == "sql" ? shape_ref("sql") : text_schema();
      case KeySpec::Kind::boolean:
        return {{"type", "boolean"}};
      case KeySpec::Kind::count:
        return {{"type", {"integer", "null"}}, {"minimum", 0}};
      case KeySpec::Kind::word:
        return word_schema(spec.words.at(key));
    }
  }
  const auto found = described.find(key);
  return found == described.end() ? Json() : found->second;
}

Json object_schema(const std::string& shape, const KeySpec& spec, bool with_name = false) {
  Json properties = Json::object();
  for (const std::string& key : spec.keys) {
    const Json value = value_schema(shape, spec, key);
    properties[key] = value.is_null() ? Json(true) : value;
  }
  if (with_name) properties["name"] = text_schema();
  Json schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!spec.required.empty()) schema["required"] = spec.required;
  schema["additionalProperties"] = false;
  return schema;
}

const Shapes& shapes() {
  static const Shapes all = recorded_shapes();
  return all;
}

/// `name` with the mappings of the model that a model or a revision is made of.
Json definitions(bool with_operations) {
  Json all = common_definitions();
  const std::vector<std::string> operations = operation_names();
  for (const auto& [name, spec] : shapes()) {
    const bool is_operation =
        std::find(operations.begin(), operations.end(), name) != operations.end();
    if (name == "model" || name == "revision" || name == "project") continue;
    if (is_operation && !with_operations) continue;
    all[name] = object_schema(name, spec);
  }
  for (const char* constraint : {"unique", "index", "foreign_key", "check"}) {
    all[std::string(constraint) + "_in_a_list"] =
        object_schema(constraint, shapes().at(constraint), true);
  }
  // A module's columns are its own: the reader looks for no others there.
  all["table"].erase("required");
  if (!with_operations) return all;
  all["create_table"] = {{"type", "object"},
                         {"additionalProperties", shape_ref("table")},
                         {"minProperties", 1},
                         {"maxProperties", 1}};
  Json operation{{"type", "object"}, {"properties", Json::object()}};
  for (const std::string& name : operations) {
    Json value = shape_ref(name);
    // `drop_table: usuario` and `execute: DELETE …` say all in one text.
    if (name.starts_with("drop_") || name == "execute") {
      value = any_of({text_schema(), std::move(value)});
    }
    operation["properties"][name] = std::move(value);
  }
  operation["properties"]["lint_ignore"] = {{"type", "object"},
                                            {"propertyNames", {{"enum", lint::code_names()}}},
                                            {"additionalProperties", text_schema()}};
  operation["additionalProperties"] = false;
  operation["minProperties"] = 1;
  operation["maxProperties"] = 2;
  all["operation"] = std::move(operation);
  all["operations"] = any_of({list_of(shape_ref("operation")), {{"type", "null"}}});
  return all;
}

}  // namespace

const std::vector<std::string>& schema_names() {
  static const std::vector<std::string> names{"model", "revision", "project"};
  return names;
}

std::string json_schema(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> titles{
      {"model", "A model of dbmig: schemas/*.yaml"},
      {"revision", "A revision of dbmig: migrations/*.yaml"},
      {"project", "A project of dbmig: dbmig.yaml"}};
  const auto title = titles.find(name);
  if (title == titles.end()) {
    throw Error(ErrorCode::usage, "unknown schema '" + std::string(name) + "'")
        .hint(text::suggest(name, schema_names()));
  }
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title->second}};
  Json root = object_schema(title->first, shapes().at(title->first));
  if (name != "revision") root["type"] = {"object", "null"};  // an empty file says nothing
  if (name == "model") root["patternProperties"] = {{"^x-", true}};
  for (auto& [key, value] : root.items()) schema[key] = std::move(value);
  schema["definitions"] = definitions(name == "revision");
  return schema.dump(2) + "\n";
}

std::string schema_file(std::string_view name) {
  return std::string(name) + ".schema.json";
}

void keep_schemas(const std::filesystem::path& folder, KeepSchemas which) {
  namespace fs = std::filesystem;
  std::error_code failure;
  if (which == KeepSchemas::missing && fs::exists(folder / schema_file("model"), failure)) return;
  if (!fs::is_directory(folder, failure) && !fs::create_directory(folder, failure)) return;
  try {
    if (!fs::exists(folder / ".gitignore", failure)) {
      write_file(folder / ".gitignore", kNotForGit, false);
    }
    // The one that is looked for comes last.
    for (const char* name : {"project", "revision", "model"}) {
      write_file(folder / schema_file(name), json_schema(name), true);
    }
  } catch (const Error&) {
    // A folder that may not be written to, a full disk: the editor goes without.
  }
}

std::vector<std::string> undescribed_keys() {
  std::vector<std::string> list;
  for (const auto& [name, spec] : shapes()) {
    for (const std::string& key : spec.keys) {
      if (value_schema(name, spec, key).is_null()) list.push_back(name + "." + key);
    }
  }
  return list;
}

}  // namespace dbmig::yaml
