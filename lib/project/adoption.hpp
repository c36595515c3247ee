#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "history/revision.hpp"
#include "project/new_revision.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// What `adopt` will write.
struct Adoption {
  std::filesystem::path model_file;
  std::string model_text;  ///< empty if the model already has all of it
  history::Revision revision;
  std::vector<std::string> detected;
  std::vector<std::string> tables;
  /// A sentence for each object that is written for one database only, with the reason.
  std::vector<std::string> for_one_database;
  /// The only database that can hold the schema, if dbmig.yaml does not say so yet.
  std::optional<DialectKind> restricted_to;
  std::string why_restricted;  ///< what the other database rejects
};

/// Plans how the objects of `live` (as inspected) that the revisions up to `parents` do not know
/// become part of the project; nothing if all are known. Objects that the model already has are not
/// written again. Throws Error{invalid} if they do not make a valid model, or do not work on the
/// databases of dbmig.yaml's `dialects`.
std::optional<Adoption> plan_adoption(Workspace& workspace, const schema::Schema& live,
                                      const std::vector<std::string>& parents, NewRevision options);

/// The options of `adopt`.
struct AdoptOptions {
  NewRevision revision;
  std::vector<std::string> tables;  ///< names and patterns; empty: all
  bool strict = false;              ///< adopt nothing if something cannot be expressed
  int lock_timeout = 60;            ///< seconds
};

struct AdoptOutcome {
  enum class End {
    adopted,
    nothing_new,    ///< the revisions know every table
    not_expressed,  ///< `strict` is set and `unsupported` is not empty
  };
  End end = End::adopted;
  std::vector<backend::Unsupported> unsupported;
  std::optional<Adoption> adoption;
  NewFile revision_file;
};

/// Takes what the database has and the revisions do not know into the project: writes the model,
/// dbmig.yaml if it has to change, and a revision, each with `write_file`, in this order, and
/// stamps the database with the revision. If it is interrupted, the next call continues. With
/// `dry_run` nothing is stamped, and `write_file` should only show its argument. Reports what is
/// left out and what the model does not describe exactly.
///
/// Throws Error{not_found} if the database does not exist or has a revision without a file,
/// Error{failed} if it lacks revisions or its upgrade stopped half-way.
AdoptOutcome adopt(Workspace& workspace, const AdoptOptions& options,
                   const std::function<void(const NewFile&)>& write_file);

}  // namespace dbmig::project
