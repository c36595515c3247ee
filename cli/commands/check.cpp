#include "run/check.hpp"

#include <fmt/core.h>

#include <memory>

#include "base/text.hpp"
#include "cli/changes.hpp"
#include "cli/commands/commands.hpp"
#include "cli/drift.hpp"
#include "cli/migration.hpp"
#include "cli/server_words.hpp"
#include "diff/diff.hpp"
#include "history/branches.hpp"
#include "history/renames.hpp"
#include "schema/validate.hpp"

namespace dbmig::cli {
namespace {

constexpr int kDifferences = 3;

struct Options {
  bool offline = false;
  bool revert = false;
  bool fix = false;
  DriftRevision fix_options;
};

/// What was found: printed as text, collected for JSON.
class Findings {
 public:
  void add(std::string_view kind, std::string subject, std::string message) {
    list_.push_back({{"kind", kind}, {"subject", std::move(subject)}, {"message", message}});
    text_ += message + "\n";
  }
  /// Each object with both its sides: what the revisions say, what the database has.
  void add_drift(const std::vector<Change>& drift) {
    for (const Change& change : drift) {
      const std::string subject = fmt::format("{} '{}'", change.noun, change.name);
      const std::string message =
          fmt::format("The database was changed by hand: {} is not as the revisions made it:\n{}",
                      subject, changes_text({change}));
      list_.push_back({{"kind", "drift"},
                       {"subject", subject},
                       {"message", message},
                       {"changes", changes_json({change})}});
      text_ += message;
    }
  }
  bool empty() const { return list_.empty(); }
  const Json& json() const { return list_; }
  const std::string& text() const { return text_; }

 private:
  Json list_ = Json::array();
  std::string text_;
};

void check_model(Context& context, Findings& findings) {
  context.read_files();
  const history::Graph& graph = context.graph();
  const std::vector<std::string> heads = graph.heads();
  if (heads.size() > 1) {
    findings.add("heads", text::join(heads, ","),
                 fmt::format("Multiple head revisions are present: {}; join them with `dbmig merge "
                             "heads`",
                             text::join(heads, ", ")));
  }
  std::vector<history::Contradiction> contradictions = history::contradictions(graph, heads);
  for (history::Contradiction& one : history::contradictions_within(graph, graph.topological())) {
    contradictions.push_back(std::move(one));
  }
  for (const Diagnostic& one : history::described(contradictions)) {
    findings.add("contradiction", "", to_string(one));
  }
  const schema::Model& model = context.model();
  const schema::Schema folded =
      history::with_free_order(graph, schema::normalized(graph.fold()), model.schema);
  const diff::Difference difference =
      diff::diff(folded, reworded(context, folded, model.schema, context.project().dialects),
                 history::with_done(model.renames, graph));
  for (const std::string& line : difference.detected) {
    findings.add("model", "", fmt::format("No revision has: {}; run `dbmig migrate`", line));
  }
}

void check_database(Context& context, Findings& findings) {
  const history::Graph& graph = context.graph();
  const run::DatabaseCheck check = run::check_database(
      context.connection(Context::Access::peek), graph, context.selection(), words_asker(context));
  for (const std::string& id : check.pending) {
    findings.add("pending", id,
                 fmt::format("The database lacks revision {}, {}; run `dbmig upgrade`", id,
                             graph.header(id).message));
  }
  for (const std::string& id : check.unknown) {
    findings.add(
        "unknown", id,
        fmt::format("Can't locate revision identified by '{}': the database has it, and no "
                    "file does",
                    id));
  }
  for (const std::string& id : check.edited) {
    const std::string edit = make_runner(context, Context::Access::peek).edit_of(id);
    findings.add("edited", id,
                 fmt::format("{}: revision {} was edited after it was applied{}; restore the file, "
                             "or accept it with `dbmig repair`",
                             context.shown(graph.header(id).path), id,
                             edit.empty() ? "" : " (" + edit + ")"));
  }
  for (const run::AppliedRevision& row : check.under_way) {
    findings.add(
        "under_way", row.id,
        fmt::format("The {} of revision {} stopped after statement {} of {}; run `dbmig {}` "
                    "to finish it",
                    row.under_way, row.id, row.statements_done, row.statements_total,
                    row.under_way));
  }
  findings.add_drift(changes(check.drift.expected, check.drift.live, {}));
}

}  // namespace

void add_check(CLI::App& program, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App& command = add_command(
      program, context,
      {"check", "Exit 3 when model, revisions and database are not the same",
       "  dbmig check                                     before a deployment\n"
       "  dbmig check --offline                           in CI: no database is asked\n"
       "  dbmig check --json\n"
       "  dbmig check --revert > revert.sql                undo what was done by hand\n"
       "  dbmig check --fix-revision -m \"index of ops\"     make a revision of it instead\n"
       "Names changes of the model without a revision, open branches, revisions that the database\n"
       "lacks or that were edited after it got them, and changes made to it by hand."});
  command.add_flag("--offline", options->offline, "Only model and revisions");
  command.add_flag("--revert", options->revert,
                   "Print the SQL that undoes what was changed by hand; nothing is run");
  command.add_flag("--fix-revision", options->fix,
                   "Write what was changed by hand as a revision, and stamp the database with it");
  command.add_option("-m,--message", options->fix_options.message, "Of that revision")
      ->option_text("TEXT");
  command.add_flag("--allow-destructive", options->fix_options.allow_destructive,
                   "Consent to a revision that drops what was dropped by hand");
  set_action(command, context, [&context, options] {
    if (options->offline + options->revert + options->fix > 1) {
      throw Error(ErrorCode::usage, "--offline, --revert and --fix-revision exclude each other");
    }
    if (!options->offline) context.name_database(Context::Access::existing);
    if (options->revert) return revert_drift(context);
    if (options->fix) return write_drift(context, options->fix_options);
    Findings findings;
    check_model(context, findings);
    if (!options->offline) check_database(context, findings);
    context.console().data(findings.text());
    if (findings.empty()) context.console().say("No differences.");
    context.console().document(findings.json());
    if (!findings.empty()) context.exit_code = kDifferences;
  });
}

}  // namespace dbmig::cli
