#include "yaml/known_word.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace dbmig::yaml {
namespace {

using WordPair = std::pair<std::string_view, std::string_view>;

// Theirs and ours. Several may fit a word; the first whose meaning is allowed wins.
constexpr std::array kKnownWords{
    WordPair{"table_name", "table"},
    WordPair{"tablename", "table"},
    WordPair{"source_table", "table"},
    WordPair{"table_name", "name"},
    WordPair{"old_table_name", "name"},
    WordPair{"column_name", "name"},
    WordPair{"constraint_name", "name"},
    WordPair{"index_name", "name"},
    WordPair{"view_name", "name"},
    WordPair{"column", "columns"},
    WordPair{"column", "name"},
    WordPair{"new_column_name", "rename"},
    WordPair{"new_name", "rename"},
    WordPair{"new_name", "to"},
    WordPair{"new_table_name", "to"},
    WordPair{"type_", "type"},
    WordPair{"type_", "kind"},
    WordPair{"modify_type", "type"},
    WordPair{"existing_type", "type"},
    WordPair{"server_default", "default"},
    WordPair{"modify_nullable", "nullable"},
    WordPair{"null", "nullable"},
    WordPair{"not_null", "nullable"},
    WordPair{"notnull", "nullable"},
    WordPair{"required", "nullable"},
    WordPair{"auto_increment", "autoincrement"},
    WordPair{"identity", "autoincrement"},
    WordPair{"computed", "generated"},
    WordPair{"persisted", "stored"},
    WordPair{"referent_table", "references"},
    WordPair{"referred_table", "references"},
    WordPair{"remote_cols", "references"},
    WordPair{"foreign_key", "references"},
    WordPair{"foreign_key", "foreign_keys"},
    WordPair{"refcolumns", "references"},
    WordPair{"local_cols", "columns"},
    WordPair{"ondelete", "on_delete"},
    WordPair{"onupdate", "on_update"},
    WordPair{"condition", "sql"},
    WordPair{"sqltext", "sql"},
    WordPair{"definition", "sql"},
    WordPair{"select", "sql"},
    WordPair{"expression", "expr"},
    WordPair{"descending", "desc"},
    WordPair{"collation", "collate"},
    WordPair{"collate", "collation"},
    WordPair{"postgresql_where", "where"},
    WordPair{"sqlite_where", "where"},
    WordPair{"using", "mariadb"},
    WordPair{"method", "mariadb"},
    WordPair{"parser", "mariadb"},
    WordPair{"ignored", "mariadb"},
    WordPair{"values", "rows"},
    WordPair{"charset", "mariadb"},
    WordPair{"engine", "mariadb"},
    WordPair{"collation", "mariadb"},
    WordPair{"collation", "sqlite"},
    WordPair{"strict", "sqlite"},
    WordPair{"without_rowid", "sqlite"},
    WordPair{"mysql_engine", "mariadb"},
    WordPair{"down_revision", "parents"},
    WordPair{"revision_id", "revision"},
    WordPair{"revises", "parents"},
    WordPair{"create_date", "created"},
    WordPair{"branch_labels", "label"},
    WordPair{"depends_on", "parents"},
    WordPair{"up", "upgrade"},
    WordPair{"down", "downgrade"},
    WordPair{"operations", "upgrade"},
    WordPair{"primary_keys", "primary_key"},
    WordPair{"pk", "primary_key"},
    WordPair{"uniques", "unique"},
    WordPair{"unique_constraints", "unique"},
    WordPair{"constraints", "checks"},
    WordPair{"fields", "columns"},
    WordPair{"url", "database"},
    WordPair{"sqlalchemy.url", "database"},
    WordPair{"script_location", "migrations"},
    WordPair{"environments", "databases"},
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
  for (const auto& [theirs, ours] : kKnownWords) {
    if (word == theirs && std::find(keys.begin(), keys.end(), ours) != keys.end()) {
      return KnownWord{std::string(ours), hint_for(word, ours)};
    }
  }
  return std::nullopt;
}

}  // namespace dbmig::yaml
