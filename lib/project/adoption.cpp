#include "project/adoption.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <system_error>

#include "base/text.hpp"
#include "dialect/two_meanings.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "project/fit_for_mariadb.hpp"
#include "project/server_spelling.hpp"
#include "project/sqlite_only.hpp"
#include "schema/names.hpp"
#include "schema/validate.hpp"

namespace dbmig::project {
namespace {

namespace fs = std::filesystem;

template <class Map>
void erase_known(Map& map, const Map& known) {
  erase_if(map, [&](const auto& entry) { return known.count(entry.first) != 0; });
}

/// `live` without the objects whose names are in `known`.
schema::Schema without(schema::Schema live, const schema::Schema& known) {
  erase_known(live.tables, known.tables);
  erase_known(live.views, known.views);
  erase_known(live.triggers, known.triggers);
  erase_known(live.routines, known.routines);
  return live;
}

bool is_empty(const schema::Schema& schema) {
  return schema.tables.empty() && schema.views.empty() && schema.triggers.empty() &&
         schema.routines.empty();
}

/// The objects of `schema` whose names are in `names`.
schema::Schema named_in(const schema::Schema& schema, const schema::Schema& names) {
  schema::Schema part;
  const auto take = [](const auto& from, const auto& wanted, auto& to) {
    for (const auto& [name, object] : from) {
      if (wanted.count(name) != 0) to.emplace(name, object);
    }
  };
  take(schema.tables, names.tables, part.tables);
  take(schema.views, names.views, part.views);
  take(schema.triggers, names.triggers, part.triggers);
  take(schema.routines, names.routines, part.routines);
  return part;
}

/// "shop" for …/shop and sqlite:////data/shop.db, with characters that every file name can have.
std::string database_name(const Url& url) {
  std::string name =
      url.dialect == DialectKind::sqlite ? fs::path(url.database).stem().string() : url.database;
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && std::isalnum(byte) == 0 && c != '-') c = '_';
  }
  return name.empty() || name == "_memory_" ? "database" : name;
}

fs::path free_file(const fs::path& folder, const std::string& name) {
  std::error_code ignored;
  fs::path path = folder / (name + ".yaml");
  for (int i = 2; fs::exists(path, ignored); ++i) {
    path = folder / fmt::format("{}_{}.yaml", name, i);
  }
  return path;
}

/// Why SQLite itself, not only dbmig's plan for it, rejects a part of `schema`; empty if it accepts
/// everything.
std::string refusal_of_sqlite(const schema::Schema& schema) {
  try {
    backend::Scratch scratch({.kind = DialectKind::sqlite});
    backend::Connection& connection = scratch.connection();
    const std::vector<ops::Operation> operations = diff::diff({}, schema).operations;
    for (const dialect::Statement& statement : connection.dialect().plan({}, operations, {})) {
      connection.execute(statement.sql);
    }
    return {};
  } catch (const Error& error) {
    return error.message();
  }
}

/// Reads the model including the adopted file, and finds out which databases can hold it.
class ModelMaker {
 public:
  ModelMaker(Workspace& workspace, DialectKind kind) : workspace_(workspace), kind_(kind) {}

  schema::Model read(const yaml::SourceFile& file) {
    const std::vector<DialectKind>& said = workspace_.project().dialects;
    try {
      schema::Model model = workspace_.model_with(file, workspace_.project().only_dialect());
      if (said.empty() && kind_ != DialectKind::sqlite) {
        if (const std::string why = refusal_of_sqlite(model.schema); !why.empty()) restrict(why);
      }
      return model;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::invalid || !said.empty()) throw;
      restrict(error.message());
    }
    return workspace_.model_with(file, kind_);
  }

  void check(const history::Revision& revision, const schema::Schema& before) {
    const std::vector<DialectKind>& said = workspace_.project().dialects;
    if (!said.empty() || restricted_) return check_dialects(revision, before, dialects());
    try {
      check_dialects(revision, before, {});
    } catch (const Error& error) {
      check_dialects(revision, before, {kind_});
      restrict(error.message());
    }
  }

  std::optional<DialectKind> restricted() const { return restricted_; }
  const std::string& why_restricted() const { return why_; }

 private:
  void restrict(std::string why) {
    restricted_ = kind_;
    why_ = std::move(why);
  }
  std::vector<DialectKind> dialects() const {
    if (restricted_) return {*restricted_};
    return workspace_.project().dialects;
  }

  Workspace& workspace_;
  DialectKind kind_;
  std::optional<DialectKind> restricted_;
  std::string why_;
};

std::vector<std::string> names_of(const schema::Schema& schema) {
  std::vector<std::string> names;
  for (const auto& [name, table] : schema.tables) names.push_back(name);
  return names;
}

void add(schema::Schema& to, schema::Schema from) {
  to.tables.merge(from.tables);
  to.views.merge(from.views);
  to.triggers.merge(from.triggers);
  to.routines.merge(from.routines);
}

/// Lets MariaDB number the keys that SQLite numbers, and keep the digits that SQLite keeps. Tables
/// of `model` are left alone: the model already says what it wants.
void keep_values(schema::Schema& found, const schema::Schema& model) {
  for (auto& [name, table] : found.tables) {
    if (model.find_table(name) != nullptr) continue;
    dialect::number_keys(table);
    dialect::keep_digits(table);
  }
}

bool is_for_both(Workspace& workspace) {
  const std::vector<DialectKind>& said = workspace.project().dialects;
  return said.empty() || said.size() > 1;
}

/// Adds what MariaDB will refuse of the objects that `revision` creates, so that it is known
/// beforehand.
void add_refusals(const schema::Schema& before, const history::Revision& revision,
                  std::vector<std::string>& told) {
  const schema::Schema after = schema::normalized(ops::apply(before, revision.upgrade));
  for (const dialect::Refusal& one : dialect::dialect(DialectKind::mariadb).refusals(after)) {
    told.push_back(fmt::format("MariaDB will refuse it: {}; {}", one.message, one.hint));
  }
}

std::optional<Adoption> plan(Workspace& workspace, const schema::Schema& live,
                             const std::vector<std::string>& parents, NewRevision options,
                             bool for_both) {
  const history::Graph& graph = workspace.graph();
  const schema::Schema before =
      schema::normalized(graph.fold(std::set<std::string>(parents.begin(), parents.end())));
  schema::Schema found = without(live, before);
  if (is_empty(found)) return std::nullopt;
  for (auto& [name, table] : found.tables) table = schema::with_names(std::move(table));
  std::vector<std::string> told;
  if (for_both && workspace.url().dialect == DialectKind::sqlite) {
    keep_values(found, workspace.model().schema);
    told = fit_for_mariadb(found);
    found = dialect::for_both(std::move(found));
    for (std::string& one : mark_sqlite_only(workspace, before, found)) {
      told.push_back(std::move(one));
    }
  } else if (for_both) {
    found = dialect::as_written(std::move(found));
  }

  Adoption adoption;
  adoption.tables = names_of(found);
  const std::string name = database_name(workspace.url());
  adoption.model_file = free_file(workspace.project().schemas, name);
  const schema::Schema to_write = without(found, workspace.model().schema);
  yaml::SourceFile file{workspace.shown(adoption.model_file), yaml::print_model(to_write)};
  if (is_empty(to_write)) {
    file.content.clear();
  } else {
    adoption.model_text = file.content;
  }
  ModelMaker maker(workspace, workspace.url().dialect);
  const schema::Model model = maker.read(file);

  // New objects are adopted exactly as the written model reads. For objects that the model had
  // already, the database decides, in the model's spelling if both mean the same.
  schema::Schema after = before;
  add(after, named_in(model.schema, to_write));
  add(after, schema::normalized(equivalent(workspace, workspace.model().schema,
                                           without(found, to_write), {workspace.url().dialect})));
  const diff::Difference difference = diff::diff(before, schema::normalized(after));
  adoption.detected = difference.detected;
  if (options.message.empty()) options.message = "adopt " + name;
  adoption.revision = make_revision(graph, options, parents);
  adoption.revision.upgrade = difference.operations;
  maker.check(adoption.revision, before);
  adoption.restricted_to = maker.restricted();
  adoption.why_restricted = maker.why_restricted();
  if (for_both && !adoption.restricted_to) add_refusals(before, adoption.revision, told);
  adoption.for_one_database = std::move(told);
  return adoption;
}

}  // namespace

std::optional<Adoption> plan_adoption(Workspace& workspace, const schema::Schema& live,
                                      const std::vector<std::string>& parents,
                                      NewRevision options) {
  if (is_for_both(workspace)) {
    std::optional<Adoption> adoption = plan(workspace, live, parents, options, true);
    // If the schema is for one database only, the other one does not matter.
    if (!adoption || !adoption->restricted_to) return adoption;
    const std::string why = adoption->why_restricted;
    adoption = plan(workspace, live, parents, std::move(options), false);
    if (adoption && !why.empty()) adoption->why_restricted = why;
    return adoption;
  }
  return plan(workspace, live, parents, std::move(options), false);
}

}  // namespace dbmig::project
