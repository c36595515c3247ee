#include "cli/drift.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/format.hpp"
#include "cli/migration.hpp"
#include "cli/new_revision.hpp"
#include "cli/server_words.hpp"
#include "dialect/own_words.hpp"
#include "diff/diff.hpp"
#include "run/check.hpp"
#include "run/offline.hpp"

namespace dbmig::cli {
namespace {

constexpr int kLockSeconds = 60;

/// The drift, where nothing else stands between database and revisions that would blur it.
run::DatabaseCheck settled_check(Context& context) {
  run::DatabaseCheck check =
      run::check_database(context.connection(Context::Access::existing), context.graph(),
                          context.selection(), words_asker(context));
  if (!check.unknown.empty()) {
    throw Error(ErrorCode::not_found,
                fmt::format("Can't locate revision identified by '{}': the database has it, and no "
                            "file does",
                            text::join(check.unknown, "', '")))
        .hint("bring the file back first");
  }
  if (!check.under_way.empty()) {
    throw Error(ErrorCode::failed,
                fmt::format("the {} of revision {} stopped half-way",
                            check.under_way.front().under_way, check.under_way.front().id))
        .hint("finish it with `dbmig upgrade` first");
  }
  return check;
}

}  // namespace

void revert_drift(Context& context) {
  run::DatabaseCheck check = settled_check(context);
  run::Drift& drift = check.drift;
  backend::Connection& connection = context.connection(Context::Access::existing);
  const schema::Schema reported = connection.inspect({}).schema;
  const schema::Schema fold = check.folded;
  dialect::ComparedForm live{std::move(drift.live), &reported};
  dialect::ComparedForm expected{std::move(drift.expected), &fold};
  dialect::in_own_words(live, expected);
  drift.live = std::move(live.form);
  drift.expected = std::move(expected.form);
  const diff::Difference back = diff::diff(drift.live, drift.expected);
  const std::string sql =
      drift.empty() ? std::string()
                    : run::client_script(connection.dialect(),
                                         connection.dialect().plan(drift.live, back.operations,
                                                                   connection.bystanders()));
  Console& console = context.console();
  console.data(sql);
  if (drift.empty()) console.say("No differences.");
  console.document({{"dialect", to_string(connection.dialect().kind())},
                    {"operations", operations_json(back.operations)},
                    {"sql", sql}});
}

void write_drift(Context& context, const DriftRevision& options) {
  const run::DatabaseCheck check = settled_check(context);
  Console& console = context.console();
  if (check.drift.empty()) {
    console.say("No differences.");
    console.document({{"revision", nullptr}, {"written", false}});
    return;
  }
  if (!check.pending.empty()) {
    throw Error(ErrorCode::failed,
                fmt::format("the database lacks revision {}", check.pending.front()))
        .hint("run `dbmig upgrade` first: the new revision comes after the newest");
  }
  const history::Graph& graph = context.graph();
  const schema::Schema expected = graph.fold();
  const diff::Difference difference = diff::diff(expected, run::with_drift(expected, check.drift));
  for (const std::string& line : difference.detected) console.info("dbmig.diff", line);
  if (!options.allow_destructive) {
    diff::require_consent(difference, expected, context.project().dialects);
  }
  NewRevision wanted;
  wanted.message = options.message.empty() ? "changes made by hand" : options.message;
  history::Revision revision = make_revision(graph, wanted, choose_parents(context, wanted));
  revision.upgrade = difference.operations;
  check_dialects(revision, expected, context.project().dialects);
  const std::string id = revision.id;
  Json document = write_revision_file(context, std::move(revision), false, difference.detected);
  context.forget_files();
  make_runner(context, Context::Access::existing).stamp({id}, false, run_options(kLockSeconds));
  console.say("The model lacks it still: `dbmig diff head model` says what to add there.");
  document["stamped"] = true;
  console.document(document);
}

}  // namespace dbmig::cli
