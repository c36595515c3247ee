#include <memory>
#include <optional>

#include "cli/adopted_files.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/format.hpp"
#include "cli/migration.hpp"
#include "cli/new_revision.hpp"
#include "project/adoption.hpp"
#include "project/revisions_lock.hpp"

namespace dbmig::cli {
namespace {

void run(Context& context, const project::AdoptOptions& options) {
  using End = project::AdoptOutcome::End;
  const bool dry_run = options.revision.dry_run;
  const project::AdoptOutcome outcome = project::adopt(
      context, options, [&](const project::NewFile& file) { generate(context, file, dry_run); });
  Json missed = unsupported_json(outcome.unsupported);
  Console& console = context.console();
  if (outcome.end != End::adopted) {
    if (outcome.end == End::not_expressed) context.exit_code = kDifferences;
    console.say(outcome.end == End::not_expressed
                    ? "Nothing was written: with --strict the model must express everything."
                    : "Nothing to adopt: the revisions know every table of the database.");
    console.document(
        {{"written", false}, {"unsupported", std::move(missed)}, {"tables", Json::array()}});
    return;
  }
  const project::Adoption& adoption = *outcome.adoption;
  if (!dry_run) project::enter_in_sum(context, adoption.revision, outcome.revision_file);
  Json document = revision_file_json(context, adoption.revision, outcome.revision_file, dry_run,
                                     adoption.detected);
  document["model"] =
      adoption.model_text.empty() ? Json() : Json(context.shown(adoption.model_file));
  document["model_text"] = adoption.model_text;
  document["tables"] = adoption.tables;
  document["dialects"] =
      adoption.restricted_to ? Json::array({to_string(*adoption.restricted_to)}) : Json();
  document["unsupported"] = std::move(missed);
  console.document(document);
}

}  // namespace

void add_adopt(Command& program, Context& context) {
  auto options = std::make_shared<project::AdoptOptions>();
  Command& command = add_command(
      program, context,
      {"adopt", "Bring an existing database under management, without changing its tables",
       "  dbmig init --url 'mariadb://shop@localhost/shop' && dbmig adopt\n"
       "  dbmig adopt -m \"as found\"\n"
       "  dbmig adopt --table 'shop_*' --table customer   only these\n"
       "  dbmig adopt --from db/migrations                the SQL migrations of another tool\n"
       "  dbmig adopt --dry-run                           show model and revision\n"
       "Writes schemas/<database>.yaml and a revision that creates all of it, and marks the "
       "database\n"
       "as being at that revision. In a project with revisions it adds the tables that they do "
       "not\n"
       "know. What the model cannot express is reported; with --strict nothing is written then "
       "and\n"
       "the exit code is 3. In a shared database, `include:` and `exclude:` in dbmig.yaml "
       "select."});
  command.add_option("-m,--message", options->revision.message, "What the revision is for")
      ->option_text("TEXT");
  command.add_option("--rev-id", options->revision.id, "Use ID instead of a generated one")
      ->option_text("ID");
  add_table_option(command, options->tables);
  command.add_flag("--strict", options->strict,
                   "Write nothing and exit 3 if something cannot be expressed");
  auto from = std::make_shared<std::string>();
  command
      .add_option("--from", *from,
                  "Convert the SQL files of Flyway, golang-migrate, dbmate or goose to revisions")
      ->option_text("DIR");
  add_plan_flag(command, options->revision.dry_run, "Print instead of writing");
  add_lock_timeout(command, options->lock_timeout);
  set_action(command, context, [&context, options, from] {
    std::optional<project::RevisionsLock> lock;
    if (!options->revision.dry_run) lock.emplace(context);
    if (from->empty()) return run(context, *options);
    if (options->strict || !options->tables.empty()) {
      throw Error(ErrorCode::usage, "--from excludes --table and --strict");
    }
    adopt_files(context, *from, options->revision);
  });
}

}  // namespace dbmig::cli
