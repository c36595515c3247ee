#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "lint/rules.hpp"
#include "schema/charset.hpp"

// IX: indexes that serve nobody, and those that MariaDB cannot build as they are meant.

namespace dbmig::lint {
namespace {

using schema::TypeKind;

/// A key of any kind as a list of parts.
struct Key {
  std::string name;  ///< for messages: "index 'ix'"
  std::vector<schema::IndexPart> parts;
  bool unique = false;
  bool primary = false;
  friend bool operator==(const Key&, const Key&) = default;
};

template <class Constraint>
std::vector<schema::IndexPart> parts_of(const Constraint& key) {
  std::vector<schema::IndexPart> parts;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    schema::IndexPart part;
    part.column = key.columns[i];
    if (i < key.parts.size()) {
      part.length = key.parts[i].length;
      part.descending = key.parts[i].descending;
      part.collation = key.parts[i].collation;
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

Key key_of(const schema::PrimaryKey& key) {
  return {"the primary key", parts_of(key), true, true};
}
Key key_of(const schema::Unique& key) {
  return {fmt::format("unique constraint '{}'", key.name), parts_of(key), true};
}
/// Nothing for indexes that are of another kind or over a part of the rows.
std::optional<Key> key_of(const schema::Index& index) {
  if (index.kind != schema::IndexKind::plain || !index.where.empty()) return std::nullopt;
  return Key{fmt::format("index '{}'", index.name), index.parts, index.unique};
}

std::vector<Key> keys_of(const schema::Table& table) {
  std::vector<Key> keys;
  if (table.primary_key) keys.push_back(key_of(*table.primary_key));
  for (const schema::Unique& unique : table.uniques) keys.push_back(key_of(unique));
  for (const schema::Index& index : table.indexes) {
    if (auto key = key_of(index)) keys.push_back(std::move(*key));
  }
  return keys;
}

/// The keys that the operation makes.
std::vector<Key> new_keys(const Step& step) {
  if (const auto* create = step.as<ops::CreateTable>()) return keys_of(create->table);
  if (const auto* create = step.as<ops::CreatePrimaryKey>()) return {key_of(create->key)};
  if (const auto* create = step.as<ops::CreateUniqueConstraint>()) return {key_of(create->unique)};
  if (const auto* create = step.as<ops::CreateIndex>()) {
    if (auto key = key_of(create->index)) return {std::move(*key)};
  }
  return {};
}

/// Pairs of a key that the operation makes and one that was there before or that it made before,
/// both still there at the revision's end.
std::vector<std::pair<Key, Key>> pairs(const Step& step) {
  std::vector<Key> fresh = new_keys(step);
  if (fresh.empty() || step.end_table == nullptr) return {};
  const std::vector<Key> end = keys_of(*step.end_table);
  const auto stays = [&](const Key& key) {
    return std::find(end.begin(), end.end(), key) != end.end();
  };
  std::vector<Key> older;
  if (step.as<ops::CreateTable>() == nullptr && step.table() != nullptr) {
    older = keys_of(*step.table());
  }
  std::vector<std::pair<Key, Key>> list;
  for (Key& key : fresh) {
    if (!stays(key)) continue;
    for (const Key& other : older) {
      if (stays(other)) list.emplace_back(key, other);
    }
    older.push_back(std::move(key));
  }
  return list;
}

Issues doubled(const Step& step) {
  Issues issues;
  for (const auto& [fresh, other] : pairs(step)) {
    if (fresh.parts != other.parts) continue;
    // Of two, the one that also keeps values unique is needed.
    const bool other_goes = fresh.unique && !other.unique;
    const Key& spare = other_goes ? other : fresh;
    const Key& kept = other_goes ? fresh : other;
    issues.push_back({fmt::format("{} of table '{}' has the same columns as {}", spare.name,
                                  step.end_table->name, kept.name),
                      "drop one of them"});
  }
  return issues;
}

bool begins_with(const Key& longer, const Key& shorter) {
  return longer.parts.size() > shorter.parts.size() &&
         std::equal(shorter.parts.begin(), shorter.parts.end(), longer.parts.begin());
}

Issues redundant(const Step& step) {
  Issues issues;
  for (const auto& [fresh, other] : pairs(step)) {
    const bool fresh_is_spare = !fresh.unique && begins_with(other, fresh);
    const bool other_is_spare = !other.unique && begins_with(fresh, other);
    if (!fresh_is_spare && !other_is_spare) continue;
    const Key& spare = fresh_is_spare ? fresh : other;
    const Key& kept = fresh_is_spare ? other : fresh;
    issues.push_back({fmt::format("{} of table '{}' is of no use: {} begins with its columns",
                                  spare.name, step.end_table->name, kept.name),
                      "drop it"});
  }
  return issues;
}

constexpr std::size_t kMaxKeyBytes = 3072;  // InnoDB, row formats DYNAMIC and COMPRESSED

/// The bytes that a part of a key takes; more than any key holds where there is no bound.
std::size_t bytes_of(const schema::Table& table, const schema::IndexPart& part) {
  const schema::Column* column = table.find_column(part.column);
  if (column == nullptr) return 0;
  const schema::Type& type = column->type_on(DialectKind::mariadb);
  const bool counted = type.kind == TypeKind::char_ || type.kind == TypeKind::varchar ||
                       type.kind == TypeKind::binary || type.kind == TypeKind::varbinary;
  const bool text = schema::is_text(type.kind) || type.kind == TypeKind::json;
  const auto each =
      static_cast<std::size_t>(text ? schema::bytes_per_character(table, *column) : 1);
  if (part.length > 0) return static_cast<std::size_t>(part.length) * each;
  if (counted) return static_cast<std::size_t>(type.length.value_or(1)) * each;
  if (type.kind == TypeKind::tinytext || type.kind == TypeKind::tinyblob) return kMaxKeyBytes + 1;
  if (text || schema::is_binary(type.kind)) return kMaxKeyBytes + 1;
  constexpr std::size_t kFixed = 8;
  return kFixed;
}

bool is_innodb(const schema::Table& table) {
  return table.mariadb.engine.empty() || text::equals_ignoring_case(table.mariadb.engine, "innodb");
}

/// The new keys that are too long for InnoDB, with their table.
std::vector<Key> long_keys(const Step& step) {
  const schema::Table* table = step.end_table;
  if (table == nullptr || !is_innodb(*table)) return {};
  if (!step.lives_on(table->only, DialectKind::mariadb)) return {};
  std::vector<Key> keys;
  for (Key& key : new_keys(step)) {
    std::size_t bytes = 0;
    for (const schema::IndexPart& part : key.parts) bytes += bytes_of(*table, part);
    if (bytes > kMaxKeyBytes) keys.push_back(std::move(key));
  }
  return keys;
}

// What MariaDB 10.11 does with them: refuses a primary key, and an index of several columns; makes
// a hash of a unique one; cuts an index of one column, with a note that nobody reads.

Issues refused(const Step& step) {
  Issues issues;
  for (const Key& key : long_keys(step)) {
    if (!key.primary && (key.unique || key.parts.size() < 2)) continue;
    issues.push_back({fmt::format("{} of table '{}' is longer than the {} bytes that MariaDB takes",
                                  key.name, step.end_table->name, kMaxKeyBytes),
                      "give a prefix length, as in body(100), or shorten the columns"});
  }
  return issues;
}

Issues cut(const Step& step) {
  Issues issues;
  for (const Key& key : long_keys(step)) {
    if (key.primary || (!key.unique && key.parts.size() > 1)) continue;
    issues.push_back(
        {fmt::format("{} of table '{}' is too long for MariaDB, which {}", key.name,
                     step.end_table->name,
                     key.unique ? "makes it a hash" : "indexes the beginning of its values alone"),
         key.unique ? "shorten the columns" : "give a prefix length, or shorten the column"});
  }
  return issues;
}

Issues over_expressions(const Step& step) {
  const schema::Table* table = step.table();
  const auto* created = step.as<ops::CreateTable>();
  const auto* added = step.as<ops::CreateIndex>();
  if (created != nullptr) table = &created->table;
  if (table == nullptr || (created == nullptr && added == nullptr)) return {};
  if (!step.lives_on(table->only, DialectKind::sqlite) ||
      !step.lives_on(table->only, DialectKind::mariadb)) {
    return {};
  }
  Issues issues;
  const auto look = [&](const schema::Index& index) {
    for (const schema::IndexPart& part : index.parts) {
      if (index.unique || part.expression.empty()) continue;
      issues.push_back({fmt::format("index '{}' of table '{}' is over the expression '{}', and is "
                                    "created on SQLite only",
                                    index.name, table->name, part.expression),
                        "index a generated column with that expression to have it on both"});
      return;
    }
  };
  if (added != nullptr) look(added->index);
  if (created != nullptr) std::for_each(table->indexes.begin(), table->indexes.end(), look);
  return issues;
}

}  // namespace

std::span<const Rule> index_rules() {
  static constexpr std::array rules{Rule{"IX001", doubled}, Rule{"IX002", redundant},
                                    Rule{"IX003", refused}, Rule{"IX004", cut},
                                    Rule{"IX005", over_expressions}};
  return rules;
}

}  // namespace dbmig::lint
