#include "transfer/fit_schema.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "backend/refusal_text.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "schema/findings.hpp"
#include "schema/validate.hpp"
#include "transfer/evidence_kinds.hpp"
#include "transfer/fit_types.hpp"
#include "transfer/table_order.hpp"
#include "transfer/table_trial.hpp"

namespace dbmig::transfer {
namespace {

using schema::Column;
using schema::Schema;
using schema::Table;
using schema::TypeKind;

using Path = std::vector<std::string>;

template <class List>
bool erase_named(List& list, const std::string& name) {
  return erase_if(list, [&](const auto& one) { return one.name == name; }) != 0;
}

bool is_computed_default(const Column& column) {
  return column.default_value && column.default_value->kind == schema::Default::Kind::sql;
}

class SchemaFitter {
 public:
  SchemaFitter(Schema& schema, const backend::Connection& target, const Schema& there)
      : schema_(schema),
        there_(there),
        trial_(target),
        dialect_(target.dialect()),
        kind_(dialect_.kind()),
        has_limits_(kind_ == DialectKind::mariadb) {}

  Fitted run() {
    if (kind_ == DialectKind::sqlite) name_indexes_apart();
    if (dialect::capabilities(kind_).late_defaults) ask_defaults();
    do {
      while (mend_known()) {
      }
    } while (mend_refused());
    return std::move(fitted_);
  }

 private:
  /// On SQLite, index names are unique in the database, and differ from those of tables and views.
  void name_indexes_apart() {
    std::set<std::string> taken;
    for (const auto& [name, table] : schema_.tables) taken.insert(text::lower(name));
    for (auto& [name, table] : schema_.tables) {
      for (schema::Index& index : table.indexes) {
        const std::string was = index.name;
        for (int i = 1; !taken.insert(text::lower(index.name)).second; ++i) {
          index.name = fmt::format("{}_{}{}", name, was, i == 1 ? "" : fmt::format("_{}", i));
        }
        if (index.name == was) continue;
        fitted_.renamed.push_back(
            fmt::format("index '{}' of table '{}' is called '{}': on SQLite the name must be "
                        "unique in the database",
                        was, name, index.name));
      }
    }
  }

  /// SQLite accepts any default, and evaluates it only when it is needed.
  void ask_defaults() {
    std::vector<std::pair<Path, std::string>> refused;
    Schema there;
    try {
      there = dialect::dialect(kind_).canonical(schema_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::invalid) throw;
      there = schema_;  // the next check finds what is wrong with it
    }
    for (const auto& [name, table] : there.tables) {
      for (const Column& column : table.columns) {
        if (!is_computed_default(column)) continue;
        try {
          trial_.connection().query(
              fmt::format("SELECT ({})", column.default_value->sql.for_dialect(kind_)));
        } catch (const Error& error) {
          refused.emplace_back(Path{"tables", name, "columns", column.name, "default"},
                               says(error.message()));
        }
      }
    }
    for (const auto& [path, why] : refused) mend(path, why);
  }

  /// Changes what the model's rules and the documented limits reject. Returns whether something was
  /// changed.
  bool mend_known() {
    const Schema there = schema::normalized(schema_);
    std::vector<std::string> dropped = drop_keys_to_nowhere(schema_, there_);
    bool is_mended = !dropped.empty();
    std::move(dropped.begin(), dropped.end(), std::back_inserter(fitted_.left_out));
    for (const schema::Finding& one : schema::find_mistakes(there, kind_)) {
      is_mended = mend(one.path, one.message) || is_mended;
    }
    if (is_mended) return true;
    // After its columns were changed, the table as a whole may be accepted.
    const std::vector<dialect::Refusal> refusals = dialect_.refusals(there);
    for (const bool is_column : {true, false}) {
      for (const dialect::Refusal& one : refusals) {
        if (is_column != (one.path.size() >= 4 && one.path[2] == "columns")) continue;
        is_mended = mend(one.path, one.message) || is_mended;
      }
      if (is_mended) return true;
    }
    return false;
  }

  bool mend_refused() {
    bool is_mended = false;
    std::vector<std::string> names;
    for (const auto& [name, table] : schema_.tables) names.push_back(name);
    for (const std::string& name : names) {
      if (taken_.count(name) != 0) continue;
      const auto refusal = trial_.refusal_of(schema_.table(name));
      if (!refusal) {
        taken_.insert(name);
        continue;
      }
      is_mended = true;
      const std::size_t before = fitted_.changed.size() + fitted_.left_out.size();
      search(name);
      if (before == fitted_.changed.size() + fitted_.left_out.size()) {
        mend({"tables", name}, says(*refusal));
      }
    }
    return is_mended;
  }

  std::string says(const std::string& message) const {
    return backend::refusal_text(kind_, message);
  }

  /// Finds the parts for which a table is rejected, one after the other.
  void search(const std::string& name) {
    const Table table = schema_.table(name);
    Table base = table;
    base.checks.clear();
    base.indexes.clear();
    base.uniques.clear();
    std::vector<Column> plain;
    for (const Column& column : table.columns) {
      if (column.generated) continue;
      plain.push_back(column);
      if (is_computed_default(column)) plain.back().default_value.reset();
    }
    base.columns = plain;
    const auto ask = [&](const Table& asked, const Path& path) {
      if (const auto why = trial_.refusal_of(asked)) mend(path, says(*why));
    };
    if (!plain.empty() && trial_.refusal_of(base)) return;
    for (const Column& column : table.columns) {
      const bool is_default = is_computed_default(column);
      if (!column.generated && !is_default) continue;
      Table one = base;
      std::erase_if(plain, [&](const Column& other) { return other.name == column.name; });
      plain.push_back(column);
      one.columns = plain;
      ask(one, {"tables", name, "columns", column.name, is_default ? "default" : "generated"});
      plain.clear();
      for (const Column& other : std::as_const(base).columns) plain.push_back(other);
    }
    // The columns as they are now: an index may be on one that was generated.
    const Table* mended = std::as_const(schema_).find_table(name);
    if (mended == nullptr) return;
    base.columns = mended->columns;
    for (const schema::Check& check : table.checks) {
      Table one = base;
      one.checks.push_back(check);
      ask(one, {"tables", name, "checks", check.name});
    }
    for (const schema::Unique& unique : table.uniques) {
      Table one = base;
      one.uniques.push_back(unique);
      ask(one, {"tables", name, "unique", unique.name});
    }
    for (const schema::Index& index : table.indexes) {
      if (index.kind != schema::IndexKind::plain) continue;
      Table one = base;
      one.indexes.push_back(index);
      ask(one, {"tables", name, "indexes", index.name});
    }
  }

  /// Changes the object at `path`. False if it has been removed already.
  bool mend(const Path& path, const std::string& why) {
    if (path.size() < 2 || path[0] != "tables") return false;
    Table* table = schema_.find_table(path[1]);
    if (table == nullptr) return false;
    taken_.erase(table->name);
    if (path.size() >= 4 && path[2] == "columns") return mend_column(*table, path, why);
    const auto take_out = [&](auto& list, const char* what) {
      if (!erase_named(list, path[3])) return false;
      fitted_.left_out.push_back(
          fmt::format("{} '{}' of table '{}': {}", what, path[3], table->name, why));
      return true;
    };
    if (path.size() >= 4) {
      if (path[2] == "foreign_keys") {
        return rename_foreign_key(*table, path[3]) || take_out(table->foreign_keys, "foreign key");
      }
      if (path[2] == "indexes") return take_out(table->indexes, "index");
      if (path[2] == "unique") return take_out(table->uniques, "unique constraint");
      if (path[2] == "checks") return take_out(table->checks, "check");
    }
    if (path.size() >= 3 && path[2] == "primary_key") {
      if (shorten_key(*table)) return true;
      if (table->primary_key && table->primary_key->without_overlaps) {
        fitted_.left_out.push_back(
            fmt::format("the primary key of table '{}': {}", table->name, why));
        table->primary_key.reset();
        return true;
      }
    }
    if (path.size() == 2 && loosen_texts(*table, why)) return true;
    return leave_out(*table, why);
  }

  /// If foreign key names must be unique in the target, and another table has the same name.
  bool rename_foreign_key(Table& table, const std::string& name) {
    std::set<std::string> taken;
    bool is_repeated = false;
    for (const auto& [other, one] : std::as_const(schema_).tables) {
      for (const schema::ForeignKey& key : one.foreign_keys) {
        const bool is_same = text::equals_ignoring_case(key.name, name);
        is_repeated = is_repeated || (is_same && other != table.name);
        taken.insert(text::lower(key.name));
      }
    }
    if (!is_repeated) return false;
    for (schema::ForeignKey& key : table.foreign_keys) {
      if (key.name != name) continue;
      key.name = fmt::format("{}_{}", table.name, name);
      for (int i = 1; !taken.insert(text::lower(key.name)).second; ++i) {
        key.name = fmt::format("{}_{}_{}", table.name, name, i);
      }
      fitted_.renamed.push_back(
          fmt::format("foreign key '{}' of table '{}' is called '{}': on the target the name must "
                      "be unique in the database",
                      name, table.name, key.name));
      return true;
    }
    return false;
  }

  bool mend_column(Table& table, const Path& path, const std::string& why) {
    Column* column = table.find_column(path[3]);
    if (column == nullptr) return false;
    const std::string name = fmt::format("'{}.{}'", table.name, column->name);
    if (path.size() > 4 && path[4] == "default" && column->default_value) {
      const schema::Default& value = *column->default_value;
      const std::string shown =
          value.kind == schema::Default::Kind::sql ? value.sql.for_dialect(kind_) : value.literal;
      fitted_.left_out.push_back(fmt::format("the default of {}, {}: {}", name, shown, why));
      column->default_value.reset();
      return true;
    }
    if (column->generated) {
      fitted_.changed.push_back(
          fmt::format("{} is no longer generated, and keeps its present values: {}", name, why));
      column->generated.reset();
      return true;
    }
    const bool is_type = path.size() == 4 || path[4] == "type";
    if (is_type && loosen_type(*column, name, why)) return true;
    return leave_out(table, why);
  }

  bool loosen_type(Column& column, const std::string& name, const std::string& why) {
    if (!has_limits_) return false;
    const auto type = next_type(column.type_on(kind_));
    if (!type) return false;
    fitted_.changed.push_back(
        fmt::format("{} becomes {}: {}", name, schema::to_string(*type), why));
    column.mariadb.type = *type;
    return true;
  }

  bool leave_out(Table& table, const std::string& why) {
    const std::string name = table.name;
    fitted_.left_out.push_back(fmt::format("table '{}': {}", name, why));
    fitted_.tables.push_back(name);
    schema_.tables.erase(name);
    return true;
  }

  bool shorten_key(Table& table) {
    if (!has_limits_) return false;
    const std::vector<std::string> said = shorten_primary_key(table);
    fitted_.changed.insert(fitted_.changed.end(), said.begin(), said.end());
    return !said.empty();
  }

  bool loosen_texts(Table& table, const std::string& why) {
    const std::size_t count = has_limits_ ? put_texts_beside_rows(table) : 0;
    if (count == 0) return false;
    fitted_.changed.push_back(fmt::format("{} of table '{}' {} text of any length: {}",
                                          text::count(count, "column"), table.name,
                                          count == 1 ? "becomes" : "become", why));
    return true;
  }

  Schema& schema_;
  const Schema& there_;
  TableTrial trial_;
  const dialect::Dialect& dialect_;
  DialectKind kind_;
  bool has_limits_;  ///< limits of rows, keys and lengths; SQLite has none
  Fitted fitted_;
  std::set<std::string> taken_;  ///< tables that the database has accepted
};

}  // namespace

Fitted fit_schema(Schema& tables, const backend::Connection& target, const Schema& there) {
  return SchemaFitter(tables, target, there).run();
}

std::vector<std::string> drop_keys_to_nowhere(Schema& tables, const Schema& there) {
  std::set<std::string> known;
  for (const Schema* schema : {&std::as_const(tables), &there}) {
    for (const auto& [name, table] : schema->tables) known.insert(text::lower(name));
  }
  std::vector<std::string> said;
  for (auto& [name, table] : tables.tables) {
    const std::string& own = name;
    erase_if(table.foreign_keys, [&](const schema::ForeignKey& key) {
      if (known.count(text::lower(key.referenced_table)) != 0) return false;
      said.push_back(
          fmt::format("foreign key '{}' of table '{}': the target does not have table '{}'",
                      key.name, own, key.referenced_table));
      return true;
    });
  }
  return said;
}

std::vector<std::string> match_foreign_keys(Schema& tables) {
  constexpr DialectKind kThere = DialectKind::mariadb;
  std::vector<std::string> said;
  bool is_changed = true;
  while (is_changed) {  // a column can be both parent and child
    is_changed = false;
    for (auto& [name, table] : tables.tables) {
      for (const schema::ForeignKey& key : std::as_const(table).foreign_keys) {
        Table* parent = tables.find_table(key.referenced_table);
        if (parent == nullptr) continue;
        const std::size_t count = std::min(key.columns.size(), key.referenced_columns.size());
        for (std::size_t i = 0; i < count; ++i) {
          Column* own = table.find_column(key.columns[i]);
          Column* other = parent->find_column(key.referenced_columns[i]);
          if (own == nullptr || other == nullptr) continue;
          const schema::Type a = own->type_on(kThere);
          const schema::Type b = other->type_on(kThere);
          if (!schema::is_integer(a.kind) || !schema::is_integer(b.kind)) continue;
          if (a.kind == b.kind && a.is_unsigned == b.is_unsigned) continue;
          schema::Type type = type_of(std::max(a.kind, b.kind));
          if (a.is_unsigned != b.is_unsigned) type = type_of(TypeKind::bigint);
          for (const auto& [column, where] : {std::pair(own, &table), std::pair(other, parent)}) {
            if (column->type_on(kThere) == type) continue;
            column->mariadb.type = type;
            said.push_back(
                fmt::format("'{}.{}' becomes {}, like the other side of foreign key '{}'",
                            where->name, column->name, schema::to_string(type), key.name));
            is_changed = true;
          }
        }
      }
    }
  }
  return said;
}

}  // namespace dbmig::transfer
