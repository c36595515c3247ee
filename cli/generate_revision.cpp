#include "cli/generate_revision.hpp"

#include "cli/new_revision.hpp"
#include "cli/proof_report.hpp"

namespace dbmig::cli {

void generate_and_print(Context& context, const project::MigrateOptions& options) {
  const auto generated = project::generate_revision(context, options);
  if (!generated) {
    return context.console().document({{"revision", nullptr},
                                       {"written", false},
                                       {"detected", Json::array()},
                                       {"operations", Json::array()}});
  }
  const project::WrittenRevision& written = generated->written;
  if (!written.written) context.console().data(written.file.text);
  Json document = revision_file_json(context, written.revision, written.file, !written.written,
                                     generated->detected);
  if (!options.empty) {
    document["proofs"] = generated->proofs ? proofs_json(context, *generated->proofs) : Json();
  }
  context.console().document(document);
}

}  // namespace dbmig::cli
