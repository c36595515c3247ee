#include "backend/transaction.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/listed.hpp"
#include "base/text.hpp"
#include "run/apply.hpp"
#include "run/requirements.hpp"
#include "run/variables.hpp"
#include "run/violations.hpp"

namespace dbmig::run {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kSavepoint = "dbmig_revision";

/// Whether an operation of this kind can leave a row without its parent. The check reads every
/// child table, so a history of a thousand plain `create_table`s must not run it a thousand times.
bool can_break_references(const ops::Operation& operation) {
  return !std::holds_alternative<ops::CreateTable>(operation) &&
         !std::holds_alternative<ops::AddColumn>(operation) &&
         !std::holds_alternative<ops::CreateIndex>(operation) &&
         !std::holds_alternative<ops::DropIndex>(operation) &&
         !std::holds_alternative<ops::RenameIndex>(operation) &&
         !std::holds_alternative<ops::CreateView>(operation) &&
         !std::holds_alternative<ops::DropView>(operation) &&
         !std::holds_alternative<ops::CreateTrigger>(operation) &&
         !std::holds_alternative<ops::DropTrigger>(operation);
}

/// Finds rows without a parent that existed before: a migration must neither fail because of them
/// nor add to them.
class ForeignKeyCheck {
 public:
  explicit ForeignKeyCheck(backend::Connection& connection) : connection_(connection) {}

  void before(const PlannedRevision& planned) {
    if (!watch_ && needed(planned)) watch_ = connection_.watch_orphans();
    if (watch_) watch_->follow(planned.operations);
  }

  void after(const PlannedRevision& planned) {
    if (!watch_ || !needed(planned)) return;
    constexpr std::size_t kShown = 3;
    const backend::OrphanWatch::Added added = watch_->added(kShown);
    if (added.count == 0) return;
    throw Error(ErrorCode::constraint,
                fmt::format("{} would refer to a row that does not exist: {}{}",
                            text::count(added.count, "row"), text::join(added.examples, "; "),
                            added.count > added.examples.size() ? "; …" : ""))
        .hint("add the missing parents or remove these rows first");
  }

 private:
  static bool needed(const PlannedRevision& planned) {
    return std::any_of(planned.operations.begin(), planned.operations.end(), can_break_references);
  }

  backend::Connection& connection_;
  std::unique_ptr<backend::OrphanWatch> watch_;
};

void run_statements(const ApplyContext& context, const PlannedRevision& planned) {
  for (std::size_t i = 0; i < planned.statements.size(); ++i) {
    try {
      if (context.options.stop != nullptr && *context.options.stop) {
        throw Error(ErrorCode::interrupted, "interrupted");
      }
      context.events.on(event::Statement{planned.statements[i].sql});
      send_with_values(context.connection, planned.statements[i].sql, context.options.variables);
      if (!context.connection.in_transaction()) {
        throw Error(ErrorCode::failed,
                    "the statement ended the transaction of the upgrade; what ran until then stays")
            .hint("remove it from the revision, and check what the database contains")
            .sql(planned.statements[i].sql);
      }
    } catch (const Error& error) {
      throw in_revision(error, planned, i);
    }
  }
}

void apply_one(const ApplyContext& context, const PlannedRevision& planned,
               ForeignKeyCheck& foreign_keys) {
  const auto start = Clock::now();
  refuse_requirements(context.connection, planned, context.options);
  refuse_violations(context.connection, planned);
  tell(context.options.listener, RunEvent::Point::before_revision, &planned);
  foreign_keys.before(planned);
  run_statements(context, planned);
  try {
    foreign_keys.after(planned);
  } catch (const Error& error) {
    throw in_revision(error, planned, planned.statements.size());
  }
  if (planned.direction == Direction::downgrade) {
    context.store.remove(planned.revision.id);
    return;
  }
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  if (planned.parts.empty()) {
    context.store.insert(complete_row(planned, elapsed.count()));
  } else {
    insert_parts(context.store, planned, elapsed.count());
  }
}

/// False if the database has rolled back the whole transaction by itself, as SQLite does when the
/// disk is full: then the earlier revisions are gone too.
bool back_to_savepoint(backend::Connection& connection) {
  try {
    connection.rollback_to_savepoint(kSavepoint);
    connection.release_savepoint(kSavepoint);
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

std::vector<std::string> apply_in_transaction(const ApplyContext& context,
                                              const PlannedRun& planned_run) {
  std::vector<std::string> done;
  backend::Connection& connection = context.connection;
  backend::Migration migration(connection, context.options.lock_wait);
  try {
    context.store.create_if_missing();
    ForeignKeyCheck foreign_keys(connection);
    while (const auto planned = planned_run.next()) {
      context.events.info("dbmig.run", running_line(*planned));
      connection.savepoint(kSavepoint);
      try {
        apply_one(context, *planned, foreign_keys);
        connection.release_savepoint(kSavepoint);
        tell(context.options.listener, RunEvent::Point::after_revision, &*planned);
      } catch (const Error& error) {
        if (!back_to_savepoint(connection)) {
          done.clear();
          throw;
        }
        if (!continues_with_parts(context, *planned, error)) throw;
        planned_run.split_combined();
        continue;
      } catch (...) {
        if (!back_to_savepoint(connection)) done.clear();
        throw;
      }
      for (std::string& id : ids_of(*planned)) done.push_back(std::move(id));
    }
  } catch (...) {
    if (done.empty()) throw;
    migration.commit();
    SteadySink(context.events)
        .warning("dbmig.run",
                 fmt::format("{} before the failure {} applied: {}",
                             text::count(done.size(), "revision"),
                             done.size() == 1 ? "stays" : "stay", text::join_some(done)));
    throw;
  }
  migration.commit();
  return done;
}

}  // namespace dbmig::run
