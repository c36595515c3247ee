#include "project/new_revision.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/two_meanings.hpp"
#include "ops/apply.hpp"
#include "ops/risk.hpp"
#include "project/revisions.hpp"
#include "schema/validate.hpp"
#include "yaml/revision.hpp"

namespace dbmig::project {
namespace {

/// As many digits as in Alembic's identifiers.
constexpr int kIdDigits = 12;

std::string now_utc() {
  const auto now =
      std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

bool is_valid_id(std::string_view id) {
  // None of the characters with a meaning in revision arguments (`+1`, `-1`, `a:b`, `label@head`),
  // in file names or in shells.
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
}

std::string fresh_id(const history::Graph& graph) {
  while (true) {
    std::string id = random_hex(kIdDigits);
    if (!graph.contains(id)) return id;
  }
}

/// Refuses a name that could not be read back from the file, before the file exists.
void refuse_unreadable(const history::Revision& revision) {
  try {
    yaml::parse_revision(yaml::print_revision(revision), "revision");
  } catch (const Error& error) {
    std::vector<Diagnostic> told = error.diagnostics();
    for (Diagnostic& one : told) one.where = {};
    throw Error(ErrorCode::usage, std::move(told));
  }
}

void check_plan(const dialect::Dialect& dialect, const std::vector<ops::Operation>& operations,
                const schema::Schema& met, std::string_view direction) {
  try {
    dialect.plan(met, operations, {});
    return;
  } catch (const Error&) {
    // Which operation it is, is found out below, one by one.
  }
  schema::Schema before = met;
  for (const ops::Operation& operation : operations) {
    try {
      dialect.plan(before, {&operation, 1}, {});
    } catch (const Error& error) {
      const std::string& hint = error.diagnostics().front().hint;
      throw Error(ErrorCode::invalid,
                  fmt::format("{} cannot {} (in the {}): {}", to_string(dialect.kind()),
                              ops::describe(operation), direction, error.message()))
          .hint(hint.empty()
                    ? fmt::format("change the model, keep the object off that database with "
                                  "`only: {0}`, or write dialects: [{0}] into dbmig.yaml",
                                  dialect.kind() == DialectKind::sqlite ? "mariadb" : "sqlite")
                    : hint);
    }
    before = ops::apply(std::move(before), operation);
  }
  dialect.plan(before, operations, {});
}

}  // namespace

std::filesystem::path version_folder(Workspace& workspace, const NewRevision& options) {
  namespace fs = std::filesystem;
  const yaml::Project& project = workspace.project();
  if (options.version_path.empty()) return project.migrations;
  fs::path wanted = (fs::current_path() / options.version_path).lexically_normal();
  if (!wanted.has_filename()) wanted = wanted.parent_path();
  for (const fs::path& folder : project.version_folders) {
    const bool is_deep = folder.filename() == "**";
    const fs::path top = is_deep ? folder.parent_path() : folder;
    const fs::path below = wanted.lexically_relative(top);
    if (wanted == top || (is_deep && !below.empty() && *below.begin() != "..")) return wanted;
  }
  throw Error(ErrorCode::usage,
              fmt::format("Path {} is not represented in current version locations",
                          workspace.shown(wanted)))
      .hint("add it to `migrations:` in dbmig.yaml");
}

std::vector<std::string> choose_parents(Workspace& workspace, const NewRevision& options) {
  const history::Graph& graph = workspace.graph();
  if (options.head.empty()) {
    std::vector<std::string> heads = graph.heads();
    if (heads.size() > 1) {
      throw Error(ErrorCode::failed,
                  fmt::format("Multiple head revisions are present: {}", text::join(heads, ", ")))
          .hint("join them with `dbmig merge heads`, or choose one with --head");
    }
    return heads;
  }
  const std::set<std::string> chosen =
      options.head == "base" ? std::set<std::string>{} : resolve(workspace, options.head);
  for (const std::string& id : chosen) {
    if (graph.is_head(id) || options.splice) continue;
    throw Error(ErrorCode::failed, fmt::format("Revision {} is not a head revision", id))
        .hint("use --splice to create a new branch from this revision");
  }
  return {chosen.begin(), chosen.end()};
}

history::Revision make_revision(const history::Graph& graph, const NewRevision& options,
                                std::vector<std::string> parents) {
  if (!options.id.empty() && !is_valid_id(options.id)) {
    throw Error(ErrorCode::usage, fmt::format("'{}' cannot be a revision identifier", options.id))
        .hint("use letters, digits and '_', at most 64");
  }
  history::Revision revision;
  revision.id = options.id.empty() ? fresh_id(graph) : options.id;
  revision.parents = std::move(parents);
  revision.message = options.message;
  revision.created = now_utc();
  revision.labels = options.labels;
  for (const std::string& argument : options.depends_on) {
    // A label stays a label: it names the branch, wherever that begins.
    const bool is_label = graph.find_label(argument).has_value();
    revision.depends_on.push_back(is_label ? argument : graph.resolve_one(argument));
  }
  graph.require_new(revision);
  refuse_unreadable(revision);
  return revision;
}

void check_dialects(const history::Revision& revision, const schema::Schema& before,
                    std::vector<DialectKind> dialects) {
  if (dialects.empty()) dialects = {DialectKind::sqlite, DialectKind::mariadb};
  const schema::Schema after = ops::apply(before, revision.upgrade);
  const std::vector<ops::Operation> back = history::downgrade_operations(revision, before);
  std::vector<std::future<void>> checks;
  for (const DialectKind kind : dialects) {
    checks.push_back(std::async(std::launch::async, [&, kind] {
      check_plan(dialect::dialect(kind), revision.upgrade, before, "upgrade");
      check_plan(dialect::dialect(kind), back, after, "downgrade");
    }));
  }
  for (std::future<void>& check : checks) check.get();
}

void check_limits(Workspace& workspace, const history::Revision& revision,
                  const schema::Schema& before, std::vector<DialectKind> dialects) {
  if (dialects.empty()) dialects = {DialectKind::sqlite, DialectKind::mariadb};
  const schema::Schema after = schema::normalized(ops::apply(before, revision.upgrade));
  Diagnostics diagnostics;
  for (const DialectKind kind : dialects) {
    const dialect::Dialect& dialect = dialect::dialect(kind);
    const std::vector<dialect::Refusal> found = dialect.refusals(after);
    if (found.empty()) continue;
    const std::vector<dialect::Refusal> known = dialect.refusals(before);
    for (const dialect::Refusal& refusal : found) {
      if (std::find(known.begin(), known.end(), refusal) != known.end()) continue;
      diagnostics.add(workspace.place_in_model(refusal.path), refusal.message, refusal.hint);
    }
  }
  if (dialects.size() > 1) {
    const std::vector<dialect::Refusal> known = dialect::two_meanings(before);
    for (const dialect::Refusal& refusal : dialect::two_meanings(after)) {
      if (std::find(known.begin(), known.end(), refusal) != known.end()) continue;
      diagnostics.add(workspace.place_in_model(refusal.path), refusal.message, refusal.hint);
    }
  }
  diagnostics.throw_if_any();
}

void check_collations(Workspace& workspace, const history::Revision& revision,
                      const schema::Schema& before, const std::vector<DialectKind>& dialects) {
  const bool on_mariadb = dialects.empty() || std::find(dialects.begin(), dialects.end(),
                                                        DialectKind::mariadb) != dialects.end();
  if (!on_mariadb) return;
  Diagnostics diagnostics;
  schema::Schema schema = before;
  for (const ops::Operation& operation : revision.upgrade) {
    for (const ops::Risk& risk : ops::risks(operation, schema)) {
      if (risk.kind != ops::RiskKind::forgets_case) continue;
      std::vector<std::string> path{"tables", std::string(ops::table_of(operation))};
      if (const auto* alter = std::get_if<ops::AlterColumn>(&operation)) {
        path.emplace_back("columns");
        path.push_back(alter->name);
      }
      path.emplace_back("mariadb");
      diagnostics.add(workspace.place_in_model(path), risk.message,
                      "name the collation, such as utf8mb4_bin or utf8mb4_general_ci");
    }
    schema = ops::apply(std::move(schema), operation);
  }
  diagnostics.throw_if_any();
}

NewFile revision_file(Workspace& workspace, history::Revision& revision) {
  const std::filesystem::path folder =
      revision.path.empty() ? workspace.project().migrations : revision.path;
  revision.path = folder / yaml::file_name(revision);
  return {revision.path, yaml::print_revision(revision), false};
}

void write(const NewFile& file) {
  std::error_code failure;  // reported by what follows
  std::filesystem::create_directories(file.path.parent_path(), failure);
  write_file(file.path, file.text, file.overwrite);
}

}  // namespace dbmig::project
