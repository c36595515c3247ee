#include "cli/new_revision.hpp"

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
#include "cli/format.hpp"
#include "cli/migration.hpp"
#include "dialect/dialect.hpp"
#include "dialect/two_meanings.hpp"
#include "ops/evolve.hpp"
#include "ops/risk.hpp"
#include "schema/validate.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

/// As many digits as Alembic's identifiers have.
constexpr int kIdDigits = 12;

std::string now_utc() {
  const auto now =
      std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

bool is_valid_id(std::string_view id) {
  // No sign that revision arguments use (`+1`, `-1`, `a:b`, `label@head`) and none that a file name
  // or a shell dislikes.
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

void check_plan(const dialect::Dialect& dialect, const std::vector<ops::Operation>& operations,
                const schema::Schema& met, std::string_view direction) {
  try {
    dialect.plan(met, operations, {});
    return;
  } catch (const Error&) {
    // Which operation it is, one by one: below.
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
    before = ops::evolve(std::move(before), operation);
  }
  dialect.plan(before, operations, {});
}

}  // namespace

void add_new_revision_options(CLI::App& command, NewRevision& options) {
  command.add_option("-m,--message", options.message, "What the revision is for")
      ->option_text("TEXT");
  command.add_option("--rev-id", options.id, "Use ID instead of a generated one")
      ->option_text("ID");
  command.add_option("--head", options.head, "Build on this revision; `base` starts a new branch")
      ->option_text("REV");
  command.add_flag("--splice", options.splice, "Allow --head to be a revision that is no head");
  command.add_option("--branch-label", options.labels, "Name of the branch that begins here")
      ->option_text("LABEL")
      ->expected(1)
      ->take_all();
  command
      .add_option("--depends-on", options.depends_on,
                  "A revision of another branch that must be applied before")
      ->option_text("REV")
      ->expected(1)
      ->take_all();
  command
      .add_option("--version-path", options.version_path,
                  "The folder to write to, one of `migrations:`")
      ->option_text("DIR");
  command.add_flag("--dry-run", options.dry_run, "Print the revision instead of writing it");
}

std::filesystem::path version_folder(Context& context, const NewRevision& options) {
  namespace fs = std::filesystem;
  const yaml::Project& project = context.project();
  if (options.version_path.empty()) return project.migrations;
  fs::path wanted = (fs::current_path() / options.version_path).lexically_normal();
  if (!wanted.has_filename()) wanted = wanted.parent_path();
  for (const fs::path& folder : project.version_folders) {
    const bool is_deep = folder.filename() == "**";
    const fs::path top = is_deep ? folder.parent_path() : folder;
    const fs::path below = wanted.lexically_relative(top);
    if (wanted == top || (is_deep && !below.empty() && *below.begin() != "..")) return wanted;
  }
  throw Error(
      ErrorCode::usage,
      fmt::format("Path {} is not represented in current version locations", context.shown(wanted)))
      .hint("add it to `migrations:` in dbmig.yaml");
}

std::vector<std::string> choose_parents(Context& context, const NewRevision& options) {
  const history::Graph& graph = context.graph();
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
      options.head == "base" ? std::set<std::string>{} : resolve(context, options.head);
  for (const std::string& id : chosen) {
    if (graph.is_head(id) || options.splice) continue;
    throw Error(ErrorCode::failed, fmt::format("Revision {} is not a head revision", id))
        .hint("say --splice to create a new branch from this revision");
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
    // A label stays one: it names the branch, wherever that begins.
    const bool is_label = graph.find_label(argument).has_value();
    revision.depends_on.push_back(is_label ? argument : graph.resolve_one(argument));
  }
  graph.require_new(revision);
  return revision;
}

void check_dialects(const history::Revision& revision, const schema::Schema& before,
                    std::vector<DialectKind> dialects) {
  if (dialects.empty()) dialects = {DialectKind::sqlite, DialectKind::mariadb};
  const schema::Schema after = ops::evolve(before, revision.upgrade);
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

void check_limits(Context& context, const history::Revision& revision, const schema::Schema& before,
                  std::vector<DialectKind> dialects) {
  if (dialects.empty()) dialects = {DialectKind::sqlite, DialectKind::mariadb};
  const schema::Schema after = schema::normalized(ops::evolve(before, revision.upgrade));
  Diagnostics diagnostics;
  for (const DialectKind kind : dialects) {
    const dialect::Dialect& dialect = dialect::dialect(kind);
    const std::vector<dialect::Refusal> found = dialect.refusals(after);
    if (found.empty()) continue;
    const std::vector<dialect::Refusal> known = dialect.refusals(before);
    for (const dialect::Refusal& refusal : found) {
      if (std::find(known.begin(), known.end(), refusal) != known.end()) continue;
      diagnostics.add(context.place_in_model(refusal.path), refusal.message, refusal.hint);
    }
  }
  if (dialects.size() > 1) {
    const std::vector<dialect::Refusal> known = dialect::two_meanings(before);
    for (const dialect::Refusal& refusal : dialect::two_meanings(after)) {
      if (std::find(known.begin(), known.end(), refusal) != known.end()) continue;
      diagnostics.add(context.place_in_model(refusal.path), refusal.message, refusal.hint);
    }
  }
  diagnostics.throw_if_any();
}

void check_collations(Context& context, const history::Revision& revision,
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
      diagnostics.add(context.place_in_model(path), risk.message,
                      "name the collation that is meant, as utf8mb4_bin or utf8mb4_general_ci");
    }
    schema = ops::evolve(std::move(schema), operation);
  }
  diagnostics.throw_if_any();
}

void write_revision(Context& context, history::Revision revision, bool dry_run,
                    const std::vector<std::string>& detected) {
  context.console().document(write_revision_file(context, std::move(revision), dry_run, detected));
}

Json write_revision_file(Context& context, history::Revision revision, bool dry_run,
                         const std::vector<std::string>& detected) {
  const std::string content = yaml::print_revision(revision);
  const std::filesystem::path folder =
      revision.path.empty() ? context.project().migrations : revision.path;
  revision.path = folder / yaml::file_name(revision);
  Console& console = context.console();
  if (dry_run) {
    console.data(content);
  } else {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    console.status(fmt::format("Generating {}", context.shown(revision.path)),
                   [&] { write_file(revision.path, content, false); });
  }
  return {{"revision", revision.id},
          {"parents", revision.parents},
          {"message", revision.message},
          {"created", revision.created},
          {"path", context.shown(revision.path)},
          {"written", !dry_run},
          {"detected", detected},
          {"operations", operations_json(revision.upgrade)},
          {"text", content}};
}

}  // namespace dbmig::cli
