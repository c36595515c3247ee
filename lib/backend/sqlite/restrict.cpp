#include "backend/sqlite/restrict.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "schema/findings.hpp"

namespace dbmig::backend::sqlite {
namespace {

using Path = std::vector<std::string>;

template <class Objects>
bool mark(Objects& objects, const std::string& name) {
  const auto found = objects.find(name);
  if (found == objects.end() || found->second.only) return false;
  found->second.only = DialectKind::sqlite;
  return true;
}

bool mark(schema::Schema& schema, const Path& path) {
  if (path.size() < 2) return false;
  if (path[0] == "tables") return mark(schema.tables, path[1]);
  if (path[0] == "views") return mark(schema.views, path[1]);
  if (path[0] == "triggers") return mark(schema.triggers, path[1]);
  return false;
}

template <class Items>
bool remove_named(Items& items, const std::string& name) {
  using std::erase_if;
  return erase_if(items, [&](const auto& item) { return item.name == name; }) != 0;
}

/// Takes out what `path` names, or the whole object. False when it is gone already.
bool take_out(schema::Schema& schema, const Path& path) {
  if (path[0] == "views") return schema.views.erase(path[1]) != 0;
  if (path[0] == "triggers") return schema.triggers.erase(path[1]) != 0;
  schema::Table* table = schema.find_table(path[1]);
  if (table == nullptr) return false;
  if (path.size() >= 4) {
    if (path[2] == "unique") return remove_named(table->uniques, path[3]);
    if (path[2] == "indexes") return remove_named(table->indexes, path[3]);
    if (path[2] == "foreign_keys") return remove_named(table->foreign_keys, path[3]);
    if (path[2] == "checks") return remove_named(table->checks, path[3]);
    if (path.size() == 5 && path[4] == "default") {
      schema::Column* column = table->find_column(path[3]);
      const bool is_there = column != nullptr && column->default_value.has_value();
      if (is_there) column->default_value.reset();
      return is_there;
    }
  }
  return schema.tables.erase(path[1]) != 0;
}

std::string object_of(const Path& path) {
  const std::string section = path[0].substr(0, path[0].size() - 1);
  if (path.size() < 4 || path[2] == "columns") return fmt::format("{} '{}'", section, path[1]);
  const std::string part = path[2] == "foreign_keys" ? "foreign key"
                           : path[2] == "indexes"    ? "index"
                           : path[2] == "checks"     ? "check"
                                                     : "unique constraint";
  return fmt::format("{} '{}': {} '{}'", section, path[1], part, path[3]);
}

/// MariaDB finds a key at the beginning of a longer one. SQLite does not: it takes the definition,
/// and then refuses every row ("foreign key mismatch").
void take_out_unusable_foreign_keys(Inspection& inspection) {
  for (const schema::Finding& finding :
       schema::find_mistakes(inspection.schema, DialectKind::sqlite)) {
    const bool is_foreign_key = finding.path.size() == 4 && finding.path[2] == "foreign_keys";
    if (!is_foreign_key || !take_out(inspection.schema, finding.path)) continue;
    inspection.unsupported.push_back({object_of(finding.path), finding.message});
  }
}

}  // namespace

void restrict_to_sqlite(Inspection& inspection) {
  take_out_unusable_foreign_keys(inspection);
  schema::Schema& schema = inspection.schema;
  while (true) {
    const std::vector<schema::Finding> findings = schema::find_mistakes(schema);
    if (findings.empty()) return;
    bool marked = false;
    for (const schema::Finding& finding : findings) marked = mark(schema, finding.path) || marked;
    if (marked) continue;
    bool found = false;
    for (const schema::Finding& finding : findings) {
      if (finding.path.size() < 2 || !take_out(schema, finding.path)) continue;
      inspection.unsupported.push_back({object_of(finding.path), finding.message});
      found = true;
    }
    if (!found) return;
  }
}

}  // namespace dbmig::backend::sqlite
