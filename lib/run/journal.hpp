#pragma once

#include <optional>
#include <span>

#include "run/apply.hpp"

namespace dbmig::run {

/// Sends a list of statements one by one, with the revision's row as their journal. Whether they
/// are an upgrade, a downgrade or the undo of either is up to the caller.
class Journal {
 public:
  /// `row` must already be in the store. All references must outlive the journal.
  Journal(const ApplyContext& context, AppliedRevision row)
      : context_(context), row_(std::move(row)), at_(row_.statements_done) {}

  /// Sends the remaining `statements`. If one fails, row() tells how many took effect and the
  /// database's error is thrown; a statement that the server rejected is recorded as not executed.
  void run(std::span<const dialect::Statement> statements);

  const AppliedRevision& row() const { return row_; }
  /// The index of the statement that was sent last: an error concerns that one, whether it took
  /// effect or not.
  std::size_t at() const { return at_; }

 private:
  void send(const dialect::Statement& statement);
  void send_in_transaction(const dialect::Statement& statement);
  /// Records the intent before the statement and its completion after it.
  void send_alone(const dialect::Statement& statement);
  bool still_marked();
  bool close_transaction();
  [[noreturn]] void refuse_ending(const dialect::Statement& statement, bool left_open);
  void commit(AppliedRevision row);

  const ApplyContext& context_;
  AppliedRevision row_;
  std::size_t at_;
};

/// The hash under which an executed statement is stored in AppliedRevision::statement_hashes.
std::string statement_hash(const std::string& sql);

/// If an earlier run died while a statement was running, finds out by inspecting the database
/// whether it took effect, and records that in the store: DDL statements are atomic, the journal
/// has a fingerprint of the statement's objects from before, and the fold knows the schemas before
/// and after each operation. `start` is the schema before `planned`. Throws Error{failed} if the
/// database does not show it and the user has not said it.
void recover(const ApplyContext& context, const PlannedRevision& planned,
             const schema::Schema& start, AppliedRevision& row);

/// The undo of the first `operations_done` operations of `planned`, as a plan in the other
/// direction.
PlannedRevision plan_undo(const ApplyContext& context, const PlannedRevision& planned,
                          const schema::Schema& start, std::size_t operations_done);

/// The number of operations that the first `statements_done` statements of `planned` complete;
/// nothing if one of them is only partly done. `start` is the schema before `planned`.
std::optional<std::size_t> whole_operations(const dialect::Dialect& dialect,
                                            const PlannedRevision& planned,
                                            const schema::Schema& start,
                                            std::size_t statements_done);

/// Whether undoing the first `operations_done` operations restores everything they touched: none of
/// them dropped anything, and none is plain SQL.
bool undo_loses_nothing(const PlannedRevision& planned, const schema::Schema& start,
                        std::size_t operations_done);

/// An undo that starts in the middle of an operation.
struct PartialUndo {
  std::size_t operations = 0;  ///< completely executed before
  PlannedRevision plan;
  schema::Schema start;  ///< the schema before `plan`
};

/// The undo of the first `statements_done` statements of `planned` if the only unfinished work is
/// foreign keys that are dropped until the types at both ends have changed; otherwise nothing.
std::optional<PartialUndo> plan_partial_undo(const dialect::Dialect& dialect,
                                             const PlannedRevision& planned,
                                             const schema::Schema& start,
                                             std::size_t statements_done);

}  // namespace dbmig::run
