#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "diff/diff.hpp"
#include "history/revision.hpp"

namespace dbmig::cli {

/// Options that migrate, revision and merge share.
struct NewRevision {
  std::string message;
  std::string id;
  std::string head;                     ///< --head; empty: the only head
  std::vector<std::string> labels;      ///< --branch-label
  std::vector<std::string> depends_on;  ///< --depends-on, as they were given
  std::string version_path;             ///< --version-path: the folder that the file goes to
  bool splice = false;
  bool dry_run = false;
};

void add_new_revision_options(CLI::App& command, NewRevision& options);

/// The parents that --head and --splice choose. Throws Error{failed} when there are several heads
/// and none was chosen, or when the one chosen is no head and --splice was not said.
std::vector<std::string> choose_parents(Context& context, const NewRevision& options);

/// The folder of --version-path, or the project's first. Throws Error{usage} for one that is not
/// read when revisions are.
std::filesystem::path version_folder(Context& context, const NewRevision& options);

/// A revision with its id, time and parents filled in. Throws Error{failed} when --rev-id is taken
/// and Error{usage} when it cannot be an id.
history::Revision make_revision(const history::Graph& graph, const NewRevision& options,
                                std::vector<std::string> parents);

/// Throws what a database of the project has against the operations, in either direction, naming
/// database and operation: at the desk, and not at the deployment. `dialects`: those to ask, both
/// when there are none.
void check_dialects(const history::Revision& revision, const schema::Schema& before,
                    std::vector<DialectKind> dialects);

/// Writes the file and says so (`Generating …  done`), or prints it with --dry-run. `detected` and
/// the revision are the JSON document. Nothing is overwritten.
/// The file goes to the folder of `revision.path` when that is set, else to the project's first.
Json write_revision_file(Context& context, history::Revision revision, bool dry_run,
                         const std::vector<std::string>& detected = {});
/// The same, with the document printed.
/// Throws Error{invalid} when the model, which `revision` leads to from `before`, goes beyond a
/// known limit of one of `dialects` (empty: both) that `before` respects; each with its place in
/// the model.
void check_limits(Context& context, const history::Revision& revision, const schema::Schema& before,
                  std::vector<DialectKind> dialects);

/// Throws Error{invalid} where `revision` changes a character set on MariaDB and by that, unsaid,
/// how text is compared; each with its place in the model. `dialects` as for check_limits.
void check_collations(Context& context, const history::Revision& revision,
                      const schema::Schema& before, const std::vector<DialectKind>& dialects);

void write_revision(Context& context, history::Revision revision, bool dry_run,
                    const std::vector<std::string>& detected = {});

}  // namespace dbmig::cli
