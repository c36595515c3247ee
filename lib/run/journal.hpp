#pragma once

#include <optional>
#include <span>

#include "run/apply.hpp"

namespace dbmig::run {

/// A list of statements being sent one by one with the revision's row as their journal. What is on
/// the way (an upgrade, a downgrade, the undoing of either) is the caller's business.
class Journal {
 public:
  /// `row` is in the store already. Everything must outlive the journal.
  Journal(const ApplyContext& context, AppliedRevision row)
      : context_(context), row_(std::move(row)), at_(row_.statements_done) {}

  /// Sends what is left of `statements`. When one fails, row() tells how many took effect and the
  /// vendor's error is thrown; a statement that the server refused leaves no open question.
  void run(std::span<const dialect::Statement> statements);

  const AppliedRevision& row() const { return row_; }
  /// The statement that was sent last: an error is about that one, whether it took effect or not.
  std::size_t at() const { return at_; }

 private:
  void send(const dialect::Statement& statement);
  void send_in_transaction(const dialect::Statement& statement);
  /// With intent before and completion after it.
  void send_alone(const dialect::Statement& statement);
  bool still_marked();
  bool close_transaction();
  [[noreturn]] void refuse_ending(const dialect::Statement& statement, bool left_open);
  void commit(AppliedRevision row);

  const ApplyContext& context_;
  AppliedRevision row_;
  std::size_t at_;
};

/// How a statement that has taken effect is remembered in AppliedRevision::statement_hashes.
std::string statement_hash(const std::string& sql);

/// If a statement was under way when an earlier run died, decides by looking at the database
/// whether it took effect, and writes that into the store: DDL statements are atomic, the journal
/// has the fingerprint of what it names from before, and the fold knows the schemas before and
/// after each operation. `start` is the schema that `planned` began with. Throws Error{failed} when
/// the database does not show it and the user has not said it.
void recover(const ApplyContext& context, const PlannedRevision& planned,
             const schema::Schema& start, AppliedRevision& row);

/// What takes back the first `operations_done` operations of `planned`, as a plan of its own in the
/// other direction.
PlannedRevision plan_undo(const ApplyContext& context, const PlannedRevision& planned,
                          const schema::Schema& start, std::size_t operations_done);

/// The number of operations that `statements_done` statements of `planned` completed; nothing when
/// one of them is only partly done. `start` is the schema that `planned` began with.
std::optional<std::size_t> whole_operations(const dialect::Dialect& dialect,
                                            const PlannedRevision& planned,
                                            const schema::Schema& start,
                                            std::size_t statements_done);

/// Whether taking back the first `operations_done` operations brings back everything they touched:
/// none of them dropped anything, and none is plain SQL.
bool undo_loses_nothing(const PlannedRevision& planned, const schema::Schema& start,
                        std::size_t operations_done);

/// A way back from the middle of an operation.
struct PartialUndo {
  std::size_t operations = 0;  ///< that had been carried out wholly
  PlannedRevision plan;
  schema::Schema start;  ///< that `plan` begins with
};

/// What takes back `statements_done` statements of `planned` when all that is unfinished about them
/// is foreign keys that are off until the types at both their ends have changed; otherwise nothing.
std::optional<PartialUndo> plan_partial_undo(const dialect::Dialect& dialect,
                                             const PlannedRevision& planned,
                                             const schema::Schema& start,
                                             std::size_t statements_done);

}  // namespace dbmig::run
