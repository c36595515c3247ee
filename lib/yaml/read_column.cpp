#include "yaml/read_column.hpp"

#include <fmt/core.h>

#include <utility>

#include "base/text.hpp"
#include "schema/literal.hpp"
#include "yaml/parts.hpp"
#include "yaml/read_constraint.hpp"
#include "yaml/scalar.hpp"

namespace dbmig::yaml {

const std::vector<std::string>& column_keys() {
  static const std::vector<std::string> kKeys{"type",      "nullable", "autoincrement", "default",
                                              "generated", "comment",  "mariadb",       "sqlite"};
  return kKeys;
}

const std::vector<std::string>& column_shorthand_keys() {
  static const std::vector<std::string> kKeys{"primary_key", "unique",    "index",   "references",
                                              "on_delete",   "on_update", "external"};
  return kKeys;
}

std::optional<std::optional<schema::Default>> read_default(Reader& reader, const Node& node) {
  using Kind = schema::Default::Kind;
  using Read = std::optional<schema::Default>;
  if (node.is_null()) return Read{};
  if (!node.is_scalar()) {
    const auto sql = reader.sql(node, "'default'");
    if (!sql) return std::nullopt;
    return Read(schema::Default{Kind::sql, {}, *sql});
  }
  if (node.quoted) return Read(schema::Default{Kind::string, node.text, {}});
  switch (scalar_kind(node.text)) {
    case ScalarKind::null:
      return Read{};
    case ScalarKind::boolean:
      return Read(schema::Default{Kind::boolean, text::lower(node.text), {}});
    case ScalarKind::number:
      return Read(schema::Default{Kind::number, node.text, {}});
    case ScalarKind::string:
      break;
  }
  if (looks_like_sql_default(node.text)) {
    reader.error(node, fmt::format("'default' is the text '{}' here, not SQL", node.text),
                 fmt::format("write {{sql: {}}}, or put it in quotes if the text is meant",
                             schema::portable_default(node.text)));
    return std::nullopt;
  }
  return Read(schema::Default{Kind::string, node.text, {}});
}

std::optional<std::optional<schema::Generated>> read_generated(Reader& reader, const Node& node) {
  using Read = std::optional<schema::Generated>;
  if (node.is_null()) return Read{};
  if (node.is_scalar()) {
    const auto sql = reader.sql(node, "'generated'");
    if (!sql) return std::nullopt;
    return Read(schema::Generated{*sql, false});
  }
  const std::size_t before = reader.errors();
  Fields fields(reader, node, "'generated'", {"sql", "mariadb", "sqlite", "stored"});
  const schema::SqlText sql = fields.sql();
  const bool stored = fields.flag("stored");
  if (reader.errors() != before) return std::nullopt;
  return Read(schema::Generated{sql, stored});
}

schema::MariadbColumn read_mariadb_column(Reader& reader, const Node& node) {
  Fields fields(reader, node, "'mariadb'",
                {"type", "charset", "collation", "on_update", "invisible", "compressed", "period",
                 "without_system_versioning", "srid"});
  schema::MariadbColumn block;
  if (const Node* type = fields.find("type")) block.type = reader.type(*type, "'type'");
  block.charset = fields.text_or_empty("charset");
  block.collation = fields.text_or_empty("collation");
  block.on_update = fields.text_or_empty("on_update");
  block.invisible = fields.flag("invisible");
  block.compressed = fields.flag("compressed");
  const std::string period = fields.word_or_empty("period", {"start", "end"});
  if (!period.empty()) {
    block.period = period == "start" ? schema::RowPeriod::start : schema::RowPeriod::end;
  }
  block.without_system_versioning = fields.flag("without_system_versioning");
  if (fields.has("srid")) block.srid = static_cast<int>(fields.count("srid"));
  return block;
}

schema::SqliteColumn read_sqlite_column(Reader& reader, const Node& node) {
  Fields fields(reader, node, "'sqlite'", {"type", "collation", "on_conflict", "null_key"});
  schema::SqliteColumn block;
  if (const Node* type = fields.find("type")) block.type = reader.type(*type, "'type'");
  block.collation = fields.text_or_empty("collation");
  block.on_conflict = read_on_conflict(fields);
  block.null_key = fields.flag("null_key");
  return block;
}

ColumnDraft read_column_fields(Fields& fields, const std::string& name) {
  Reader& reader = fields.reader();
  ColumnDraft draft;
  schema::Column& column = draft.column;
  column.name = name;
  const Node* type = fields.require("type", "as in type: varchar(64)");
  if (const auto parsed = type != nullptr ? reader.type(*type, "'type'") : std::nullopt) {
    column.type = *parsed;
  } else {
    draft.type_known = false;
  }
  draft.nullable = fields.boolean("nullable");
  column.nullable = draft.nullable.value_or(true);
  column.autoincrement = fields.flag("autoincrement");
  if (const Node* value = fields.find("default")) {
    column.default_value = read_default(reader, *value).value_or(std::nullopt);
  }
  if (const Node* value = fields.find("generated")) {
    column.generated = read_generated(reader, *value).value_or(std::nullopt);
  }
  column.comment = fields.text_or_empty("comment");
  if (const Node* block = fields.find("mariadb")) {
    column.mariadb = read_mariadb_column(reader, *block);
  }
  if (const Node* block = fields.find("sqlite")) column.sqlite = read_sqlite_column(reader, *block);
  return draft;
}

namespace {

void read_shorthand(Fields& fields, ColumnDraft& draft) {
  draft.primary_key = fields.flag("primary_key");
  draft.unique = fields.flag("unique");
  draft.index = fields.flag("index");
  if (const Node* references = fields.find("references")) {
    schema::ForeignKey key;
    key.columns = {draft.column.name};
    if (read_reference(fields.reader(), *references, key)) {
      read_actions(fields, key);
      key.external = fields.flag("external");
      draft.foreign_key = std::move(key);
    }
    return;
  }
  for (const char* action : {"on_delete", "on_update", "external"}) {
    if (const Node* node = fields.find(action)) {
      fields.reader().error(*node, fmt::format("'{}' without 'references'", action),
                            "add references: table(column)");
    }
  }
}

}  // namespace

ColumnDraft read_column(Reader& reader, const Node& key, const Node& body, bool renames) {
  const std::string what = fmt::format("column '{}'", key.text);
  if (body.is_null()) {
    std::string hint = missing_blank_hint(key);
    if (hint.empty()) hint = fmt::format("write a type, as in {}: text", key.text);
    reader.error(key, fmt::format("{} has no type", what), std::move(hint));
    ColumnDraft draft;
    draft.column.name = key.text;
    draft.type_known = false;
    return draft;
  }
  if (body.is_scalar()) {
    ColumnDraft draft;
    draft.column.name = key.text;
    const auto type = reader.type(body, "'type'");
    draft.type_known = type.has_value();
    if (type) draft.column.type = *type;
    return draft;
  }
  std::vector<std::string> keys = column_keys();
  keys.insert(keys.end(), column_shorthand_keys().begin(), column_shorthand_keys().end());
  keys.emplace_back("renamed_from");
  Fields fields(reader, body, what, keys);
  ColumnDraft draft = read_column_fields(fields, key.text);
  read_shorthand(fields, draft);
  if (renames) {
    draft.renamed_from = fields.text_or_empty("renamed_from");
  } else if (const Node* node = fields.find("renamed_from")) {
    reader.error(*node, "'renamed_from' has no meaning in a revision",
                 "use alter_column with rename");
  }
  return draft;
}

}  // namespace dbmig::yaml
