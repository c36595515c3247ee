#include "dialect/mariadb/alter_keys.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "dialect/mariadb/render.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Table;

/// A key over the period is another one when the period is.
std::string period_in_key(const Table& table, bool without_overlaps) {
  const auto& period = table.mariadb.period;
  if (!without_overlaps || !period) return {};
  return ' ' + quote(period->start) + ' ' + quote(period->end);
}

/// Keys by name, as definitions that can be compared.
std::map<std::string, std::string> named_keys(const Table& table) {
  std::map<std::string, std::string> keys;
  for (const auto& unique : table.uniques) {
    keys[unique.name] =
        unique_definition(table, unique) + period_in_key(table, unique.without_overlaps);
  }
  for (const auto& index : table.indexes) keys[index.name] = index_definition(index);
  return keys;
}

bool same_primary_key(const Table& a, const Table& b) {
  const bool one = a.primary_key.has_value();
  return one == b.primary_key.has_value() &&
         (!one ||
          primary_key_definition(a) + period_in_key(a, a.primary_key->without_overlaps) ==
              primary_key_definition(b) + period_in_key(b, b.primary_key->without_overlaps));
}

/// The columns of each key, by name ("" for the primary key), as far as a foreign key could use it.
std::map<std::string, std::vector<std::string>> key_columns(const Table& table) {
  std::map<std::string, std::vector<std::string>> keys;
  if (table.primary_key) keys[""] = table.primary_key->columns;
  for (const auto& unique : table.uniques) keys[unique.name] = unique.columns;
  for (const auto& index : table.indexes) {
    if (index.kind != schema::IndexKind::plain) continue;
    for (const schema::IndexPart& part : index.parts) {
      if (part.length != 0 || part.column.empty()) break;
      keys[index.name].push_back(part.column);
    }
  }
  return keys;
}

bool begins_with(const std::vector<std::string>& columns, const std::vector<std::string>& first) {
  return columns.size() >= first.size() && std::equal(first.begin(), first.end(), columns.begin());
}

}  // namespace

KeyChanges::KeyChanges(const TableChange& change)
    : change_(change),
      before_(change.before),
      after_(change.after),
      built_(change.built),
      renamed_keys_(renamed_keys()) {}

/// Keys take the table's block size when they are made and keep it.
bool KeyChanges::makes_keys_anew() const {
  const auto size = [](const Table& table) {
    const auto found = table.mariadb.options.find("KEY_BLOCK_SIZE");
    return found == table.mariadb.options.end() ? std::string() : found->second;
  };
  return size(before_) != size(after_);
}

/// The server made an index of exactly these columns by itself, or may have: when its foreign key
/// is made again, it would put one with the key's name in its place.
bool KeyChanges::is_under_new_foreign_key(const schema::Index& index) const {
  if (change_.is_new && before_.find_foreign_key(index.name) == nullptr) return false;
  return std::any_of(after_.foreign_keys.begin(), after_.foreign_keys.end(),
                     [&](const schema::ForeignKey& key) {
                       const schema::ForeignKey* old = before_.find_foreign_key(key.name);
                       if ((old != nullptr && *old == key) || index.name == key.name ||
                           index.parts.size() != key.columns.size()) {
                         return false;
                       }
                       for (std::size_t i = 0; i < key.columns.size(); ++i) {
                         if (index.parts[i].column != key.columns[i]) return false;
                       }
                       return true;
                     });
}

/// Whether the server would drop `index`, which stays, because a new key begins with its columns:
/// it does so with an index that it made for a foreign key by itself, as this one may be. Made
/// again in the same statement, it is one of the user's, at no cost.
/// Source: https://mariadb.com/kb/en/foreign-keys/
bool KeyChanges::is_covered_by_new_key(const schema::Index& index) const {
  const auto old = key_columns(before_);
  const auto own = old.find(index.name);
  if (own == old.end() || own->second.empty()) return false;
  const bool serves_foreign_key =
      std::any_of(before_.foreign_keys.begin(), before_.foreign_keys.end(),
                  [&](const auto& key) { return key.columns == own->second; });
  if (!serves_foreign_key) return false;
  const auto now = key_columns(after_);
  return std::any_of(now.begin(), now.end(), [&](const auto& key) {
    const auto before = old.find(key.first);
    return key.first != index.name && begins_with(key.second, own->second) &&
           (before == old.end() || before->second != key.second);
  });
}

/// `ALTER KEY … IGNORED`: dropped and added in one statement the server takes for no change.
bool KeyChanges::only_ignored_differs(const std::string& name) const {
  const schema::Index* old = before_.find_index(name);
  const schema::Index* now = after_.find_index(name);
  if (old == nullptr || now == nullptr || old->ignored == now->ignored) return false;
  schema::Index same = *now;
  same.ignored = old->ignored;
  return same == *old;
}

bool KeyChanges::is_made_again(const std::string& name, const Definitions& old,
                               const Definitions& now) const {
  if (only_ignored_differs(name)) return false;
  if (makes_keys_anew() || old.at(name) != now.at(name)) return true;
  const schema::Index* index = after_.find_index(name);
  return index != nullptr && (is_under_new_foreign_key(*index) || is_covered_by_new_key(*index));
}

/// Keys that only get another name, old → new: they stay as they are.
std::map<std::string, std::string> KeyChanges::renamed_keys() const {
  std::map<std::string, std::string> renamed;
  if (makes_keys_anew()) return renamed;
  const auto old = named_keys(before_);
  const auto now = named_keys(after_);
  std::set<std::string> taken;
  const auto pair_up = [&](const auto& before, const auto& after) {
    for (const auto& key : before) {
      if (now.count(key.name) != 0) continue;
      for (auto candidate : after) {
        const std::string to = std::exchange(candidate.name, key.name);
        const schema::Index* index = after_.find_index(to);
        if (!(candidate == key) || old.count(to) != 0 || taken.count(to) != 0) continue;
        if (is_over_other_period(key)) continue;
        if (index != nullptr && is_under_new_foreign_key(*index)) continue;
        renamed.emplace(key.name, to);
        taken.insert(to);
        break;
      }
    }
  };
  pair_up(before_.uniques, after_.uniques);
  pair_up(before_.indexes, after_.indexes);
  return renamed;
}

bool KeyChanges::is_over_other_period(const schema::Unique& key) const {
  return key.without_overlaps && before_.mariadb.period != after_.mariadb.period;
}

bool KeyChanges::is_over_other_period(const schema::Index& /*key*/) const {
  return false;
}

bool KeyChanges::makes_primary_key() const {
  return !same_primary_key(before_, after_) || makes_keys_anew();
}

std::vector<std::string> KeyChanges::drops() const {
  std::vector<std::string> clauses;
  const auto kept = named_keys(after_);
  if (before_.primary_key && makes_primary_key()) {
    clauses.emplace_back("DROP PRIMARY KEY");
  }
  const auto old = named_keys(before_);
  for (const auto& [name, to] : renamed_keys_) {
    clauses.push_back("RENAME KEY " + quote(name) + " TO " + quote(to));
  }
  for (const auto& [name, definition] : old) {
    if (renamed_keys_.count(name) != 0) continue;
    if (kept.count(name) == 0 || is_made_again(name, old, kept)) {
      clauses.push_back("DROP KEY " + quote(name));
    } else if (only_ignored_differs(name)) {
      const bool ignored = after_.find_index(name)->ignored;
      clauses.push_back("ALTER KEY " + quote(name) + (ignored ? " IGNORED" : " NOT IGNORED"));
    }
  }
  return clauses;
}

std::vector<std::string> KeyChanges::additions() const {
  std::vector<std::string> clauses;
  const auto old = named_keys(before_);
  if (after_.primary_key && makes_primary_key()) {
    clauses.push_back("ADD " + primary_key_definition(after_));
  }
  const auto now = named_keys(after_);
  std::set<std::string> kept;
  for (const auto& [from, to] : renamed_keys_) kept.insert(to);
  const auto add = [&](const std::string& name, const std::string& definition) {
    if (kept.count(name) != 0) return;
    if (old.count(name) == 0 || is_made_again(name, old, now)) {
      clauses.push_back("ADD " + definition);
    }
  };
  for (const auto& unique : built_.uniques) add(unique.name, unique_definition(built_, unique));
  for (const auto& index : built_.indexes) add(index.name, index_definition(index));
  return clauses;
}

}  // namespace dbmig::dialect::mariadb
