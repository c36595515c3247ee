#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "git/branch.hpp"
#include "project/changes.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// A kind of finding of `check`.
struct CheckKind {
  std::string_view id;     ///< "pending"
  std::string_view title;  ///< "A revision is pending"
  std::string_view explanation;
};

/// What check_model(), check_branch() and check_database() look for, in this order.
std::span<const CheckKind> model_check_kinds();
std::span<const CheckKind> branch_check_kinds();
std::span<const CheckKind> database_check_kinds();

/// Something that is not the same in model, revisions and database.
struct CheckFinding {
  std::string kind;     ///< a CheckKind's id
  std::string subject;  ///< the revision or object; may be empty
  std::string text;     ///< for people, with its place if it has one
  Diagnostic what;
  /// Of a drift: how the object differs. `text` ends where that begins.
  std::optional<Change> change;
};

/// Several heads, branches that contradict each other, a sum file that says otherwise, changes of
/// the model that no revision has. Asks no database.
std::vector<CheckFinding> check_model(Workspace& workspace);

/// What stands against merging the branch.
std::vector<CheckFinding> check_branch(Workspace& workspace, const git::BranchChanges& changes);

/// Revisions that the database lacks, that no file has, that were edited after they were applied or
/// stopped half-way, and what was changed by hand. Only reads.
std::vector<CheckFinding> check_database(Workspace& workspace);

}  // namespace dbmig::project
