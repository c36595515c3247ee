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
  std::vector<std::string> depends_on;  ///< --depends-on, as they were given
  std::string version_path;             ///< --version-path: the folder that the file goes to
  bool splice = false;
  bool dry_run = false;
};

/// The parents that --head and --splice choose. Throws Error{failed} when there are several heads
/// and none was chosen, or when the one chosen is not a head and --splice was not given.
std::vector<std::string> choose_parents(Workspace& workspace, const NewRevision& options);

/// The folder of --version-path, or the project's first. Throws Error{usage} for one that is not
/// read when revisions are.
std::filesystem::path version_folder(Workspace& workspace, const NewRevision& options);

/// A revision with its id, time and parents filled in. Throws Error{failed} when --rev-id is taken
/// and Error{usage} when it cannot be an id.
history::Revision make_revision(const history::Graph& graph, const NewRevision& options,
                                std::vector<std::string> parents);

/// Throws what a database of the project has against the operations, in either direction, naming
/// database and operation: at the desk, and not at the deployment. `dialects`: those to ask, both
/// when there are none.
void check_dialects(const history::Revision& revision, const schema::Schema& before,
                    std::vector<DialectKind> dialects);

/// Throws Error{invalid} when the model, which `revision` leads to from `before`, goes beyond a
/// known limit of one of `dialects` (empty: both) that `before` respects; each with its place in
/// the model.
void check_limits(Workspace& workspace, const history::Revision& revision,
                  const schema::Schema& before, std::vector<DialectKind> dialects);

/// Throws Error{invalid} where `revision` changes a character set on MariaDB and by that, unsaid,
/// how text is compared; each with its place in the model. `dialects` as for check_limits.
void check_collations(Workspace& workspace, const history::Revision& revision,
                      const schema::Schema& before, const std::vector<DialectKind>& dialects);

/// A file that is to be written.
struct NewFile {
  std::filesystem::path path;
  std::string text;
  bool overwrite = false;  ///< it may be there, and is replaced
};

/// The file of `revision`, whose `path` becomes the file's: in the folder that it names, or in the
/// project's first where it names none.
NewFile revision_file(Workspace& workspace, history::Revision& revision);

/// Writes it, with the folder it is in. Throws Error{io}, and Error{failed} when a file is there
/// that must not be replaced.
void write(const NewFile& file);

}  // namespace dbmig::project
