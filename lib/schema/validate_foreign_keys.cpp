#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "schema/rules.hpp"

namespace dbmig::schema {
namespace {

using Columns = std::vector<std::string>;

bool same_set(const Columns& a, const Columns& b) {
  return a.size() == b.size() &&
         std::set<std::string>(a.begin(), a.end()) == std::set<std::string>(b.begin(), b.end());
}

bool begins_with(const Columns& key, const Columns& columns) {
  return key.size() >= columns.size() && std::equal(columns.begin(), columns.end(), key.begin());
}

/// The columns of an index that can serve a foreign key: whole columns, all rows.
std::optional<Columns> plain_columns(const Index& index) {
  Columns columns;
  if (index.kind != IndexKind::plain || !index.where.empty()) return std::nullopt;
  for (const IndexPart& part : index.parts) {
    if (part.column.empty() || part.length != 0) return std::nullopt;
    columns.push_back(part.column);
  }
  return columns;
}

/// SQLite: a primary key or unique index over exactly these columns, in any order.
/// Source: https://www.sqlite.org/foreignkeys.html#fk_indexes
bool is_sqlite_key(const Table& parent, const Columns& columns) {
  if (parent.primary_key && same_set(parent.primary_key->columns, columns)) return true;
  for (const Unique& unique : parent.uniques) {
    if (same_set(unique.columns, columns)) return true;
  }
  return std::any_of(parent.indexes.begin(), parent.indexes.end(), [&](const Index& index) {
    const auto key = plain_columns(index);
    return index.unique && key && same_set(*key, columns);
  });
}

/// InnoDB: any index that begins with these columns in this order, unique or not. Every index ends
/// with the columns of the primary key, and the referenced ones may be among those.
bool is_mariadb_key(const Table& parent, const Columns& columns) {
  const auto serves = [&](Columns key) {
    if (parent.primary_key) {
      for (const std::string& column : parent.primary_key->columns) {
        if (std::find(key.begin(), key.end(), column) == key.end()) key.push_back(column);
      }
    }
    return begins_with(key, columns);
  };
  if (parent.primary_key && begins_with(parent.primary_key->columns, columns)) return true;
  for (const Unique& unique : parent.uniques) {
    if (serves(unique.columns)) return true;
  }
  for (const ForeignKey& key : parent.foreign_keys) {
    if (serves(key.columns)) return true;  // it brings an index of its own
  }
  return std::any_of(parent.indexes.begin(), parent.indexes.end(), [&](const Index& index) {
    const auto key = plain_columns(index);
    return key && serves(*key);
  });
}

/// One foreign key and all that its rules look at.
class ForeignKeyRules {
 public:
  ForeignKeyRules(const Rules& rules, const Table& child, const ForeignKey& key)
      : rules_(rules),
        child_(child),
        key_(key),
        path_{"tables", child.name, "foreign_keys", key.name} {}

  void check() const {
    if (!key_.name.empty()) rules_.check_name(path_, "foreign key", key_.name, child_.only);
    const bool columns_exist = check_columns_of(child_, key_.columns);
    check_set_null();
    const Table* parent = rules_.schema().find_table(key_.referenced_table);
    if (parent == nullptr) {
      if (key_.external) {
        check_external(columns_exist);
      } else {
        report_missing_parent();
      }
      return;
    }
    check_where_parent_lives(*parent);
    const Columns referenced = referenced_columns(*parent);
    if (referenced.empty()) {
      add(fmt::format("{} references '{}', which has no primary key", what(), parent->name),
          "name the referenced columns, as in references: parent(id)");
      return;
    }
    const bool parents_exist = check_columns_of(*parent, referenced);
    if (!check_counts(referenced)) return;
    if (parents_exist) check_parent_key(*parent, referenced);
    if (parents_exist && columns_exist) check_types(*parent, referenced);
  }

 private:
  std::string what() const {
    return fmt::format("foreign key '{}' of table '{}'", key_.name, child_.name);
  }
  void add(std::string message, std::string hint) const {
    rules_.add(path_, std::move(message), std::move(hint));
  }

  Columns referenced_columns(const Table& parent) const {
    if (!key_.referenced_columns.empty() || !parent.primary_key) return key_.referenced_columns;
    return parent.primary_key->columns;
  }

  bool check_counts(const Columns& referenced) const {
    if (referenced.size() == key_.columns.size()) return true;
    add(fmt::format("{} has {} and references {}", what(),
                    text::count(key_.columns.size(), "column"),
                    text::count(referenced.size(), "column")),
        "both sides need as many");
    return false;
  }

  void report_missing_parent() const {
    std::vector<std::string> names;
    for (const auto& entry : rules_.schema().tables) names.push_back(entry.first);
    const auto near = text::closest(key_.referenced_table, names);
    add(fmt::format("{} references table '{}', which does not exist", what(),
                    key_.referenced_table),
        near ? fmt::format("did you mean '{}'?", *near)
             : "add it, or write `external: true` into the foreign key if others manage that "
               "table");
  }

  /// Others manage the parent: all that is known of it is what the key says.
  void check_external(bool columns_exist) const {
    if (!key_.referenced_columns.empty()) {
      check_counts(key_.referenced_columns);
    } else if (columns_exist && rules_.lives_on(child_.only, DialectKind::mariadb)) {
      add(fmt::format("{} references table '{}', which this project does not manage, and names no "
                      "columns of it",
                      what(), key_.referenced_table),
          fmt::format("MariaDB needs them: write references: {}(id)", key_.referenced_table));
    }
  }

  bool check_columns_of(const Table& table, const Columns& columns) const {
    bool exist = true;
    std::set<std::string> seen;
    for (const std::string& column : columns) {
      if (table.find_column(column) == nullptr) {
        exist = false;
        add(fmt::format("{} names column '{}', which table '{}' does not have", what(), column,
                        table.name),
            text::suggest(column, table.column_names()));
      } else if (!seen.insert(rules_.folded(column, child_.only)).second) {
        add(fmt::format("{} names column '{}' of '{}' twice", what(), column, table.name),
            "remove one of the two");
      }
    }
    if (columns.empty()) add(fmt::format("{} has no columns", what()), "name at least one");
    return exist && !columns.empty();
  }

  void check_where_parent_lives(const Table& parent) const {
    for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
      if (!rules_.lives_on(child_.only, kind) || rules_.lives_on(parent.only, kind)) continue;
      add(fmt::format("{} references '{}', which does not exist on {}", what(), parent.name,
                      to_string(kind)),
          fmt::format("mark table '{}' as only: {}, too", child_.name, to_string(*parent.only)));
    }
  }

  void check_parent_key(const Table& parent, const Columns& referenced) const {
    const bool on_sqlite = rules_.lives_on(child_.only, DialectKind::sqlite);
    const bool on_mariadb = rules_.lives_on(child_.only, DialectKind::mariadb);
    if (on_sqlite && is_sqlite_key(parent, referenced)) return;
    if (on_mariadb && is_mariadb_key(parent, referenced)) return;
    add(fmt::format("{} references {}({}), which is not a key", what(), parent.name,
                    text::join(referenced, ", ")),
        fmt::format("make it the primary key or a unique constraint of '{}'", parent.name));
  }

  void check_types(const Table& parent, const Columns& referenced) const {
    if (!rules_.meet_on(child_.only, parent.only, DialectKind::mariadb)) return;
    for (std::size_t i = 0; i < referenced.size(); ++i) {
      const Column& from = child_.column(key_.columns[i]);
      const Column& to = parent.column(referenced[i]);
      if (comparable_on_mariadb(child_, from, parent, to)) continue;
      const std::string from_type = to_string(from.type_on(DialectKind::mariadb));
      const std::string to_type = to_string(to.type_on(DialectKind::mariadb));
      const bool both_text = is_text(from.type_on(DialectKind::mariadb).kind) &&
                             is_text(to.type_on(DialectKind::mariadb).kind);
      if (from_type == to_type || both_text) {
        add(fmt::format("'{}.{}' and '{}.{}' of {} have different charsets or collations",
                        child_.name, from.name, parent.name, to.name, what()),
            "MariaDB needs them equal on both sides of a foreign key");
        continue;
      }
      add(fmt::format("'{}.{}' is {} and '{}.{}', which it references, is {}", child_.name,
                      from.name, from_type, parent.name, to.name, to_type),
          fmt::format("MariaDB needs the same type on both sides: make '{}.{}' {}", child_.name,
                      from.name, to_type));
    }
  }

  void check_set_null() const {
    const bool sets_null = key_.on_delete == ReferentialAction::set_null ||
                           key_.on_update == ReferentialAction::set_null;
    if (!sets_null || !rules_.lives_on(child_.only, DialectKind::mariadb)) return;
    for (const std::string& name : key_.columns) {
      const Column* column = child_.find_column(name);
      if (column == nullptr || (column->nullable && !child_.in_primary_key(name))) continue;
      add(fmt::format("{} sets '{}' to NULL, which it cannot be", what(), name),
          fmt::format("make '{}' nullable or choose another action", name));
    }
  }

  const Rules& rules_;
  const Table& child_;
  const ForeignKey& key_;
  Rules::Path path_;
};

}  // namespace

void check_foreign_keys(const Rules& rules, const Table& table) {
  for (const ForeignKey& key : table.foreign_keys) ForeignKeyRules(rules, table, key).check();
}

}  // namespace dbmig::schema
