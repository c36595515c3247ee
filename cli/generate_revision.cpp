#include "cli/generate_revision.hpp"

#include <utility>

#include "cli/proof_report.hpp"
#include "project/run_settings.hpp"

namespace dbmig::cli {
namespace {

/// After the file is there nothing is taken back: a hook that fails is warned of.
void run_after_migrate(Context& context, const Json& document) {
  hooks::Facts facts;
  for (const auto& [fact, key] :
       {std::pair{"DBMIG_REVISION", "revision"}, std::pair{"DBMIG_FILE", "path"},
        std::pair{"DBMIG_MESSAGE", "message"}}) {
    if (document.contains(key) && document[key].is_string()) facts[fact] = document[key];
  }
  try {
    hooks::run_hook(project::hook_commands(context), "after_migrate", facts, nullptr);
  } catch (const Error& error) {
    context.console().warning("dbmig.hooks", error.what());
  }
}

}  // namespace

GeneratedRevision generate_revision(Context& context, const MigrateOptions& options) {
  if (!options.revision.dry_run) {
    hooks::run_hook(project::hook_commands(context), "before_migrate",
                    {{"DBMIG_MESSAGE", options.revision.message}}, context.stop());
  }
  const auto next = project::next_revision(context, options);
  if (!next) {
    return {std::nullopt,
            {{"revision", nullptr},
             {"written", false},
             {"detected", Json::array()},
             {"operations", Json::array()}}};
  }
  Json document =
      write_revision_file(context, next->revision, options.revision.dry_run, next->detected);
  if (document.value("written", false)) run_after_migrate(context, document);
  if (!options.empty) {
    document["proofs"] = next->proofs ? proofs_json(context, *next->proofs) : Json();
  }
  return {next->revision.id, std::move(document)};
}

}  // namespace dbmig::cli
