#pragma once

#include <functional>
#include <string>
#include <vector>

#include "run/runner.hpp"

namespace dbmig::run {

/// What is needed to apply revisions; all references must outlive the call.
struct ApplyContext {
  backend::Connection& connection;
  RevisionStore& store;
  EventSink& events;
  const RunOptions& options;
};

/// The revisions of a run.
struct PlannedRun {
  /// Returns the next revision, planned against the schema after the previous one; nothing at the
  /// end.
  std::function<std::optional<PlannedRevision>()> next;
  /// Called when the last revision, a combined one, failed and left no changes: next() then returns
  /// its parts one by one.
  std::function<void()> split_combined;
};

/// For databases whose DDL can be rolled back: one transaction with a savepoint per revision.
/// Returns the ids that ran. If a revision fails, those before it are committed and its error is
/// thrown.
std::vector<std::string> apply_in_transaction(const ApplyContext& context,
                                              const PlannedRun& planned_run);

/// What the journal needs besides the plan of the current revision.
struct JournalEnvironment {
  /// The schema before the current revision.
  std::function<const schema::Schema&()> before;
  /// Plans a revision that an earlier run left half-way in `direction` again, against the schema
  /// that was there before it, which is written to `met`.
  std::function<PlannedRevision(const std::string& id, Direction direction, schema::Schema& met)>
      replan;
  /// Describes what was edited in a revision's file since the revision was started; may be empty.
  std::function<std::string(const std::string& id)> edit;
};

/// For databases whose DDL commits by itself: before each statement its intent, after it its
/// completion is recorded in the revision's row, so that the next run continues exactly there. A
/// revision that fails is undone with the inverses of what it did if that loses no data; otherwise
/// it stays half-way and can be resumed. A revision that an earlier run left half-way in the other
/// direction is undone first.
std::vector<std::string> apply_with_journal(const ApplyContext& context,
                                            const PlannedRun& planned_run,
                                            const JournalEnvironment& environment);

/// Where the operation with this index stands in the file of `planned`; the file alone for those of
/// a derived downgrade, which has no lines of its own.
SourcePosition position_of(const PlannedRevision& planned, std::size_t operation);

/// `error` of statement `index` of `planned`, with the position in the revision's file.
Error in_revision(const Error& error, const PlannedRevision& planned, std::size_t index);

/// "Running upgrade a -> b, message".
std::string running_line(const PlannedRevision& planned);

/// Fills the columns that a downgrade restores with backfill values (run/backfill_values.hpp);
/// `before` is the schema before the downgrade.
void fill_gaps(PlannedRevision& planned, const schema::Schema& before, DialectKind kind);

/// Warns about the columns that got backfill values, and in how many rows. To be called afterwards.
void report_backfill_values(backend::Connection& connection, EventSink& events,
                            const std::vector<BackfillValue>& backfill_values);

/// The bookkeeping row of a complete revision that took `duration_ms`.
AppliedRevision complete_row(const PlannedRevision& planned, long duration_ms);

/// Writes the rows of the parts of a combined revision, which took `duration_ms` in total. To be
/// called in a transaction, which must be rolled back if this throws.
void insert_parts(RevisionStore& store, const PlannedRevision& planned, long duration_ms);

/// Whether the parts of `planned`, a combined revision that failed with `error` and left no
/// changes, should run one by one, so that the error names the failing one and those before it stay
/// applied. Reports that with an event.
bool continues_with_parts(const ApplyContext& context, const PlannedRevision& planned,
                          const Error& error);

/// The ids of the revisions that `planned` applies: its own, or those of its parts.
std::vector<std::string> ids_of(const PlannedRevision& planned);

}  // namespace dbmig::run
