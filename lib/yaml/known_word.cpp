#include "yaml/known_word.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace dbmig::yaml {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Theirs and ours. Several may fit a word; the first whose meaning is allowed wins.
constexpr std::array kWords{
    Pair{"table_name", "table"},
    Pair{"tablename", "table"},
    Pair{"source_table", "table"},
    Pair{"table_name", "name"},
    Pair{"old_table_name", "name"},
    Pair{"column_name", "name"},
    Pair{"constraint_name", "name"},
    Pair{"index_name", "name"},
    Pair{"view_name", "name"},
    Pair{"column", "columns"},
    Pair{"column", "name"},
    Pair{"new_column_name", "rename"},
    Pair{"new_name", "rename"},
    Pair{"new_name", "to"},
    Pair{"new_table_name", "to"},
    Pair{"type_", "type"},
    Pair{"type_", "kind"},
    Pair{"modify_type", "type"},
    Pair{"existing_type", "type"},
    Pair{"server_default", "default"},
    Pair{"modify_nullable", "nullable"},
    Pair{"null", "nullable"},
    Pair{"not_null", "nullable"},
    Pair{"notnull", "nullable"},
    Pair{"required", "nullable"},
    Pair{"auto_increment", "autoincrement"},
    Pair{"identity", "autoincrement"},
    Pair{"computed", "generated"},
    Pair{"persisted", "stored"},
    Pair{"referent_table", "references"},
    Pair{"referred_table", "references"},
    Pair{"remote_cols", "references"},
    Pair{"foreign_key", "references"},
    Pair{"foreign_key", "foreign_keys"},
    Pair{"refcolumns", "references"},
    Pair{"local_cols", "columns"},
    Pair{"ondelete", "on_delete"},
    Pair{"onupdate", "on_update"},
    Pair{"condition", "sql"},
    Pair{"sqltext", "sql"},
    Pair{"definition", "sql"},
    Pair{"select", "sql"},
    Pair{"expression", "expr"},
    Pair{"descending", "desc"},
    Pair{"collation", "collate"},
    Pair{"collate", "collation"},
    Pair{"postgresql_where", "where"},
    Pair{"sqlite_where", "where"},
    Pair{"using", "mariadb"},
    Pair{"method", "mariadb"},
    Pair{"parser", "mariadb"},
    Pair{"ignored", "mariadb"},
    Pair{"values", "rows"},
    Pair{"charset", "mariadb"},
    Pair{"engine", "mariadb"},
    Pair{"collation", "mariadb"},
    Pair{"collation", "sqlite"},
    Pair{"strict", "sqlite"},
    Pair{"without_rowid", "sqlite"},
    Pair{"mysql_engine", "mariadb"},
    Pair{"down_revision", "parents"},
    Pair{"revision_id", "revision"},
    Pair{"revises", "parents"},
    Pair{"create_date", "created"},
    Pair{"branch_labels", "label"},
    Pair{"depends_on", "parents"},
    Pair{"up", "upgrade"},
    Pair{"down", "downgrade"},
    Pair{"operations", "upgrade"},
    Pair{"primary_keys", "primary_key"},
    Pair{"pk", "primary_key"},
    Pair{"uniques", "unique"},
    Pair{"unique_constraints", "unique"},
    Pair{"constraints", "checks"},
    Pair{"fields", "columns"},
    Pair{"url", "database"},
    Pair{"sqlalchemy.url", "database"},
    Pair{"script_location", "migrations"},
    Pair{"environments", "databases"},
};

std::string hint_for(std::string_view word, std::string_view ours) {
  if (ours == "mariadb" || ours == "sqlite") {
    return fmt::format("write it as {}: {{{}: …}}", ours, word);
  }
  if (ours == "references") return "write references: table(column)";
  if (ours == "nullable" && word != "null" && word != "modify_nullable") {
    return "write nullable: false";
  }
  return fmt::format("here it is called '{}'", ours);
}

}  // namespace

std::optional<KnownWord> known_word(std::string_view word, const std::vector<std::string>& keys) {
  for (const auto& [theirs, ours] : kWords) {
    if (word == theirs && std::find(keys.begin(), keys.end(), ours) != keys.end()) {
      return KnownWord{std::string(ours), hint_for(word, ours)};
    }
  }
  return std::nullopt;
}

}  // namespace dbmig::yaml
