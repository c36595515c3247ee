#pragma once

#include <functional>
#include <string>
#include <vector>

#include "run/runner.hpp"

namespace dbmig::run {

/// What applying a revision needs; everything outlives the call.
struct ApplyContext {
  backend::Connection& connection;
  RevisionStore& store;
  EventSink& events;
  const RunOptions& options;
};

/// The revisions of a run.
struct PlannedRun {
  /// Gives the next revision, planned against the schema that the ones before it left, or nothing
  /// at the end.
  std::function<std::optional<PlannedRevision>()> next;
  /// The last one was a combined one that failed and left nothing: its parts come next.
  std::function<void()> take_apart;
};

/// For databases whose DDL can be rolled back: one transaction, a savepoint per revision. Returns
/// the ids that ran; when one fails, those before it are committed and its error is thrown.
std::vector<std::string> apply_in_transaction(const ApplyContext& context,
                                              const PlannedRun& planned_run);

/// What the journal must know beyond the plan at hand.
struct JournalEnvironment {
  /// The schema that the revision at hand meets.
  std::function<const schema::Schema&()> before;
  /// A revision that an earlier run left half-way in `direction`, planned anew against the schema
  /// it met then, which goes to `met`.
  std::function<PlannedRevision(const std::string& id, Direction direction, schema::Schema& met)>
      replan;
  /// What was edited in a revision's file since it began, for a person; may be empty.
  std::function<std::string(const std::string& id)> edit;
};

/// For databases whose DDL commits by itself: intent before and completion after every statement,
/// in the revision's row, so that the next run goes on exactly there. A revision that fails is
/// taken back by the inverses of what it had done when that loses nothing, else it stays as it is,
/// resumable. A revision that an earlier run left half-way in the other direction is taken back.
std::vector<std::string> apply_with_journal(const ApplyContext& context,
                                            const PlannedRun& planned_run,
                                            const JournalEnvironment& environment);

/// `error` of statement `index` of `planned`, with the revision's file and line in front.
Error in_revision(const Error& error, const PlannedRevision& planned, std::size_t index);

/// "Running upgrade a -> b, message".
std::string running_line(const PlannedRevision& planned);

/// Gives the columns that a downgrade brings back what their rows are to hold
/// (run/backfill_values.hpp); `before` is the schema that it meets.
void fill_gaps(PlannedRevision& planned, const schema::Schema& before, DialectKind kind);

/// Warns of the columns that were given stand-ins, and in how many rows, once that has been done.
void report_backfill_values(backend::Connection& connection, EventSink& events,
                            const std::vector<BackfillValue>& backfill_values);

/// The row of a complete revision that took `duration_ms`.
AppliedRevision complete_row(const PlannedRevision& planned, long duration_ms);

/// Writes the rows of the parts of a combined revision, which took `duration_ms` together. To be
/// called in a transaction, which is to be rolled back when this fails.
void insert_parts(RevisionStore& store, const PlannedRevision& planned, long duration_ms);

/// Whether the parts of `planned`, a combined revision that failed with `error` and left nothing,
/// are to run one by one, so that the one that is wrong is named and those before it stay. Says so.
bool goes_on_apart(const ApplyContext& context, const PlannedRevision& planned, const Error& error);

/// The ids of what `planned` runs: its own, or those of its parts.
std::vector<std::string> ids_of(const PlannedRevision& planned);

}  // namespace dbmig::run
