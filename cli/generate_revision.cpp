#include "cli/generate_revision.hpp"

#include "cli/proof_report.hpp"

namespace dbmig::cli {

GeneratedRevision generate_revision(Context& context, const MigrateOptions& options) {
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
  if (!options.empty) {
    document["proofs"] = next->proofs ? proofs_json(context, *next->proofs) : Json();
  }
  return {next->revision.id, std::move(document)};
}

}  // namespace dbmig::cli
