#include "run/check.hpp"

#include <fmt/core.h>

#include <memory>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "dialect/reworded.hpp"
#include "diff/diff.hpp"
#include "schema/validate.hpp"

namespace dbmig::cli {
namespace {

constexpr int kDifferences = 3;

/// What was found: printed as text, collected for JSON.
class Findings {
 public:
  void add(std::string_view kind, std::string subject, std::string message) {
    list_.push_back({{"kind", kind}, {"subject", std::move(subject)}, {"message", message}});
    text_ += message + "\n";
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
  const schema::Schema folded = schema::normalized(graph.fold());
  const schema::Model& model = context.model();
  const diff::Difference difference = diff::diff(
      folded, dialect::reworded(folded, model.schema, context.project().dialects), model.renames);
  for (const std::string& line : difference.detected) {
    findings.add("model", "", fmt::format("No revision has: {}; run `dbmig migrate`", line));
  }
}

void check_database(Context& context, Findings& findings) {
  const history::Graph& graph = context.graph();
  const run::DatabaseCheck check =
      run::check_database(context.connection(Context::Access::peek), graph, context.selection());
  for (const std::string& id : check.pending) {
    findings.add("pending", id,
                 fmt::format("The database lacks revision {}, {}; run `dbmig upgrade`", id,
                             graph.get(id).message));
  }
  for (const std::string& id : check.unknown) {
    findings.add(
        "unknown", id,
        fmt::format("Can't locate revision identified by '{}': the database has it, and no "
                    "file does",
                    id));
  }
  for (const std::string& id : check.edited) {
    findings.add(
        "edited", id,
        fmt::format("{}: revision {} was edited after it was applied; restore the file, or "
                    "accept it with `dbmig repair`",
                    context.shown(graph.get(id).path), id));
  }
  for (const run::AppliedRevision& row : check.under_way) {
    findings.add(
        "under_way", row.id,
        fmt::format("The {} of revision {} stopped after statement {} of {}; run `dbmig {}` "
                    "to finish it",
                    row.under_way, row.id, row.statements_done, row.statements_total,
                    row.under_way));
  }
  for (const std::string& line : check.drift) {
    findings.add("drift", "", fmt::format("The database was changed by hand: {}", line));
  }
}

}  // namespace

void add_check(CLI::App& program, Context& context) {
  auto offline = std::make_shared<bool>(false);
  CLI::App& command = add_command(
      program, context,
      {"check", "Exit 3 when model, revisions and database are not the same",
       "  dbmig check                                     before a deployment\n"
       "  dbmig check --offline                           in CI: no database is asked\n"
       "  dbmig check --json\n"
       "Names changes of the model without a revision, open branches, revisions that the database\n"
       "lacks or that were edited after it got them, and changes made to it by hand."});
  command.add_flag("--offline", *offline, "Only model and revisions");
  set_action(command, context, [&context, offline] {
    Findings findings;
    check_model(context, findings);
    if (!*offline) check_database(context, findings);
    context.console().data(findings.text());
    if (findings.empty()) context.console().say("No differences.");
    context.console().document(findings.json());
    if (!findings.empty()) context.exit_code = kDifferences;
  });
}

}  // namespace dbmig::cli
