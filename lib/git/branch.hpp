#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "history/graph.hpp"
#include "history/revision.hpp"

namespace dbmig::git {

/// How the revisions of a working tree differ from those of a commit, by their identifiers and
/// meaning (yaml::checksum): a file that was renamed or reformatted counts as unchanged.
struct BranchChanges {
  std::filesystem::path root;       ///< of the project
  std::string ref;                  ///< as it was given: "origin/main"
  std::vector<std::string> added;   ///< the commit lacks them; parents first
  std::vector<std::string> edited;  ///< both have them, with another meaning; parents first
  /// The commit has them and the working tree does not: the branch began before they came.
  std::vector<history::Revision> behind;
  /// The same, of those that were there where the branch began. Without that commit, in a shallow
  /// clone, that cannot be found out, and they are `behind`.
  std::vector<history::Revision> removed;

  /// What the branch adds and what it changed, parents first.
  std::vector<std::string> touched(const history::Graph& graph) const;
};

/// Compares `graph`, read from `folders` (see yaml::load_graph) below `root`, with the commit that
/// `ref` names. Only that commit's files are needed, so a shallow clone will do. A file there that
/// is not a revision is skipped. Throws as Repository's functions do, and Error{not_found} when
/// the folders are not in the repository.
BranchChanges compare(const std::filesystem::path& root,
                      const std::vector<std::filesystem::path>& folders,
                      const history::Graph& graph, const std::string& ref);

/// What is to be said before the branch is merged into `changes.ref`.
struct MergeProblem {
  std::string kind;      ///< "edited", "removed", "heads" or "contradiction"
  std::string revision;  ///< the one that shows it; may be empty
  Diagnostic what;       ///< files as parse_revision names them, relative to the project's root
};

/// Revisions that the branch edited or removed, heads that a merge leaves side by side, and
/// operations of both sides that contradict each other.
std::vector<MergeProblem> merge_problems(const BranchChanges& changes, const history::Graph& graph);

}  // namespace dbmig::git
