#include "support/random_views.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "support/random_source.hpp"

namespace dbmig::test {
namespace {

using Names = std::vector<std::string>;

/// A view as its parts, so that it can be checked against what it reads.
struct Query {
  struct Source {
    std::string name;
    bool all = false;  ///< `*`
    Names columns;
  };
  std::vector<Source> sources;

  std::string sql() const {
    std::string select;
    std::string from;
    int output = 0;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const std::string alias(1, static_cast<char>('x' + i));
      if (sources[i].all) select += fmt::format("{}{}.*", select.empty() ? "" : ", ", alias);
      for (const std::string& column : sources[i].columns) {
        select += fmt::format("{}{}.{} as o{}", select.empty() ? "" : ", ", alias, column, output);
        ++output;
      }
      from += fmt::format("{}{} {}", from.empty() ? "" : " cross join ", sources[i].name, alias);
    }
    return "select " + select + " from " + from;
  }
};

struct World {
  schema::SharedMap<std::string, schema::Table> tables;
  std::map<std::string, Query> views;  ///< v0 is read by later ones only

  Names columns_of(const std::string& name) const {
    const auto table = tables.find(name);
    if (table != tables.end()) return table->second.column_names();
    const auto view = views.find(name);
    Names names;
    if (view == views.end()) return names;
    int output = 0;
    for (const Query::Source& source : view->second.sources) {
      if (source.all) {
        for (const std::string& column : columns_of(source.name)) names.push_back(column);
      }
      for (std::size_t i = 0; i < source.columns.size(); ++i) {
        names.push_back(fmt::format("o{}", output++));
      }
    }
    return names;
  }

  bool is_valid(const Query& query) const {
    return std::all_of(query.sources.begin(), query.sources.end(), [&](const auto& source) {
      const Names known = columns_of(source.name);
      return !known.empty() &&
             std::all_of(source.columns.begin(), source.columns.end(), [&](const auto& column) {
               return std::find(known.begin(), known.end(), column) != known.end();
             });
    });
  }

  schema::Schema schema() const {
    schema::Schema schema;
    schema.tables = tables;
    for (const auto& [name, query] : views) {
      schema::View view;
      view.name = name;
      view.sql.any = query.sql();
      schema.views.emplace(name, view);
    }
    return schema;
  }
};

class Maker {
 public:
  Maker(std::uint64_t seed, bool renames) : random_(seed), renames_(renames) {}

  ViewPair run() {
    World from;
    const int tables = random_.between(1, 3);
    for (int i = 0; i < tables; ++i) add_table(from);
    for (int i = random_.between(1, 4); i > 0; --i) {
      const std::string name = fmt::format("v{}", from.views.size());
      from.views.emplace(name, query(from));
    }
    ViewPair pair;
    const World to = changed(from, pair.hints);
    pair.schemas = {from.schema(), to.schema()};
    for (const auto& [name, view] : to.views) {
      const auto old = from.views.find(name);
      if (old != from.views.end() && names_all(to, view) && names_all(from, old->second)) {
        pair.watched.insert(name);
      }
    }
    return pair;
  }

 private:
  /// Whether no `*` is in the query or in a view that it reads.
  static bool names_all(const World& world, const Query& query) {
    return std::none_of(
        query.sources.begin(), query.sources.end(), [&](const Query::Source& source) {
          const auto view = world.views.find(source.name);
          return source.all || (view != world.views.end() && !names_all(world, view->second));
        });
  }

  schema::Column column(const std::string& name) {
    schema::Column column;
    column.name = name;
    column.type.kind = random_.chance(50) ? schema::TypeKind::integer : schema::TypeKind::varchar;
    if (column.type.kind == schema::TypeKind::varchar) column.type.length = 10;
    return column;
  }

  void add_table(World& world) {
    schema::Table table;
    table.name = fmt::format("t{}", next_table_++);
    table.columns.push_back(column("id"));
    table.columns.back().type = {};
    table.columns.back().type.kind = schema::TypeKind::integer;
    table.columns.back().nullable = false;
    table.primary_key.emplace();
    table.primary_key->columns = {"id"};
    for (int i = random_.between(1, 4); i > 0; --i) add_column(table);
    world.tables.emplace(table.name, table);
  }

  /// Of few names, so that tables have columns called alike.
  void add_column(schema::Table& table) {
    const std::string name = fmt::format("c{}", random_.between(0, 7));
    if (table.find_column(name) == nullptr && used_.insert({table.name, name}).second) {
      table.columns.push_back(column(name));
    }
  }

  Query query(const World& world) {
    Names sources;
    for (const auto& [name, table] : world.tables) sources.push_back(name);
    for (const auto& [name, view] : world.views) sources.push_back(name);
    Query query;
    const bool all = random_.chance(15);
    for (int i = all ? 1 : random_.between(1, 2); i > 0; --i) {
      Query::Source source{random_.pick(sources), all, {}};
      Names columns = world.columns_of(source.name);
      random_.shuffle(columns);
      if (!all) columns.resize(1 + random_.below(columns.size()));
      if (!all) source.columns = columns;
      query.sources.push_back(source);
    }
    return query;
  }

  World changed(const World& from, schema::RenameHints& hints) {
    World to;
    for (auto [name, table] : from.tables) {
      if (from.tables.size() > 1 && random_.chance(15)) continue;
      const schema::Table old = table;
      table.columns.clear();
      for (schema::Column column : old.columns) {
        if (column.name != "id" && random_.chance(20)) continue;
        if (column.name != "id" && random_.chance(20))
          column.type.length.reset(), column.type.kind = schema::TypeKind::bigint;
        if (renames_ && column.name != "id" && random_.chance(20)) {
          const std::string now = "r" + column.name;
          hints.columns[{name, now}] = column.name;
          renamed_[{name, column.name}] = now;
          column.name = now;
        }
        table.columns.push_back(column);
      }
      if (random_.chance(40)) add_column(table);
      to.tables.emplace(name, table);
    }
    if (random_.chance(30) || to.tables.empty()) add_table(to);
    for (const auto& [name, view] : from.views) {
      if (random_.chance(10)) continue;
      Query now = view;
      for (Query::Source& source : now.sources) {
        for (std::string& column : source.columns) {
          const auto renamed = renamed_.find({source.name, column});
          if (renamed != renamed_.end()) column = renamed->second;
        }
      }
      to.views.emplace(name, to.is_valid(now) && random_.chance(75) ? now : query(to));
    }
    if (random_.chance(20)) to.views.emplace(fmt::format("v{}", from.views.size()), query(to));
    return to;
  }

  RandomSource random_;
  bool renames_;
  int next_table_ = 0;
  std::set<std::pair<std::string, std::string>> used_;
  std::map<std::pair<std::string, std::string>, std::string> renamed_;
};

}  // namespace

ViewPair random_views(std::uint64_t seed, bool renames) {
  return Maker(seed, renames).run();
}

}  // namespace dbmig::test
