#include "dialect/keep_spelling.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace dbmig::dialect {
namespace {

using schema::Schema;
using schema::Table;

/// One thing on both sides; null where a side does not have it.
template <class Item>
struct Both {
  Item* from;
  Item* to;
  const Item* from_reported;
  const Item* to_reported;

  bool equal() const { return from != nullptr && to != nullptr && *from == *to; }

  void word() const {
    if (equal()) {
      const Item* reported = from_reported != nullptr ? from_reported : to_reported;
      if (reported != nullptr) *from = *to = *reported;
      return;
    }
    // Words of one side and the canonical form of the other would be one difference more.
    const bool in_both = from != nullptr && to != nullptr;
    if (in_both && (from_reported == nullptr || to_reported == nullptr)) return;
    if (from != nullptr && from_reported != nullptr) *from = *from_reported;
    if (to != nullptr && to_reported != nullptr) *to = *to_reported;
  }
};

template <class Item>
auto named(schema::SharedList<Item>* items, const std::string& name) {
  const auto found = std::find_if(items->begin(), items->end(),
                                  [&](const Item& item) { return item.name == name; });
  return found == items->end() ? nullptr : &*found;
}

template <class Item>
const Item* named(const schema::SharedList<Item>* items, const std::string& name) {
  const auto found = std::find_if(items->begin(), items->end(),
                                  [&](const Item& item) { return item.name == name; });
  return found == items->end() ? nullptr : &*found;
}

template <class Key, class Item>
Item* keyed(schema::SharedMap<Key, Item>* items, const Key& key) {
  const auto found = items->find(key);
  return found == items->end() ? nullptr : &found->second;
}

template <class Key, class Item>
const Item* keyed(const schema::SharedMap<Key, Item>* items, const Key& key) {
  const auto found = items->find(key);
  return found == items->end() ? nullptr : &found->second;
}

/// A table that at least one side has.
class TableSpelling {
 public:
  explicit TableSpelling(const Both<Table>& tables) : t_(tables) {}

  void run() const {
    if (t_.equal()) {
      t_.word();
      return;
    }
    definitions_of(&Table::columns);
    definitions_of(&Table::uniques);
    definitions_of(&Table::indexes);
    definitions_of(&Table::foreign_keys);
    definitions_of(&Table::checks);
    primary_key();
    part(&Table::sqlite).word();
    // A counter that moved on, or whatever else the comparison left out, is no difference.
    if (const auto mariadb = part(&Table::mariadb); mariadb.equal()) mariadb.word();
  }

 private:
  template <class Part>
  Both<Part> part(Part Table::*member) const {
    const auto of = [&](auto* table) { return table == nullptr ? nullptr : &(table->*member); };
    return {of(t_.from), of(t_.to), of(t_.from_reported), of(t_.to_reported)};
  }

  template <class Item>
  void definitions_of(schema::SharedList<Item> Table::*list) const {
    const auto item = [&](auto* table, const std::string& name) {
      return table == nullptr ? nullptr : named(&(table->*list), name);
    };
    const auto word = [&](const std::string& name) {
      Both<Item>{item(t_.from, name), item(t_.to, name), item(t_.from_reported, name),
                 item(t_.to_reported, name)}
          .word();
    };
    if (t_.from != nullptr) {
      for (const Item& one : t_.from->*list) word(one.name);
    }
    if (t_.to == nullptr) return;
    for (const Item& one : t_.to->*list) {
      if (item(t_.from, one.name) == nullptr) word(one.name);
    }
  }

  void primary_key() const {
    const auto of = [](auto* table) {
      return table == nullptr || !table->primary_key ? nullptr : &*table->primary_key;
    };
    Both<schema::PrimaryKey>{of(t_.from), of(t_.to), of(t_.from_reported), of(t_.to_reported)}
        .word();
  }

  Both<Table> t_;
};

/// Calls `word` for everything under `member` of the two schemas.
template <class Key, class Item, class Word>
void each(ComparedForm& from, ComparedForm& to, schema::SharedMap<Key, Item> Schema::*member,
          Word word) {
  const auto reported = [&](const ComparedForm& side, const Key& key) {
    return side.reported == nullptr ? nullptr : keyed(&(side.reported->*member), key);
  };
  const auto both = [&](const Key& key) {
    word(Both<Item>{keyed(&(from.form.*member), key), keyed(&(to.form.*member), key),
                    reported(from, key), reported(to, key)});
  };
  for (const auto& [key, item] : from.form.*member) both(key);
  for (const auto& [key, item] : to.form.*member) {
    if ((from.form.*member).count(key) == 0) both(key);
  }
}

}  // namespace

void keep_spelling(ComparedForm& from, ComparedForm& to) {
  const auto word = [](const auto& item) { item.word(); };
  each(from, to, &Schema::tables, [](const Both<Table>& table) { TableSpelling(table).run(); });
  each(from, to, &Schema::views, word);
  each(from, to, &Schema::triggers, word);
  each(from, to, &Schema::routines, word);
}

}  // namespace dbmig::dialect
