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

/// What `adopt` is about to write.
struct Adoption {
  std::filesystem::path model_file;
  std::string model_text;  ///< empty when the model has all of it already
  history::Revision revision;
  std::vector<std::string> detected;
  std::vector<std::string> tables;
  /// Sentences about what is written for one database alone, with the reason of each.
  std::vector<std::string> for_one_alone;
  /// The only database that can hold what was found, when dbmig.yaml does not say so yet.
  std::optional<DialectKind> restricted_to;
  std::string why_restricted;  ///< what the other database rejects
};

/// How the objects of `live`, as they were inspected, that the revisions up to `parents` do not
/// know become part of the project; nothing when they know all of it. Objects that the model has
/// already are not written a second time. Throws Error{invalid} when they make no model, or cannot
/// live where dbmig.yaml's `dialects` say.
std::optional<Adoption> plan_adoption(Workspace& workspace, const schema::Schema& live,
                                      const std::vector<std::string>& parents, NewRevision options);

/// What `adopt` is asked for.
struct AdoptOptions {
  NewRevision revision;
  std::vector<std::string> tables;  ///< names and patterns; empty: all
  bool strict = false;              ///< nothing is adopted when something cannot be expressed
  int lock_timeout = 60;            ///< seconds
};

struct AdoptOutcome {
  enum class End {
    adopted,
    nothing_new,    ///< the revisions know every table
    not_expressed,  ///< `strict`, and `unsupported` is not empty
  };
  End end = End::adopted;
  std::vector<backend::Unsupported> unsupported;
  std::optional<Adoption> adoption;
  NewFile revision_file;
};

/// Takes what the database has and the revisions do not know into the project: writes the model,
/// dbmig.yaml where it has to say more, and a revision, each with `write_file`, in this order, and
/// stamps the database with it. Whatever ends it in between, the next one goes on there. With
/// `dry_run` nothing is stamped, and what is given to `write_file` is to be shown. Tells what is
/// left out and what the model does not build exactly.
///
/// Throws Error{not_found} for a database that is not there or has a revision that no file has,
/// Error{failed} for one that lacks revisions, or whose upgrade stopped half-way.
AdoptOutcome adopt(Workspace& workspace, const AdoptOptions& options,
                   const std::function<void(const NewFile&)>& write_file);

}  // namespace dbmig::project
