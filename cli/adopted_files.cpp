#include "cli/adopted_files.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "project/proving.hpp"
#include "schema/names.hpp"
#include "schema/validate.hpp"
#include "teams/adopted_history.hpp"
#include "yaml/model.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

namespace fs = std::filesystem;

DialectKind kind_of_project(Context& context) {
  if (const auto only = context.project().only_dialect()) return *only;
  return context.url().dialect;
}

/// The SQL is in the words of one database: dbmig.yaml says which.
void restrict_project(Context& context, DialectKind kind, bool dry_run) {
  const yaml::Project& project = context.project();
  if (project.only_dialect() == kind) return;
  if (!project.dialects.empty()) {
    throw Error(ErrorCode::usage,
                "SQL files are written for one database, and `dialects` in dbmig.yaml names both")
        .hint(fmt::format("write dialects: [{}] into dbmig.yaml", to_string(kind)));
  }
  context.console().info(
      "dbmig.adopt",
      fmt::format("The files are SQL of one database: dbmig.yaml now says dialects: [{}]",
                  to_string(kind)));
  if (dry_run) return;
  const fs::path file =
      project.config_file.empty() ? project.root / "dbmig.yaml" : project.config_file;
  const std::string before = project.config_file.empty() ? std::string() : read_file(file);
  write_file(file, yaml::with_dialect(before, kind), true);
}

/// What of `schema` the model does not have yet.
schema::Schema not_in_model(schema::Schema schema, const schema::Schema& model) {
  const auto forget = [](auto& map, const auto& known) {
    erase_if(map, [&](const auto& entry) { return known.count(entry.first) != 0; });
  };
  forget(schema.tables, model.tables);
  forget(schema.views, model.views);
  forget(schema.triggers, model.triggers);
  forget(schema.routines, model.routines);
  return schema;
}

fs::path model_file(Context& context, const std::string& folder) {
  fs::path name = fs::path(folder).lexically_normal();
  if (!name.has_filename()) name = name.parent_path();
  fs::path file = context.project().schemas / (name.filename().string() + ".yaml");
  std::error_code ignored;
  for (int i = 2; fs::exists(file, ignored); ++i) {
    file = context.project().schemas / fmt::format("{}_{}.yaml", name.filename().string(), i);
  }
  return file;
}

}  // namespace

void adopt_files(Context& context, const std::string& folder, const project::NewRevision& options) {
  const history::Graph& graph = context.graph();
  Console& console = context.console();
  if (!graph.empty()) {
    throw Error(ErrorCode::failed, "the project has revisions already")
        .hint("adopt a history into a new project, which `dbmig init` makes");
  }
  const teams::MigrationFiles files = teams::read_migration_files(folder);
  const DialectKind kind = kind_of_project(context);
  const project::ProofDatabase database = proof_database(context, kind);
  if (!database.scratch) {
    throw Error(ErrorCode::failed, fmt::format("there is no {} to run the files on: {}",
                                               to_string(kind), database.missing));
  }
  context.begin_long_work();
  const auto make = [&](const teams::MigrationFile& file) {
    project::NewRevision wanted = options;
    wanted.message = file.message;
    if (!options.id.empty()) {
      throw Error(ErrorCode::usage, "--rev-id is for one revision, and --from writes several");
    }
    return project::make_revision(graph, wanted, {});
  };
  teams::AdoptedHistory adopted =
      teams::adopt_history(*database.scratch, files, make, context.stop());
  for (const std::string& note : adopted.notes) console.warning("dbmig.adopt", note);
  console.info(
      "dbmig.adopt",
      fmt::format("{} of {} ran up{} on a scratch {} database",
                  text::count(adopted.revisions.size(), "file"),
                  files.tool.empty() ? "plain SQL" : files.tool,
                  files.files.front().down.empty() ? "" : ", down and up again", to_string(kind)));
  restrict_project(context, kind, options.dry_run);
  std::vector<history::Revision> read;
  for (const history::Revision& one : adopted.revisions) {
    read.push_back(yaml::parse_revision(yaml::print_revision(one), one.id));
  }
  const history::Graph whole(std::move(read));
  const schema::Schema missing =
      not_in_model(schema::normalized(whole.fold()), context.model().schema);
  const bool has_model = !missing.tables.empty() || !missing.views.empty() ||
                         !missing.triggers.empty() || !missing.routines.empty();
  const fs::path file = model_file(context, folder);
  if (has_model) {
    const std::string text = yaml::print_model(missing);
    if (options.dry_run) {
      console.data(text);
    } else {
      console.status(fmt::format("Generating {}", context.shown(file)),
                     [&] { write_file(file, text, false); });
    }
  }
  Json list = Json::array();
  for (const history::Revision& one : adopted.revisions) {
    list.push_back(write_revision_file(context, one, options.dry_run));
  }
  console.document({{"tool", files.tool},
                    {"dialect", to_string(kind)},
                    {"notes", adopted.notes},
                    {"model", has_model ? Json(context.shown(file)) : Json()},
                    {"revisions", std::move(list)}});
}

}  // namespace dbmig::cli
