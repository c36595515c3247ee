#include "teams/rebase.hpp"

#include <fmt/core.h>

#include <map>
#include <memory>
#include <optional>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "history/branches.hpp"
#include "project/proving.hpp"
#include "project/revisions.hpp"
#include "project/revisions_lock.hpp"
#include "run/store.hpp"
#include "teams/sum_file.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

struct Options {
  std::string revision;
  std::string onto;
  bool plan = false;
};

/// The project's databases, those of `databases:` included, each once.
std::vector<std::pair<std::string, Url>> databases_at_hand(Context& context) {
  std::vector<std::pair<std::string, Url>> list;
  const auto add = [&](const std::string& name, const auto& url_of) {
    try {
      Url url = url_of();
      for (const auto& [other, known] : list) {
        if (known.redacted() == url.redacted()) return;
      }
      list.emplace_back(name, std::move(url));
    } catch (const Error& error) {
      context.console().info("dbmig.rebase",
                             fmt::format("{} was not asked: {}", name, error.message()));
    }
  };
  add("the database", [&] { return context.url(); });
  for (const auto& [name, text] : context.project().databases) {
    add(fmt::format("database '{}'", name), [&, key = name] { return context.url_of(key, false); });
  }
  return list;
}

/// No database that can be asked may have one of `ids`.
void refuse_applied(Context& context, const std::set<std::string>& ids) {
  std::vector<Diagnostic> refused;
  for (const auto& [name, url] : databases_at_hand(context)) {
    try {
      const auto connection = backend::connect(url, {.create = false});
      for (const run::AppliedRevision& row : run::RevisionStore(*connection).all()) {
        if (ids.count(row.id) == 0) continue;
        refused.push_back({{},
                           fmt::format("revision {} is applied in {}", row.id, url.redacted()),
                           "take it back there with `dbmig downgrade`, or join the branches with "
                           "`dbmig merge`"});
      }
    } catch (const Error& error) {
      if (error.code() == ErrorCode::not_found) continue;  // it is not there yet: it has nothing
      context.console().warning("dbmig.rebase",
                                fmt::format("{} was not asked: {}", name, error.message()));
    }
  }
  if (!refused.empty()) throw Error(ErrorCode::refused, std::move(refused));
}

void run(Context& context, const Options& options) {
  std::optional<project::RevisionsLock> lock;
  if (!options.plan) lock.emplace(context);
  const history::Graph& graph = context.graph();
  const std::string id = resolve_one(context, options.revision);
  const std::string onto = resolve_one(context, options.onto);
  const std::vector<teams::Reparented> changed = teams::rebased(graph, id, onto);
  Console& console = context.console();
  Json list = Json::array();
  if (changed.empty()) {
    console.say(fmt::format("Nothing to do: {} follows {} already.", id, onto));
    return console.document(list);
  }
  const std::set<std::string> moved = teams::moved(graph, changed);
  refuse_applied(context, moved);
  const std::vector<history::Contradiction> found = history::contradictions(graph, {id, onto});
  if (!found.empty()) throw Error(ErrorCode::failed, history::described(found));
  std::map<std::string, std::string> texts;
  std::vector<history::Revision> revisions;
  for (const std::string& one : graph.topological()) revisions.push_back(graph.get(one));
  for (const teams::Reparented& one : changed) {
    const std::filesystem::path path = graph.header(one.id).path;
    const std::string shown = context.shown(path);
    texts[one.id] = teams::with_parents(read_file(path), shown, one.parents);
    for (history::Revision& revision : revisions) {
      if (revision.id != one.id) continue;
      revision = yaml::parse_revision(texts[one.id], shown);
      revision.path = path;
    }
    console.say(fmt::format("{}: parents {} -> {}", one.id,
                            one.before.empty() ? "none" : text::join(one.before, ", "),
                            text::join(one.parents, ", ")));
    list.push_back({{"revision", one.id}, {"before", one.before}, {"parents", one.parents}});
  }
  const history::Graph wanted(std::move(revisions));
  static_cast<void>(wanted.fold());
  for (const std::string& one : wanted.in_order(moved)) project::prove(context, wanted, one, false);
  if (!options.plan) {
    std::vector<teams::SumChange> sums;
    for (const teams::Reparented& one : changed) {
      const std::filesystem::path path = graph.header(one.id).path;
      console.status(fmt::format("Writing {}", context.shown(path)),
                     [&] { write_file(path, texts[one.id], true); });
      sums.push_back({one.id, wanted.header(one.id).checksum.get()});
    }
    teams::update_sum(context.project().migrations, sums);
  }
  console.document(list);
}

}  // namespace

void add_rebase(Command& program, Context& context) {
  auto options = std::make_shared<Options>();
  Command& command = add_command(
      program, context,
      {"rebase", "Move a branch that no database has onto another head",
       "  dbmig rebase 2fa6 --onto 1975                   2fa6 and its branch come after 1975\n"
       "  dbmig rebase 2fa6 --onto 1975 --plan            show what would change\n"
       "Writes the new parents into the files and proves the revisions there. Refused when a\n"
       "database of the project has one of them, and where the branches contradict each other."});
  command.add_option("revision", options->revision, "The head of the branch that is to move")
      ->option_text("REV")
      ->required();
  command.add_option("--onto", options->onto, "What it is to follow")
      ->option_text("HEAD")
      ->required();
  add_plan_flag(command, options->plan, "Print what would change; nothing is written");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
