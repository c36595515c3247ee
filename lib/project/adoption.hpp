#pragma once

#include <filesystem>
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
  /// The only database that can hold what was found, when dbmig.yaml does not say so yet.
  std::optional<DialectKind> restricted_to;
};

/// How the objects of `live`, as they were inspected, that the revisions up to `parents` do not
/// know become part of the project; nothing when they know all of it. Objects that the model has
/// already are not written a second time. Throws Error{invalid} when they make no model, or cannot
/// live where dbmig.yaml's `dialects` say.
std::optional<Adoption> plan_adoption(Workspace& workspace, const schema::Schema& live,
                                      const std::vector<std::string>& parents, NewRevision options);

}  // namespace dbmig::project
