#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "diff/diff.hpp"
#include "history/revision.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// Options that migrate, revision and merge share.
struct NewRevision {
  std::string message;
  std::string id;
  std::string head;                     ///< --head; empty: the only head
  std::vector<std::string> labels;      ///< --branch-label
  std::vector<std::string> depends_on;  ///< --depends-on, as given
  std::string version_path;             ///< --version-path: the folder of the file
  bool splice = false;
  bool dry_run = false;
};

/// The parents according to --head and --splice. Throws Error{failed} if there are several heads
/// and none was chosen, or if the chosen one is not a head and --splice was not given.
std::vector<std::string> choose_parents(Workspace& workspace, const NewRevision& options);

/// The folder of --version-path, or the project's first one. Throws Error{usage} for a folder that
/// is not searched for revisions.
std::filesystem::path version_folder(Workspace& workspace, const NewRevision& options);

/// A revision with id, time and parents filled in. Throws Error{failed} if --rev-id is in use and
/// Error{usage} if it is not a valid id.
history::Revision make_revision(const history::Graph& graph, const NewRevision& options,
                                std::vector<std::string> parents);

/// Throws what a database of the project would reject of the operations, in either direction,
/// naming database and operation, so that it is found when the revision is written. `dialects`:
/// those to check; empty: both.
void check_dialects(const history::Revision& revision, const schema::Schema& before,
                    std::vector<DialectKind> dialects);

/// Throws Error{invalid} if the model, which `revision` leads to from `before`, exceeds a known
/// limit of one of `dialects` (empty: both) that `before` respected; each with its position in the
/// model.
void check_limits(Workspace& workspace, const history::Revision& revision,
                  const schema::Schema& before, std::vector<DialectKind> dialects);

/// Throws Error{invalid} if `revision` changes a character set on MariaDB and thereby, without
/// saying so, the comparison of text; each with its position in the model. `dialects` as for
/// check_limits.
void check_collations(Workspace& workspace, const history::Revision& revision,
                      const schema::Schema& before, const std::vector<DialectKind>& dialects);

/// A file to be written.
struct NewFile {
  std::filesystem::path path;
  std::string text;
  bool overwrite = false;  ///< it may exist, and is replaced
};

/// The file of `revision`, whose `path` is set to the file's: in the folder that it names, or in
/// the project's first one.
NewFile revision_file(Workspace& workspace, history::Revision& revision);

/// Writes it, and creates its folder. Throws Error{io}, and Error{failed} if a file exists that
/// must not be replaced.
void write(const NewFile& file);

}  // namespace dbmig::project
