#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "backend/transaction.hpp"
#include "base/text.hpp"
#include "ops/apply.hpp"
#include "run/journal.hpp"
#include "run/plain_sql.hpp"
#include "run/requirements.hpp"
#include "run/spelling.hpp"
#include "run/spelling_record.hpp"
#include "run/unreadable_views.hpp"
#include "run/violations.hpp"

namespace dbmig::run {
namespace {

using Clock = std::chrono::steady_clock;

std::string undoing(Direction direction) {
  return fmt::format("undo {}", to_string(direction));
}

Direction opposite(Direction direction) {
  return direction == Direction::upgrade ? Direction::downgrade : Direction::upgrade;
}

/// Whether `row` has the hash of every executed statement; rows of older versions do not.
bool knows_what_ran(const AppliedRevision& row) {
  return row.statement_hashes.size() == row.statements_done;
}

/// The index of the first statement that was executed, or was being executed, and is a different
/// one in `planned`; nothing if it is safe to continue.
std::optional<std::size_t> first_difference(const AppliedRevision& row,
                                            const PlannedRevision& planned) {
  for (std::size_t i = 0; i < row.statements_done; ++i) {
    if (i >= planned.statements.size()) return i;
    if (i < row.statement_hashes.size() &&
        row.statement_hashes[i] != statement_hash(planned.statements[i].sql))
      return i;
  }
  const bool was_sent = !row.statement.empty();
  if (was_sent && (row.statements_done >= planned.statements.size() ||
                   planned.statements[row.statements_done].sql != row.statement)) {
    return row.statements_done;
  }
  return std::nullopt;
}

void require_same_plan(const AppliedRevision& row, const PlannedRevision& planned,
                       const std::string& edit) {
  if (const auto at = first_difference(row, planned)) {
    const bool is_gone = *at >= planned.statements.size();
    throw Error(
        ErrorCode::refused,
        fmt::format(
            "statement {} of the {} of revision {} {}, but {}{}", *at + 1, row.running, row.id,
            *at == row.statements_done ? "was being executed when the run stopped"
                                       : "has already been executed",
            is_gone ? std::string("the revision no longer has it")
                    : "the revision now has a different one: " + planned.statements[*at].sql,
            edit.empty() ? std::string() : " (" + edit + ")"))
        .at({planned.revision.path.string(), 0, 0})
        .hint(
            "restore the statements that have run, with the version of dbmig that ran them; those "
            "after them may be edited")
        .sql(row.statement);
  }
  if (knows_what_ran(row) || row.statements_total == planned.statements.size()) return;
  throw Error(ErrorCode::failed,
              fmt::format("the {} of revision {} stopped at statement {} of {}, but it now has {}",
                          row.running, row.id, row.statements_done, row.statements_total,
                          text::count(planned.statements.size(), "statement")))
      .hint("finish it with the revision file and the version of dbmig that began it");
}

/// Whether one of `operations` changes rows, or may.
bool touches_rows(std::span<const ops::Operation> operations) {
  return std::any_of(operations.begin(), operations.end(), [](const ops::Operation& operation) {
    return std::holds_alternative<ops::Execute>(operation) ||
           std::holds_alternative<ops::BulkInsert>(operation) ||
           std::holds_alternative<ops::BulkDelete>(operation);
  });
}

/// Writes deferred rows; another failure here adds nothing to the first one.
void write_down(RevisionStore& store, EventSink& events) {
  try {
    store.flush();
  } catch (const Error& error) {
    events.debug("dbmig.run", error.what());
  }
}

/// Applies the revisions of a run on a database without transactional DDL.
class JournaledRun {
 public:
  JournaledRun(const ApplyContext& context, const JournalEnvironment& environment)
      : context_(context), environment_(environment) {
    for (AppliedRevision& row : context.store.all()) known_.emplace(row.id, std::move(row));
  }

  void apply(const PlannedRevision& planned) {
    if (const auto row = known(planned.revision.id); row && !row->is_complete()) {
      if (row->running == to_string(planned.direction)) {
        go_on(planned, *row);
        return;
      }
      const Direction begun = row->running.ends_with(to_string(Direction::upgrade))
                                  ? Direction::upgrade
                                  : Direction::downgrade;
      if (undo_half_done(begun, *row) && begun != planned.direction) return;
      start(planned, context_.store.find(planned.revision.id));
      return;
    }
    start(planned, known(planned.revision.id));
  }

 private:
  /// The revision's row at the start of the run: nobody else writes rows during the run.
  std::optional<AppliedRevision> known(const std::string& id) const {
    const auto found = known_.find(id);
    if (found == known_.end()) return std::nullopt;
    return found->second;
  }

  void start(const PlannedRevision& planned, std::optional<AppliedRevision> row) {
    refuse_requirements(context_.connection, planned, context_.options);
    refuse_violations(context_.connection, planned);
    refuse_unreadable_views(context_.connection, planned, environment_.before());
    tell(context_.options.listener, RunEvent::Point::before_revision, &planned);
    const bool is_new = !row;
    if (!row) row = complete_row(planned, 0);
    row->running = to_string(planned.direction);
    row->statements_total = planned.statements.size();
    row->statements_done = 0;
    row->statement_hashes.clear();
    if (is_new) {
      context_.store.insert_later(*row);
    } else {
      context_.store.update_later(*row);
    }
    send(planned, environment_.before(), *row);
  }

  void go_on(const PlannedRevision& planned, AppliedRevision row) {
    accept(row, planned);
    recover(context_, planned, environment_.before(), row);
    context_.events.info("dbmig.run",
                         fmt::format("Continuing revision {} after statement {} of {}", row.id,
                                     row.statements_done, row.statements_total));
    send(planned, environment_.before(), row);
  }

  /// Continues with `planned` only if the executed statements are the same. Later ones may have
  /// been edited, for example to correct the one that failed.
  void accept(AppliedRevision& row, const PlannedRevision& planned) {
    const bool is_edited = row.checksum != planned.revision.checksum.get();
    require_same_plan(row, planned, is_edited ? environment_.edit(row.id) : std::string());
    row.statements_total = planned.statements.size();
    if (!is_edited) return;
    context_.events.info("dbmig.run", fmt::format("Revision {} was edited after the statements "
                                                  "that have run, and continues with the new text",
                                                  row.id));
    row.checksum = planned.revision.checksum.get();
    context_.store.update_text(row.id, planned.revision.text, row.checksum);
    context_.store.update_progress(row);
  }

  void send(const PlannedRevision& planned, const schema::Schema& met, AppliedRevision row) {
    const auto begin = Clock::now();
    SpellingRecorder words(context_.connection);
    if (row.statements_done == 0) {
      record(row.id, [&] { words.before(met, planned.operations); });
    }
    row = advance(planned, met, std::move(row), planned.statements.size());
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    row.applied_at = utc_now();
    row.duration_ms = elapsed.count();
    // Before the revision counts as complete: if the run dies in between, this is done again.
    record(row.id, [&] { words.after(met, planned.operations, planned.statements); });
    if (planned.parts.empty()) {
      close(planned.direction, std::move(row));
    } else {
      close_combined(planned, row);
    }
  }

  /// Replaces the row of a combined revision by the rows of its parts, in one transaction.
  void close_combined(const PlannedRevision& planned, const AppliedRevision& row) {
    backend::Transaction transaction(context_.connection);
    context_.store.remove(row.id);
    insert_parts(context_.store, planned, row.duration_ms);
    transaction.commit();
  }

  /// Recording the server's spelling is useful, but a failure of it must not fail the run.
  template <class Work>
  void record(const std::string& id, Work work) {
    try {
      work();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection) throw;
      SteadySink(context_.events)
          .warning("dbmig.run",
                   fmt::format("The server's spelling of the objects of revision {} could not be "
                               "recorded, so `dbmig check` will need a scratch database: {}",
                               id, error.what()));
    }
  }

  /// Sends the statements of `planned` before number `end` that are not done yet; returns the row
  /// after them.
  AppliedRevision advance(const PlannedRevision& planned, const schema::Schema& met,
                          AppliedRevision row, std::size_t end) {
    const std::size_t begin = row.statements_done;
    Journal journal(context_, std::move(row));
    try {
      restore_settings(context_, std::span(planned.statements).first(begin));
      journal.run(std::span(planned.statements).first(end));
    } catch (const Error& error) {
      // Without a connection nothing can be done now: the next run reads the journal and continues.
      if (error.code() != ErrorCode::connection) after_failure(planned, met, journal.row());
      throw in_revision(error, planned, journal.at());
    } catch (...) {
      after_failure(planned, met, journal.row());
      throw;
    }
    return journal.row();
  }

  /// Updates the row of a revision that is now completely applied, or completely reverted.
  void close(Direction direction, AppliedRevision row) {
    if (direction == Direction::downgrade) {
      context_.store.remove(row.id);
      return;
    }
    row.running.clear();
    row.statement_hashes.clear();
    row.statements_to_undo = 0;
    context_.store.update_later(std::move(row));
  }

  /// Undoes what a failed revision did if that loses no data; otherwise reports what remains.
  void after_failure(const PlannedRevision& planned, const schema::Schema& met,
                     const AppliedRevision& row) {
    SteadySink events(context_.events);
    write_down(context_.store, events);
    const auto way = safe_undo(planned, met, row.statements_done);
    if (!way) {
      tell_what_stays(events, planned, row);
      return;
    }
    try {
      undo(planned.direction, way->plan, row);
    } catch (const Error& second) {
      // The first error is the relevant one; this one occurs again as long as its cause remains.
      events.warning("dbmig.run", fmt::format("Revision {} failed, and undoing it failed too: {}; "
                                              "the next run continues to undo it",
                                              row.id, second.what()));
      return;
    }
    if (row.statements_done == 0) return;
    events.warning("dbmig.run",
                   fmt::format("Revision {} failed; what it had done before that ({}) was undone",
                               row.id, text::count(row.statements_done, "statement")));
  }

  /// The undo of the executed statements, if it loses no data.
  std::optional<PartialUndo> safe_undo(const PlannedRevision& planned, const schema::Schema& met,
                                       std::size_t done) {
    if (const auto operations = whole(planned, met, done)) {
      if (!undo_loses_nothing(planned, met, *operations)) return std::nullopt;
      return complete_undo(planned, met, *operations);
    }
    auto partial = plan_partial_undo(context_.connection.dialect(), planned, met, done);
    if (!partial || !undo_loses_nothing(planned, met, partial->operations)) return std::nullopt;
    return partial;
  }

  static void tell_what_stays(EventSink& events, const PlannedRevision& planned,
                              const AppliedRevision& row) {
    for (std::size_t i = 0; i < row.statements_done; ++i) {
      events.warning("dbmig.run",
                     fmt::format("Revision {}: this statement was executed and not undone: {}",
                                 row.id, planned.statements[i].sql));
    }
    events.warning(
        "dbmig.run",
        fmt::format("Revision {} stopped after statement {} of {}; `dbmig {}` continues from there",
                    row.id, row.statements_done, row.statements_total,
                    to_string(planned.direction)));
  }

  /// Executes `undo`, which reverts the executed statements of a run in the direction `begun`.
  void undo(Direction begun, const PlannedRevision& undo, AppliedRevision row) {
    row.running = undoing(begun);
    row.statements_to_undo = row.statements_done;
    row.statements_total = undo.statements.size();
    row.statements_done = 0;
    row.statement_hashes.clear();
    row.statement.clear();
    context_.store.update_progress(row);
    finish_undo(begun, undo, std::move(row));
  }

  void finish_undo(Direction begun, const PlannedRevision& undo, AppliedRevision row) {
    // Not interruptible: this restores a consistent database.
    RunOptions options = context_.options;
    options.stop = nullptr;
    SteadySink events(context_.events);
    const ApplyContext context{context_.connection, context_.store, events, options};
    Journal journal(context, std::move(row));
    journal.run(undo.statements);
    AppliedRevision now = journal.row();
    record(now.id, [&] { SpellingRecorder(context_.connection).forget(); });
    if (begun == Direction::downgrade) {
      // The row is that of an upgrade again.
      schema::Schema met;
      now.statements_total = environment_.replan(now.id, Direction::upgrade, met).statements.size();
      now.statements_done = now.statements_total;
    }
    close(opposite(begun), std::move(now));
  }

  /// Handles a revision that an earlier run left half-way in `begun`, or half-way in undoing that.
  /// Returns true if it is now where that run started, false if it was completed instead because
  /// what was done cannot be undone exactly.
  bool undo_half_done(Direction begun, AppliedRevision row) {
    schema::Schema met;
    const PlannedRevision planned = environment_.replan(row.id, begun, met);
    if (row.running == undoing(begun)) {
      const PartialUndo undo = rest_of_undo(planned, met, row);
      recover(context_, undo.plan, undo.start, row);
      finish_undo(begun, undo.plan, std::move(row));
      return true;
    }
    accept(row, planned);
    recover(context_, planned, met, row);
    std::size_t end = row.statements_done;
    while (!whole(planned, met, end)) ++end;
    row = advance(planned, met, std::move(row), end);
    const std::size_t operations = *whole(planned, met, end);
    if (const auto undo = exact_undo(planned, met, operations)) {
      context_.events.info("dbmig.run", fmt::format("Undoing the half-done {} of revision {}",
                                                    to_string(begun), row.id));
      this->undo(begun, *undo, std::move(row));
      return true;
    }
    context_.events.info("dbmig.run",
                         fmt::format("Finishing the half-done {} of revision {} first: its plain "
                                     "SQL can only be undone as a whole",
                                     to_string(begun), row.id));
    send(planned, met, std::move(row));
    return false;
  }

  /// The rest of the undo that, according to `row`, an earlier run had started.
  PartialUndo rest_of_undo(const PlannedRevision& planned, const schema::Schema& met,
                           const AppliedRevision& row) {
    std::optional<PartialUndo> undo;
    if (const auto operations = whole(planned, met, row.statements_to_undo)) {
      undo = complete_undo(planned, met, *operations);
    } else {
      undo = plan_partial_undo(context_.connection.dialect(), planned, met, row.statements_to_undo);
    }
    require_same_plan(row, undo ? undo->plan : PlannedRevision{}, {});
    return undo.value_or(PartialUndo{});
  }

  std::optional<PartialUndo> complete_undo(const PlannedRevision& planned,
                                           const schema::Schema& met, std::size_t operations) {
    auto plan = exact_undo(planned, met, operations);
    if (!plan) return std::nullopt;
    return PartialUndo{operations, std::move(*plan),
                       ops::apply(met, std::span(planned.operations).first(operations))};
  }

  /// The plan that reverts the first `operations` operations of `planned`; nothing if only the
  /// whole of the other direction does. Always the same for the same arguments, so that a run can
  /// continue one that died.
  std::optional<PlannedRevision> exact_undo(const PlannedRevision& planned,
                                            const schema::Schema& met, std::size_t operations) {
    const auto done = std::span(planned.operations).first(operations);
    if (planned.direction == Direction::upgrade) {
      // A derived downgrade is the inverse anyway; one written by hand may do more.
      const bool is_exact =
          !planned.revision.downgrade || undo_loses_nothing(planned, met, operations);
      if (!is_exact) return std::nullopt;
      return plan_undo(context_, planned, met, operations);
    }
    schema::Schema below;
    PlannedRevision up = environment_.replan(planned.revision.id, Direction::upgrade, below);
    const schema::Schema now = ops::apply(met, done);
    if (const auto place = place_in_upgrade(planned, operations, up, below, now)) {
      up.operations.erase(up.operations.begin(),
                          up.operations.begin() + static_cast<std::ptrdiff_t>(*place));
      up.statements = context_.connection.dialect().plan(now, up.operations, {});
      return up;
    }
    if (!undo_loses_nothing(planned, met, operations)) return std::nullopt;
    return plan_undo(context_, planned, met, operations);
  }

  /// The number of operations of `up`, which started at `below`, that are in effect when
  /// `operations` operations of its downgrade are done and the schema is `now`; nothing if that
  /// cannot be determined.
  std::optional<std::size_t> place_in_upgrade(const PlannedRevision& down, std::size_t operations,
                                              const PlannedRevision& up,
                                              const schema::Schema& below,
                                              const schema::Schema& now) {
    const std::span<const ops::Operation> upgrade(up.operations);
    if (!down.revision.downgrade) {
      // Derived: the inverse of each operation, in reverse order.
      const schema::Schema top = ops::apply(below, upgrade);
      for (std::size_t place = upgrade.size() + 1; place-- > 0;) {
        PlannedRevision part;
        part.direction = Direction::downgrade;
        part.operations =
            ops::inverse(upgrade.subspan(place), ops::apply(below, upgrade.first(place)));
        fill_gaps(part, top, context_.connection.dialect().kind());
        if (part.operations.size() > operations) break;
        if (part.operations.size() == operations &&
            std::equal(part.operations.begin(), part.operations.end(), down.operations.begin())) {
          return place;
        }
      }
    }
    if (touches_rows(std::span(down.operations).first(operations))) return std::nullopt;
    // Rows moved by the upgrade stay where it left them: of several matching places, the last one.
    const auto form = [&](const schema::Schema& schema) {
      return schema::sorted(context_.connection.dialect().canonical(schema));
    };
    const schema::Schema wanted = form(now);
    for (std::size_t place = upgrade.size() + 1; place-- > 0;) {
      if (form(ops::apply(below, upgrade.first(place))) == wanted) return place;
    }
    return std::nullopt;
  }

  std::optional<std::size_t> whole(const PlannedRevision& planned, const schema::Schema& met,
                                   std::size_t statements_done) {
    return whole_operations(context_.connection.dialect(), planned, met, statements_done);
  }

  const ApplyContext& context_;
  const JournalEnvironment& environment_;
  std::map<std::string, AppliedRevision> known_;
};

}  // namespace

std::vector<std::string> apply_with_journal(const ApplyContext& context,
                                            const PlannedRun& planned_run,
                                            const JournalEnvironment& environment) {
  std::vector<std::string> done;
  backend::Migration migration(context.connection, context.options.lock_wait);
  context.store.create_if_missing();
  JournaledRun run(context, environment);
  try {
    while (const auto planned = planned_run.next()) {
      context.events.info("dbmig.run", running_line(*planned));
      try {
        run.apply(*planned);
      } catch (const Error& error) {
        const bool is_gone = !planned->parts.empty() && error.code() != ErrorCode::connection &&
                             !context.store.find(planned->revision.id);
        if (!is_gone || !continues_with_parts(context, *planned, error)) throw;
        planned_run.split_combined();
        continue;
      }
      if (context.options.listener) {
        context.store.flush();
        tell(context.options.listener, RunEvent::Point::after_revision, &*planned);
      }
      for (std::string& id : ids_of(*planned)) done.push_back(std::move(id));
    }
  } catch (...) {
    SteadySink events(context.events);
    write_down(context.store, events);
    throw;
  }
  context.store.flush();
  migration.commit();
  return done;
}

}  // namespace dbmig::run
