#include "yaml/read_constraint.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "yaml/parts.hpp"

namespace dbmig::yaml {

const std::vector<std::string>& unique_keys() {
  static const std::vector<std::string> kKeys{"columns", "on_conflict", "without_overlaps"};
  return kKeys;
}

const std::vector<std::string>& index_keys() {
  static const std::vector<std::string> kKeys{"columns", "unique",  "where",
                                              "kind",    "comment", "mariadb"};
  return kKeys;
}

const std::vector<std::string>& foreign_key_keys() {
  static const std::vector<std::string> kKeys{"columns",   "references", "on_delete",
                                              "on_update", "deferrable", "external"};
  return kKeys;
}

const std::vector<std::string>& check_keys() {
  static const std::vector<std::string> kKeys{"sql", "mariadb", "sqlite"};
  return kKeys;
}

std::vector<std::string> with_keys(std::vector<std::string> keys,
                                   const std::vector<std::string>& more) {
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

std::string read_on_conflict(Fields& fields) {
  static const std::vector<std::string> kWords{"abort", "fail", "ignore", "replace", "rollback"};
  return fields.word_or_empty("on_conflict", kWords);
}

namespace {

std::vector<std::string> read_columns(Fields& fields) {
  const Node* columns = fields.require("columns", "as in columns: [a, b]");
  if (columns == nullptr) return {};
  return fields.reader().names(*columns, fmt::format("'columns' of {}", fields.what()));
}

/// The expression of an index: a text, or `{sqlite: …}` as elsewhere.
std::string read_index_expression(Reader& reader, const Node& node) {
  if (!node.is_mapping()) return reader.text(node, "'expr'").value_or("");
  const auto sql = reader.sql(node, "'expr'");
  if (sql && !sql->mariadb.empty()) {
    reader.error(node, "MariaDB has no index over an expression",
                 "index a generated column with that expression, or leave mariadb: out in a table "
                 "with only: sqlite");
  }
  return sql ? sql->for_dialect(DialectKind::sqlite) : std::string();
}

std::optional<schema::IndexPart> read_index_part(Reader& reader, const Node& node) {
  if (node.is_scalar() || (node.is_null() && !node.text.empty())) {
    if (!looks_like_expression(node.text)) return parse_index_part(node.text);
    reader.error(node, fmt::format("'{}' in an index looks like an expression", node.text),
                 fmt::format("write {{expr: \"{0}\"}}, or {{column: \"{0}\"}} for a column of that "
                             "name",
                             node.text));
    return std::nullopt;
  }
  if (!reader.is_mapping(node, "a part of an index", "name desc, or {expr: lower(name)}")) {
    return std::nullopt;
  }
  const std::size_t before = reader.errors();
  Fields fields(reader, node, "a part of an index",
                {"column", "expr", "desc", "length", "collate"});
  schema::IndexPart part;
  part.column = fields.text("column").value_or("");
  if (const Node* expression = fields.find("expr")) {
    part.expression = read_index_expression(reader, *expression);
  }
  part.descending = fields.flag("desc");
  if (const Node* length = fields.find("length")) {
    part.length = reader.positive(*length, "'length'").value_or(0);
  }
  part.collation = fields.text_or_empty("collate");
  if (reader.errors() == before && part.column.empty() == part.expression.empty()) {
    reader.error(node, "a part of an index needs either 'column' or 'expr'");
  }
  if (reader.errors() != before) return std::nullopt;
  return part;
}

/// `[a, b(20) desc]`: the columns, and how each is taken where that is not as usual.
void read_key_columns(Fields& fields, schema::PrimaryKey& key) {
  const Node* columns = fields.require("columns", "as in columns: [a, b]");
  if (columns == nullptr) return;
  Reader& reader = fields.reader();
  const bool simple =
      !columns->is_sequence() || std::none_of(columns->children.begin(), columns->children.end(),
                                              [](const Node& node) { return node.is_mapping(); });
  if (simple) {
    // Reports what is no list of names.
    key.columns = reader.names(*columns, fmt::format("'columns' of {}", fields.what()));
  }
  bool usual = true;
  const std::size_t count = simple ? key.columns.size() : columns->children.size();
  for (std::size_t i = 0; i < count; ++i) {
    schema::IndexPart part;
    if (simple) {
      part = parse_index_part(key.columns[i]);
      key.columns[i] = part.column;
    } else {
      const auto read = read_index_part(reader, columns->children[i]);
      if (!read) return;
      part = *read;
      if (!part.expression.empty()) {
        reader.error(columns->children[i], "a key cannot be over an expression",
                     "make a unique index of it");
      }
      key.columns.push_back(part.column);
    }
    key.parts.push_back({part.length, part.descending, part.collation});
    usual = usual && key.parts.back() == schema::KeyPart{};
  }
  if (usual) key.parts.clear();
}

/// Calls `read` for each entry: of a mapping with its name, of a list with none.
void for_each_entry(Reader& reader, const Node& node, const std::string& what,
                    std::string_view example,
                    const std::function<void(const Node& at, const std::string& name,
                                             const Node& body, bool named)>& read) {
  if (node.is_null()) return;
  if (node.is_mapping()) {
    for (std::size_t i = 0; i < node.entries(); ++i) {
      if (node.key(i).text.empty()) {
        reader.error(node.key(i), fmt::format("{} has an empty name", what));
      } else {
        read(node.key(i), node.key(i).text, node.value(i), true);
      }
    }
    return;
  }
  if (node.is_sequence()) {
    for (const Node& item : node.children) read(item, {}, item, false);
    return;
  }
  reader.error(node, fmt::format("'{}' must be a mapping or a list, not {}", what, kind_name(node)),
               fmt::format("as in {}", example));
}

/// `[a, b]` as a list of constraints: two over one column each, or one over both?
bool is_ambiguous_list(Reader& reader, const Node& node, std::string_view key) {
  if (!node.is_sequence() || node.children.size() < 2) return false;
  for (const Node& item : node.children) {
    if (!item.is_scalar()) return false;
  }
  const std::string& a = node.children[0].text;
  const std::string& b = node.children[1].text;
  reader.error(node,
               fmt::format("'{}' is a list of names: one over all of them, or one each?", key),
               fmt::format("write [[{0}, {1}]] for one, [[{0}], [{1}]] for several", a, b));
  return true;
}

/// A body that is just its columns as if it were {columns: …}; a mapping as it is.
Node as_mapping(const Node& body) {
  if (body.is_mapping()) return body;
  Node key = body;
  key.kind = Node::Kind::scalar;
  key.text = "columns";
  key.children.clear();
  Node mapping = key;
  mapping.kind = Node::Kind::mapping;
  mapping.text.clear();
  mapping.children = {key, body};
  return mapping;
}

/// Reads constraints that may be written as just their columns.
template <class Constraint>
std::vector<Constraint> read_column_lists(Reader& reader, const Node& node, const std::string& key,
                                          const std::string& noun,
                                          const std::vector<std::string>& keys,
                                          std::optional<Constraint> (*read_one)(Fields&),
                                          std::vector<SourcePosition>& at) {
  std::vector<Constraint> all;
  if (is_ambiguous_list(reader, node, key)) return all;
  for_each_entry(reader, node, key, "{name: [column]}",
                 [&](const Node& where, const std::string& name, const Node& body, bool named) {
                   const Node mapping = as_mapping(body);
                   const std::string what = named ? fmt::format("{} '{}'", noun, name) : noun;
                   Fields fields(reader, mapping, what, named ? keys : with_keys(keys, {"name"}));
                   auto constraint = read_one(fields);
                   if (!constraint) return;
                   constraint->name = named ? name : fields.text_or_empty("name");
                   all.push_back(std::move(*constraint));
                   at.push_back(reader.at(where));
                 });
  return all;
}

}  // namespace

std::optional<schema::PrimaryKey> read_primary_key(Fields& fields) {
  const std::size_t before = fields.reader().errors();
  schema::PrimaryKey key;
  read_key_columns(fields, key);
  key.on_conflict = read_on_conflict(fields);
  key.method = fields.word_or_empty("method", {"btree", "hash", "rtree"});
  key.without_overlaps = fields.flag("without_overlaps");
  if (fields.reader().errors() != before || key.columns.empty()) return std::nullopt;
  return key;
}

std::optional<schema::Unique> read_unique(Fields& fields) {
  auto key = read_primary_key(fields);
  if (!key) return std::nullopt;
  return schema::Unique{{},
                        std::move(key->columns),
                        std::move(key->on_conflict),
                        std::move(key->parts),
                        key->without_overlaps};
}

std::vector<schema::IndexPart> read_index_parts(Reader& reader, const Node& node) {
  std::vector<schema::IndexPart> parts;
  if (node.is_sequence() && node.children.empty()) reader.error(node, "an index without columns");
  const std::vector<Node> one{node};
  for (const Node& item : node.is_sequence() ? node.children : one) {
    if (auto part = read_index_part(reader, item)) parts.push_back(std::move(*part));
  }
  return parts;
}

std::optional<schema::Index> read_index(Fields& fields) {
  Reader& reader = fields.reader();
  const std::size_t before = reader.errors();
  schema::Index index;
  const Node* columns = fields.require("columns", "as in columns: [a, b desc]");
  if (columns != nullptr) index.parts = read_index_parts(reader, *columns);
  index.unique = fields.flag("unique");
  if (const Node* where = fields.find("where")) {
    index.where = reader.sql(*where, "'where'").value_or(schema::SqlText{});
  }
  const std::string kind = fields.word_or_empty("kind", {"plain", "fulltext", "spatial", "vector"});
  if (kind == "fulltext") index.kind = schema::IndexKind::fulltext;
  if (kind == "spatial") index.kind = schema::IndexKind::spatial;
  if (kind == "vector") index.kind = schema::IndexKind::vector;
  index.comment = fields.text_or_empty("comment");
  if (const Node* block = fields.find("mariadb")) {
    Fields own(reader, *block, "'mariadb'", {"method", "parser", "ignored", "distance", "m"});
    index.method = own.word_or_empty("method", {"btree", "hash", "rtree"});
    index.parser = own.text_or_empty("parser");
    index.ignored = own.flag("ignored");
    const std::string distance = own.word_or_empty("distance", {"euclidean", "cosine"});
    if (!distance.empty()) index.options["distance"] = distance;
    if (const auto m = own.count("m")) index.options["m"] = std::to_string(m);
  }
  if (reader.errors() != before || index.parts.empty()) return std::nullopt;
  return index;
}

bool read_reference(Reader& reader, const Node& node, schema::ForeignKey& key) {
  if (node.is_mapping()) {
    const std::size_t before = reader.errors();
    Fields fields(reader, node, "'references'", {"table", "columns"});
    key.referenced_table = fields.required_text("table").value_or("");
    if (fields.has("columns")) key.referenced_columns = read_columns(fields);
    return reader.errors() == before;
  }
  if (!node.is_scalar()) {
    reader.error(node, fmt::format("'references' must be text, not {}", kind_name(node)),
                 "as in references: country(id)");
    return false;
  }
  auto reference = parse_reference(node.text);
  if (!reference) {
    reader.error(node, fmt::format("'{}' is not a table with its columns", node.text),
                 "as in country(id); for odd names write {table: …, columns: […]}");
    return false;
  }
  const auto dot = reference->table.find('.');
  if (reference->columns.empty() && dot != std::string::npos) {
    reader.error(node, fmt::format("'{}' is not a table with its columns", node.text),
                 fmt::format("write {}({})", reference->table.substr(0, dot),
                             reference->table.substr(dot + 1)));
    return false;
  }
  key.referenced_table = std::move(reference->table);
  key.referenced_columns = std::move(reference->columns);
  return true;
}

void read_actions(Fields& fields, schema::ForeignKey& key) {
  const auto read = [&](const char* name, schema::ReferentialAction& action) {
    const Node* node = fields.find(name);
    if (node == nullptr) return;
    const auto text = fields.reader().text(*node, fmt::format("'{}'", name));
    if (!text) return;
    try {
      action = schema::parse_action(*text);
    } catch (const Error& e) {
      fields.reader().error(*node, e.message(), e.diagnostics().front().hint);
    }
  };
  read("on_delete", key.on_delete);
  read("on_update", key.on_update);
}

std::optional<schema::ForeignKey> read_foreign_key(Fields& fields) {
  Reader& reader = fields.reader();
  const std::size_t before = reader.errors();
  schema::ForeignKey key;
  key.columns = read_columns(fields);
  const Node* references = fields.require("references", "as in references: country(id)");
  if (references != nullptr) read_reference(reader, *references, key);
  read_actions(fields, key);
  key.deferrable = fields.flag("deferrable");
  key.external = fields.flag("external");
  if (reader.errors() != before || references == nullptr || key.columns.empty()) {
    return std::nullopt;
  }
  return key;
}

std::optional<schema::Check> read_check(Fields& fields) {
  const std::size_t before = fields.reader().errors();
  schema::Check check;
  check.sql = fields.sql();
  if (fields.reader().errors() != before) return std::nullopt;
  return check;
}

std::optional<schema::PrimaryKey> read_primary_key_value(Reader& reader, const Node& node) {
  if (node.is_null()) return std::nullopt;
  const Node mapping = as_mapping(node);
  Fields fields(reader, mapping, "the primary key", with_keys(unique_keys(), {"name", "method"}));
  auto key = read_primary_key(fields);
  if (key) key->name = fields.text_or_empty("name");
  return key;
}

std::vector<schema::Unique> read_uniques(Reader& reader, const Node& node,
                                         std::vector<SourcePosition>& at) {
  return read_column_lists<schema::Unique>(reader, node, "unique", "unique constraint",
                                           unique_keys(), read_unique, at);
}

std::vector<schema::Index> read_indexes(Reader& reader, const Node& node,
                                        std::vector<SourcePosition>& at) {
  return read_column_lists<schema::Index>(reader, node, "indexes", "index", index_keys(),
                                          read_index, at);
}

std::vector<schema::ForeignKey> read_foreign_keys(Reader& reader, const Node& node,
                                                  std::vector<SourcePosition>& at) {
  std::vector<schema::ForeignKey> keys;
  for_each_entry(
      reader, node, "foreign_keys", "{name: {columns: [country_id], references: country(id)}}",
      [&](const Node& where, const std::string& name, const Node& body, bool named) {
        const std::string what = named ? fmt::format("foreign key '{}'", name) : "foreign key";
        Fields fields(reader, body, what,
                      named ? foreign_key_keys() : with_keys(foreign_key_keys(), {"name"}));
        if (body.is_null()) reader.error(where, fmt::format("{} is empty", what));
        auto key = read_foreign_key(fields);
        if (!key) return;
        key->name = named ? name : fields.text_or_empty("name");
        keys.push_back(std::move(*key));
        at.push_back(reader.at(where));
      });
  return keys;
}

std::vector<schema::Check> read_checks(Reader& reader, const Node& node,
                                       std::vector<SourcePosition>& at) {
  std::vector<schema::Check> checks;
  for_each_entry(reader, node, "checks", "{name: saldo >= 0}",
                 [&](const Node& where, const std::string& name, const Node& body, bool named) {
                   const std::string what = named ? fmt::format("check '{}'", name) : "check";
                   schema::Check check;
                   if (body.is_mapping()) {
                     Fields fields(reader, body, what,
                                   named ? check_keys() : with_keys(check_keys(), {"name"}));
                     auto read = read_check(fields);
                     if (!read) return;
                     check = std::move(*read);
                     check.name = named ? name : fields.text_or_empty("name");
                   } else {
                     const auto sql = reader.sql(body, what);
                     if (!sql) return;
                     check.name = name;
                     check.sql = *sql;
                   }
                   checks.push_back(std::move(check));
                   at.push_back(reader.at(where));
                 });
  return checks;
}

}  // namespace dbmig::yaml
