#include "backend/mariadb/charset.hpp"

#include "base/text.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::backend::mariadb {
namespace {

using dialect::mariadb::canonical_charset_name;

struct Effective {
  std::string charset;
  std::string collation;
  friend bool operator==(const Effective&, const Effective&) = default;
};

Effective effective(const std::string& charset, const std::string& collation,
                    const Effective& otherwise, const Charsets& charsets) {
  if (charset.empty() && collation.empty()) return otherwise;
  Effective out{canonical_charset_name(charset), canonical_charset_name(collation)};
  if (out.charset.empty()) out.charset = dialect::mariadb::charset_of_collation(out.collation);
  if (out.collation.empty()) out.collation = charsets.collation_of(out.charset);
  return out;
}

void say(const Effective& own, const Effective& around, const Charsets& charsets,
         std::string& charset, std::string& collation) {
  charset = own == around ? "" : own.charset;
  collation =
      own == around || own.collation == charsets.collation_of(own.charset) ? "" : own.collation;
}

}  // namespace

std::string Charsets::collation_of(const std::string& set) const {
  const auto found = default_collations.find(set);
  return found == default_collations.end() ? set + "_general_ci" : found->second;
}

Charsets read_charsets(Session& session) {
  Charsets out;
  const Rows sets = session.query(
      "SELECT CHARACTER_SET_NAME, DEFAULT_COLLATE_NAME FROM information_schema.CHARACTER_SETS", {});
  for (const auto& row : sets.rows) {
    out.default_collations[canonical_charset_name(row[0].value_or(""))] =
        canonical_charset_name(row[1].value_or(""));
  }
  const Rows settings = session.query(
      "SHOW SESSION VARIABLES WHERE Variable_name IN ('character_set_database', "
      "'collation_database', 'character_set_collations')",
      {});
  for (const auto& row : settings.rows) {
    const std::string name = row[0].value_or("");
    const std::string value = row[1].value_or("");
    if (name == "character_set_database") out.charset = canonical_charset_name(value);
    if (name == "collation_database") out.collation = canonical_charset_name(value);
    if (name != "character_set_collations") continue;
    // 'utf8mb4=utf8mb4_uca1400_ai_ci,…': what the session puts in place of the built-in ones.
    for (const std::string& pair : text::split(value, ',')) {
      const std::size_t equals = pair.find('=');
      if (equals == std::string::npos) continue;
      out.default_collations[canonical_charset_name(pair.substr(0, equals))] =
          canonical_charset_name(pair.substr(equals + 1));
    }
  }
  return out;
}

schema::Table relative_to(schema::Table table, const Charsets& charsets) {
  const Effective database{charsets.charset, charsets.collation};
  const Effective own =
      effective(table.mariadb.charset, table.mariadb.collation, database, charsets);
  for (schema::Column& column : table.columns) {
    if (!dialect::mariadb::has_charset(column.type)) continue;
    schema::MariadbColumn& block = column.mariadb;
    say(effective(block.charset, block.collation, own, charsets), own, charsets, block.charset,
        block.collation);
  }
  say(own, database, charsets, table.mariadb.charset, table.mariadb.collation);
  return table;
}

}  // namespace dbmig::backend::mariadb
