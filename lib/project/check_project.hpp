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

/// A kind of finding that `check` can report.
struct CheckKind {
  std::string_view id;     ///< "pending"
  std::string_view title;  ///< "A revision is pending"
  std::string_view explanation;
};

/// The kinds that check_model(), check_branch() and check_database() look for, in this order.
std::span<const CheckKind> model_check_kinds();
std::span<const CheckKind> branch_check_kinds();
std::span<const CheckKind> database_check_kinds();

/// A difference between model, revisions and database.
struct CheckFinding {
  std::string kind;     ///< a CheckKind's id
  std::string subject;  ///< the revision or object; may be empty
  std::string text;     ///< for people, with its position if it has one
  Diagnostic what;
  /// Of a drift: how the object differs. `text` ends before that.
  std::optional<Change> change;
};

/// Finds several heads, branches that contradict each other, differences from the sum file, and
/// model changes without a revision. Needs no database.
std::vector<CheckFinding> check_model(Workspace& workspace);

/// Finds what prevents merging the branch.
std::vector<CheckFinding> check_branch(Workspace& workspace, const git::BranchChanges& changes);

/// Finds revisions that are not applied, that have no file, that were edited after they were
/// applied or stopped half-way, and changes made by hand. Only reads.
std::vector<CheckFinding> check_database(Workspace& workspace);

}  // namespace dbmig::project
