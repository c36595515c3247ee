#include "dialect/equivalent.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/error.hpp"
#include "dialect/dialect.hpp"

namespace dbmig::dialect {
namespace {

using schema::Schema;
using schema::Table;

/// The canonical forms of two schemas in one dialect.
struct Forms {
  Schema before;
  Schema wanted;
};

template <class Item>
const Item* named(const schema::SharedList<Item>& items, const std::string& name) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

/// Equal, or both absent: the dialect does not have it.
template <class Item>
bool same(const Item* a, const Item* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return *a == *b;
}

/// One table on its way, with its canonical forms.
class SpellingKeeper {
 public:
  SpellingKeeper(const Table& before, Table& wanted, const std::vector<Forms>& forms)
      : before_(before), wanted_(wanted), forms_(forms) {}

  void run() {
    take(&Table::columns);
    take(&Table::uniques);
    take(&Table::indexes);
    take(&Table::foreign_keys);
    take(&Table::checks);
    take_if_same(&Table::comment);
    take_if_same(&Table::mariadb);
    take_if_same(&Table::sqlite);
  }

 private:
  template <class Same>
  bool in_all_forms(Same is_same) const {
    return std::all_of(forms_.begin(), forms_.end(), [&](const Forms& forms) {
      return is_same(forms.before.find_table(before_.name), forms.wanted.find_table(wanted_.name));
    });
  }

  template <class Item>
  void take(schema::SharedList<Item> Table::*list) {
    for (Item& item : wanted_.*list) {
      const Item* old = named(before_.*list, item.name);
      if (old == nullptr || *old == item) continue;
      const bool is_same = in_all_forms([&](const Table* a, const Table* b) {
        if (a == nullptr || b == nullptr) return a == b;
        return same_items(*a, *b, list, item.name);
      });
      if (is_same) item = *old;
    }
  }

  template <class Item>
  static bool same_items(const Table& a, const Table& b, schema::SharedList<Item> Table::*list,
                         const std::string& name) {
    return same(named(a.*list, name), named(b.*list, name));
  }
  // A canonical form may have a unique index among the unique constraints, and the reverse.
  static bool same_items(const Table& a, const Table& b,
                         schema::SharedList<schema::Index> Table::* /*list*/,
                         const std::string& name) {
    return same(named(a.indexes, name), named(b.indexes, name)) &&
           same(named(a.uniques, name), named(b.uniques, name));
  }
  static bool same_items(const Table& a, const Table& b,
                         schema::SharedList<schema::Unique> Table::* /*list*/,
                         const std::string& name) {
    return same_items(a, b, &Table::indexes, name);
  }

  template <class Part>
  void take_if_same(Part Table::*part) {
    const bool is_same = in_all_forms([&](const Table* a, const Table* b) {
      if (a == nullptr || b == nullptr) return a == b;
      return a->*part == b->*part;
    });
    if (is_same) wanted_.*part = before_.*part;
  }

  const Table& before_;
  Table& wanted_;
  const std::vector<Forms>& forms_;
};

/// Views and triggers.
template <class Object>
void take_texts(const schema::SharedMap<std::string, Object>& before,
                schema::SharedMap<std::string, Object>& wanted, const std::vector<Forms>& forms,
                schema::SharedMap<std::string, Object> Schema::*map) {
  const auto find = [](const schema::SharedMap<std::string, Object>& objects,
                       const std::string& name) {
    const auto found = objects.find(name);
    return found == objects.end() ? nullptr : &found->second;
  };
  for (auto& [name, object] : wanted) {
    const std::string& key = name;
    const Object* old = find(before, key);
    if (old == nullptr || old->only != object.only) continue;
    const bool is_same = std::all_of(forms.begin(), forms.end(), [&](const Forms& form) {
      return same(find(form.before.*map, key), find(form.wanted.*map, key));
    });
    if (is_same) object = *old;
  }
}

/// In a project for one database alone, `only` that database says nothing.
template <class Object>
void take_only(const schema::SharedMap<std::string, Object>& before,
               schema::SharedMap<std::string, Object>& wanted, DialectKind kind) {
  const auto is_there = [&](const Object& object) { return object.only.value_or(kind) == kind; };
  for (auto& [name, object] : wanted) {
    const auto old = before.find(name);
    if (old != before.end() && is_there(old->second) && is_there(object)) {
      object.only = old->second.only;
    }
  }
}

template <class Object>
bool share_a_name(const schema::SharedMap<std::string, Object>& a,
                  const schema::SharedMap<std::string, Object>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const auto& entry) { return b.count(entry.first) != 0; });
}

/// Takes out of both what is the same in both, where nothing that is left can depend on it: most
/// changes touch a table or two of many.
void keep_differences(Schema& a, Schema& b) {
  // Queries may read any table.
  if (a.views != b.views || a.triggers != b.triggers) return;
  for (auto table = a.tables.begin(); table != a.tables.end();) {
    const auto other = b.tables.find(table->first);
    if (other == b.tables.end() || !(other->second == table->second)) {
      ++table;
      continue;
    }
    b.tables.erase(other);
    table = a.tables.erase(table);
  }
  for (Schema* schema : {&a, &b}) {
    schema->views.clear();
    schema->triggers.clear();
    schema->routines.clear();
  }
}

}  // namespace

Schema equivalent(const Schema& before, Schema wanted, std::vector<DialectKind> dialects) {
  // What is the same becomes one: to compare it again costs nothing.
  for (auto& [name, table] : wanted.tables) {
    const Table* was = before.find_table(name);
    if (was != nullptr && *was == table) table = *was;
  }
  if (before == wanted) return wanted;
  if (dialects.empty()) dialects = {DialectKind::sqlite, DialectKind::mariadb};
  if (dialects.size() == 1) {
    take_only(before.tables, wanted.tables, dialects[0]);
    take_only(before.views, wanted.views, dialects[0]);
    take_only(before.triggers, wanted.triggers, dialects[0]);
  }
  Schema old = before;
  Schema now = wanted;
  keep_differences(old, now);
  const bool may_say_the_same = share_a_name(old.tables, now.tables) ||
                                share_a_name(old.views, now.views) ||
                                share_a_name(old.triggers, now.triggers);
  if (!may_say_the_same) return wanted;
  std::vector<Forms> forms;
  for (const DialectKind kind : dialects) {
    const Dialect& one = dialect(kind);
    try {
      forms.push_back({one.canonical(old), one.canonical(now)});
    } catch (const Error&) {
      // What a database cannot have has no form there: the planner says so, with its place.
      return wanted;
    }
  }
  for (const auto& [name, table] : now.tables) {
    const Table* was = old.find_table(name);
    if (was != nullptr && was->only == table.only) {
      SpellingKeeper(*was, wanted.table(name), forms).run();
    }
  }
  take_texts(old.views, wanted.views, forms, &Schema::views);
  take_texts(old.triggers, wanted.triggers, forms, &Schema::triggers);
  return wanted;
}

}  // namespace dbmig::dialect
