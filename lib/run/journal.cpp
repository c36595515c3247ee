#include "run/journal.hpp"

#include <fmt/core.h>

#include <chrono>

#include "base/text.hpp"
#include "ops/evolve.hpp"
#include "run/obstacles.hpp"

namespace dbmig::run {
namespace {

using Clock = std::chrono::steady_clock;

std::string undoing(Direction direction) {
  return fmt::format("undo {}", to_string(direction));
}

Direction opposite(Direction direction) {
  return direction == Direction::upgrade ? Direction::downgrade : Direction::upgrade;
}

std::optional<AppliedRevision> find_row(RevisionStore& store, const std::string& id) {
  for (AppliedRevision& row : store.all()) {
    if (row.id == id) return std::move(row);
  }
  return std::nullopt;
}

void require_same_plan(const AppliedRevision& row, const PlannedRevision& planned) {
  if (row.statements_total == planned.statements.size()) return;
  throw Error(ErrorCode::failed,
              fmt::format("the {} of revision {} stopped at statement {} of {}, and now it has {}",
                          row.under_way, row.id, row.statements_done, row.statements_total,
                          text::count(planned.statements.size(), "statement")))
      .hint("finish it with the revision file and the version of dbmig that began it");
}

/// Applies one run's revisions on a database without transactional DDL.
class JournaledRun {
 public:
  JournaledRun(const ApplyContext& context, const JournalEnvironment& environment)
      : context_(context), environment_(environment) {}

  void apply(const PlannedRevision& planned) {
    if (const auto row = find_row(context_.store, planned.revision.id)) {
      if (row->under_way == to_string(planned.direction)) {
        go_on(planned, *row);
        return;
      }
      const Direction other = opposite(planned.direction);
      if (row->under_way == to_string(other) || row->under_way == undoing(other)) {
        take_back(other, *row);
        return;
      }
      if (row->under_way == undoing(planned.direction)) take_back(planned.direction, *row);
    }
    start(planned);
  }

 private:
  void start(const PlannedRevision& planned) {
    refuse_obstacles(context_.connection, planned);
    std::optional<AppliedRevision> row = find_row(context_.store, planned.revision.id);
    const bool is_new = !row;
    if (!row) row = complete_row(planned, 0);
    row->under_way = to_string(planned.direction);
    row->statements_total = planned.statements.size();
    row->statements_done = 0;
    if (is_new) {
      context_.store.insert(*row);
    } else {
      context_.store.update_progress(*row);
    }
    send(planned, environment_.before(), *row);
  }

  void go_on(const PlannedRevision& planned, AppliedRevision row) {
    require_same_plan(row, planned);
    settle(context_, planned, environment_.before(), row);
    context_.events.info("dbmig.run",
                         fmt::format("Going on with revision {} after statement {} of {}", row.id,
                                     row.statements_done, row.statements_total));
    send(planned, environment_.before(), row);
  }

  void send(const PlannedRevision& planned, const schema::Schema& met, AppliedRevision row) {
    const auto begin = Clock::now();
    Journal journal(context_, std::move(row));
    try {
      journal.run(planned.statements);
    } catch (const Error& error) {
      after_failure(planned, met, journal.row(), error);
      throw in_revision(error, planned, journal.row().statements_done);
    }
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    AppliedRevision row_now = journal.row();
    row_now.applied_at = utc_now();
    row_now.duration_ms = elapsed.count();
    close(planned.direction, std::move(row_now));
  }

  /// The row of a revision that is now wholly there, or wholly gone.
  void close(Direction direction, AppliedRevision row) {
    if (direction == Direction::downgrade) {
      context_.store.remove(row.id);
      return;
    }
    row.under_way.clear();
    row.operations_done = 0;
    context_.store.update_progress(row);
  }

  /// Takes back what a failed revision had done when that loses nothing; otherwise says what stays.
  void after_failure(const PlannedRevision& planned, const schema::Schema& met,
                     const AppliedRevision& row, const Error& error) {
    // Without a connection nothing can be done now: the next run finds the journal and goes on.
    if (error.code() == ErrorCode::connection) return;
    const auto operations = whole_operations(planned, row.statements_done);
    if (operations && undo_loses_nothing(planned, met, *operations)) {
      undo(planned, met, row, *operations);
      if (row.statements_done > 0) {
        context_.events.warning(
            "dbmig.run", fmt::format("Revision {} failed; its {} before that were taken back",
                                     row.id, text::count(row.statements_done, "statement")));
      }
      return;
    }
    for (std::size_t i = 0; i < row.statements_done; ++i) {
      context_.events.warning("dbmig.run", fmt::format("Revision {}, done and kept: {}", row.id,
                                                       planned.statements[i].sql));
    }
    context_.events.warning(
        "dbmig.run",
        fmt::format("Revision {} stopped after statement {} of {}; `dbmig {}` goes on from there",
                    row.id, row.statements_done, row.statements_total,
                    to_string(planned.direction)));
  }

  void undo(const PlannedRevision& planned, const schema::Schema& met, AppliedRevision row,
            std::size_t operations) {
    const PlannedRevision undo = plan_undo(context_, planned, met, operations);
    row.under_way = undoing(planned.direction);
    row.operations_done = operations;
    row.statements_total = undo.statements.size();
    row.statements_done = 0;
    row.statement.clear();
    context_.store.update_progress(row);
    finish_undo(planned.direction, undo, std::move(row));
  }

  void finish_undo(Direction direction, const PlannedRevision& undo, AppliedRevision row) {
    // Not to be interrupted: this is what leaves the database whole.
    const RunOptions options{context_.options.lock_timeout, context_.options.resolve, nullptr};
    const ApplyContext context{context_.connection, context_.store, context_.events, options};
    Journal journal(context, std::move(row));
    journal.run(undo.statements);
    close(opposite(direction), journal.row());
  }

  /// A revision that an earlier run left half-way in `direction`, or half-way in taking that back.
  void take_back(Direction direction, AppliedRevision row) {
    schema::Schema met;
    const PlannedRevision planned = environment_.replan(row.id, direction, met);
    if (row.under_way == undoing(direction)) {
      const PlannedRevision undo = plan_undo(context_, planned, met, row.operations_done);
      require_same_plan(row, undo);
      settle(context_, undo,
             ops::evolve(met, std::span<const ops::Operation>(planned.operations.data(),
                                                              row.operations_done)),
             row);
      finish_undo(direction, undo, std::move(row));
      return;
    }
    require_same_plan(row, planned);
    settle(context_, planned, met, row);
    const auto operations = whole_operations(planned, row.statements_done);
    if (!operations) {
      throw Error(
          ErrorCode::failed,
          fmt::format("the {} of revision {} stopped inside an operation and cannot be taken "
                      "back from there",
                      row.under_way, row.id))
          .hint(fmt::format("finish it first with `dbmig {}`", row.under_way));
    }
    undo(planned, met, std::move(row), *operations);
  }

  const ApplyContext& context_;
  const JournalEnvironment& environment_;
};

}  // namespace

void Journal::send(const dialect::Statement& statement) {
  context_.events.on(event::Statement{statement.sql});
  AppliedRevision row = row_;
  if (statement.is_data) {
    // The rows and the entry that says so commit together: they take effect exactly once.
    context_.connection.begin();
    try {
      context_.connection.execute(statement.sql);
      ++row.statements_done;
      context_.store.update_progress(row);
      context_.connection.commit();
    } catch (const Error&) {
      context_.connection.rollback();
      throw;
    }
    row_ = std::move(row);
    return;
  }
  row.statement = statement.sql;
  context_.store.update_progress(row);
  try {
    context_.connection.execute(statement.sql);
  } catch (const Error& error) {
    // An answer from the server means that the statement did not take effect. Without one the
    // intent stays written, and the next run looks for itself.
    if (error.code() != ErrorCode::connection) context_.store.update_progress(row_);
    throw;
  }
  row.statement.clear();
  ++row.statements_done;
  context_.store.update_progress(row);
  row_ = std::move(row);
}

void Journal::run(const std::vector<dialect::Statement>& statements) {
  while (row_.statements_done < statements.size()) {
    if (context_.options.stop != nullptr && *context_.options.stop) {
      throw Error(ErrorCode::interrupted, "interrupted");
    }
    send(statements[row_.statements_done]);
  }
}

std::vector<std::string> apply_with_journal(const ApplyContext& context, const NextRevision& next,
                                            const JournalEnvironment& environment) {
  std::vector<std::string> done;
  context.connection.begin_migration();
  try {
    context.store.create_if_missing();
    JournaledRun run(context, environment);
    while (const auto planned = next()) {
      context.events.info("dbmig.run", running_line(*planned));
      run.apply(*planned);
      done.push_back(planned->revision.id);
    }
  } catch (const Error&) {
    context.connection.abort_migration();
    throw;
  }
  context.connection.commit_migration();
  return done;
}

}  // namespace dbmig::run
