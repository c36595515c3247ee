#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace dbmig::backend {

/// Names one of several transactions that take effect together, as XA does: the transaction as a
/// whole, which is unique, and the branch in it. Letters, digits and dashes, at most 60.
struct BranchId {
  std::string transaction;
  std::string branch;
  friend bool operator==(const BranchId&, const BranchId&) = default;
};

/// A transaction on a connection of its own that takes effect together with others (two-phase
/// commit): once all are prepared, only the decision is missing, which any connection that knows
/// their ids carries out, also after the process or the server has died. The destructor rolls back
/// what is not prepared, and leaves alone what is.
class Branch {
 public:
  virtual ~Branch() = default;
  /// Where its rows are written. Not to be used for begin(), commit() or rollback().
  virtual Connection& connection() = 0;
  /// After it nothing but commit() or rollback() is possible, and both will succeed.
  virtual void prepare() = 0;
  /// Throws Error when it does not reach the database: the branch is then still prepared.
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
};

/// Opens a connection and begins a branch on it. Throws Error{failed} where the database has none.
std::unique_ptr<Branch> begin_branch(const Url& url, const BranchId& id);
/// Why the database of `connection` has no branches; nothing when it has.
std::optional<std::string> why_no_branches(Connection& connection);
/// Those of `transaction` that are prepared and wait for a decision, no matter which process
/// prepared them.
std::vector<BranchId> prepared_branches(Connection& connection, const std::string& transaction);
/// Carries the decision out for a branch whose process is gone.
void finish_branch(Connection& connection, const BranchId& id, bool commits);

}  // namespace dbmig::backend
