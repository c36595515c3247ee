#include "yaml/read_execute.hpp"

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "yaml/parts.hpp"
#include "yaml/read_operation.hpp"

namespace dbmig::yaml {
namespace {

constexpr const char* kUndoHint =
    "write the SQL that reverses it, for each database if they differ, or `undo: none`";

/// One text of `undo:`; `none` gives "".
std::string undo_text(Reader& reader, const Node& node, std::string_view what) {
  const auto text = reader.text(node, std::string(what));
  if (!text) return {};
  if (text::trim(*text).empty()) {
    reader.error(node, fmt::format("{} is empty", what), kUndoHint);
    return {};
  }
  return text::lower(text::trim(*text)) == "none" ? std::string() : *text;
}

/// The SQL that reverses `sql`, or `none`, for every database on which `sql` does anything.
std::optional<schema::SqlText> read_undo(Reader& reader, const Node& node,
                                         const schema::SqlText& sql) {
  if (node.is_null() || (!node.is_scalar() && !node.is_mapping())) {
    reader.error(node, "'undo' must be SQL or none", kUndoHint);
    return std::nullopt;
  }
  if (node.is_scalar()) return schema::SqlText{undo_text(reader, node, "'undo'"), {}, {}};
  Fields fields(reader, node, "'undo'", {"sql", "mariadb", "sqlite"});
  const Node* inner = fields.find("sql");
  if (inner != nullptr && inner->is_mapping() && node.entries() == 1) {
    return read_undo(reader, *inner, sql);
  }
  const auto text = [&](std::string_view key) {
    const Node* found = fields.find(key);
    return found == nullptr ? std::string() : undo_text(reader, *found, fmt::format("'{}'", key));
  };
  schema::SqlText undo{text("sql"), text("mariadb"), text("sqlite")};
  for (const DialectKind kind : {DialectKind::mariadb, DialectKind::sqlite}) {
    if (sql.for_dialect(kind).empty() || fields.has("sql") || fields.has(to_string(kind))) continue;
    reader.error(node,
                 fmt::format("'undo' has nothing for {}, where the SQL runs", to_string(kind)),
                 fmt::format("write {0}: …, or {0}: none", to_string(kind)));
  }
  // One database has nothing to do where the text for all would do something.
  const bool none_on_mariadb = fields.has("mariadb") && undo.mariadb.empty();
  const bool none_on_sqlite = fields.has("sqlite") && undo.sqlite.empty();
  if (none_on_mariadb || none_on_sqlite) {
    if (!none_on_mariadb && undo.mariadb.empty()) undo.mariadb = undo.any;
    if (!none_on_sqlite && undo.sqlite.empty()) undo.sqlite = undo.any;
    undo.any.clear();
  }
  return undo;
}

}  // namespace

std::optional<ops::Operation> read_execute(Reader& reader, const Node& key, const Node& body) {
  if (body.is_scalar()) {
    const auto sql = reader.sql(body, "'execute'");
    if (!sql) return {};
    return ops::Execute{*sql, {}};
  }
  Fields fields(reader, body, key.text, {"sql", "mariadb", "sqlite", "undo", "state"});
  ops::Execute run;
  const Node* state = fields.find("state");
  const bool has_sql = fields.has("sql") || fields.has("mariadb") || fields.has("sqlite");
  if (has_sql || state == nullptr) run.sql = fields.sql();
  if (const Node* undo = fields.find("undo")) run.undo = read_undo(reader, *undo, run.sql);
  if (state != nullptr && !state->is_null()) {
    std::vector<SourcePosition> at;
    run.state = read_operations(reader, *state, "'state'", at, nullptr);
  }
  return run;
}

}  // namespace dbmig::yaml
