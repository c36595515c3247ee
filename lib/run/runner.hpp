#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "base/event.hpp"
#include "data_check/data_checks.hpp"
#include "dialect/variables.hpp"
#include "history/graph.hpp"
#include "run/backfill_values.hpp"
#include "run/listener.hpp"
#include "run/losses.hpp"
#include "run/run_plan.hpp"
#include "run/store.hpp"

namespace dbmig::run {

/// Parses a revision from the text stored in the database; `name` is used in messages. This is the
/// yaml module's parse_revision: run/ does not know file formats.
using ParseRevision =
    std::function<history::Revision(std::string_view text, const std::string& name)>;

/// The text of a revision without a file, which ParseRevision can read back.
using PrintRevision = std::function<std::string(const history::Revision& revision)>;

/// What the user knows about a statement that was running when an earlier run died, if the database
/// does not show it.
enum class Resolve { done, redo };

struct RunOptions {
  std::chrono::seconds lock_timeout{60};  ///< how long to wait for another dbmig
  /// How long to wait for a table or row that another session has locked; a statement is tried a
  /// few times.
  std::chrono::seconds lock_wait = backend::kLockWait;
  std::optional<Resolve> resolve;
  /// Checked between statements: if true, the run stops as if the next statement had failed.
  const std::atomic<bool>* stop = nullptr;
  /// What a downgrade may lose.
  Consent consent = {};
  /// Values of the variables in plain SQL.
  dialect::Variables variables = {};
  /// Whether `require` conditions are checked; proofs use generated rows, so they turn it off.
  bool requirements = true;
  RunListener listener = {};

  /// Options that accept the loss of rows, for tests and proofs on scratch databases.
  static RunOptions losing_data() {
    RunOptions options;
    options.consent = {true, true};
    options.requirements = false;
    return options;
  }
};

/// One revision of a run, with its statements for this database.
struct PlannedRevision {
  Direction direction = Direction::upgrade;
  history::Revision revision;
  std::vector<ops::Operation> operations;
  std::vector<dialect::Statement> statements;
  std::vector<data_check::DataCheck> checks;  ///< data checks to run before the first statement
  std::vector<BackfillValue>
      backfill_values;  ///< columns that a downgrade restores without their values
  Losses losses;        ///< what a planned downgrade loses, which needs consent
  /// The combined revisions, if `revision` is a combined one (run/combine.hpp). Owned by the
  /// runner's graph.
  std::vector<const history::Revision*> parts;
};

/// What a stamp would write.
struct StampPlan {
  std::vector<std::string> before;   ///< the database's heads
  std::vector<std::string> after;    ///< its heads after the stamp
  std::vector<std::string> added;    ///< ids that would be recorded, in topological order
  std::vector<std::string> removed;  ///< ids that would be removed; a purge may add some again
};

/// The state of a database at one moment.
struct DatabaseState {
  std::vector<AppliedRevision> rows;  ///< all of them, complete or running, without texts
  history::Graph files;               ///< the stored revisions as they apply to this database
  history::Graph all;                 ///< and those that only the database still has
  std::set<std::string> applied;      ///< ids of complete revisions
  std::vector<std::string> heads;     ///< the heads of `applied`
};

/// Applies and reverts revisions on one database.
///
/// SQLite: one transaction for the whole run with a savepoint per revision; a revision that fails
/// is rolled back to its savepoint and the finished ones are committed. MariaDB: a journal row per
/// revision records which of its statements took effect, and the next run continues from there.
class Runner {
 public:
  /// `connection`, `graph` and `events` must outlive the runner.
  Runner(backend::Connection& connection, const history::Graph& graph, ParseRevision parse,
         EventSink& events);

  /// Lets upgrades without a listener combine groups of at least `least` revisions that only build
  /// up new tables (run/combine.hpp): the tables are created in their final form, with the same
  /// resulting schema and the same rows in `dbmig_revisions`. Revisions that cannot be combined run
  /// one by one.
  void combine(PrintRevision print, std::size_t least = kManyRevisions);
  static constexpr std::size_t kManyRevisions = 64;

  /// Upgrades the database to `target` (a revision argument, see history::Graph::resolve). Returns
  /// the ids that ran, in order; having nothing to do is not an error. Throws Error{refused} if the
  /// file of an applied revision was edited since, Error{not_found} if the database has a revision
  /// without a file.
  std::vector<std::string> upgrade(std::string_view target, const RunOptions& options);
  /// Upgrades to all of `targets`.
  std::vector<std::string> upgrade(const std::vector<std::string>& targets,
                                   const RunOptions& options);

  /// Passes rows that were read while the revisions were loaded; the first call that needs the rows
  /// uses them.
  void use(RowsAhead rows) { store_.use(std::move(rows)); }

  /// The database's heads at the start of the last upgrade() or downgrade().
  const std::vector<std::string>& heads_met() const { return heads_met_; }

  /// Reverts the revisions that are not part of `target`. A revision whose file is missing is
  /// reverted with the text stored in the database. Throws Error{refused} before anything runs if
  /// rows, values or history would be lost, or adopted tables dropped, without `options.consent`.
  std::vector<std::string> downgrade(std::string_view target, const RunOptions& options);
  /// Reverts the revisions that descend from one of `targets` and that none of the others needs.
  std::vector<std::string> downgrade(const std::vector<std::string>& targets,
                                     const RunOptions& options);

  /// Writes the bookkeeping as if the database were at `targets`, without running anything. With
  /// `purge`, all existing entries are removed first, known or not. `origin` ("stamped", "adopted")
  /// is stored with the new entries: a downgrade of what dbmig did not create needs consent.
  void stamp(const std::vector<std::string>& targets, bool purge, const RunOptions& options,
             const std::string& origin = "stamped");
  /// What stamp() would write; nothing is changed.
  StampPlan plan_stamp(const std::vector<std::string>& targets, bool purge);

  /// Accepts revision files that were edited after they were applied: their text and checksum
  /// replace those in the database. Returns their ids.
  std::vector<std::string> repair(const RunOptions& options);

  /// Reverts the revisions that the database has and no file does, and those that build on them,
  /// with the texts stored in the database. An applied squash whose revisions the files have one by
  /// one is not reverted; it is recorded as those revisions. Throws as downgrade() does.
  std::vector<std::string> withdraw_unknown(const RunOptions& options);
  /// What withdraw_unknown() would run, in order; nothing is changed.
  std::vector<PlannedRevision> plan_withdrawal();
  /// The same, and what an upgrade to `targets` would run after it.
  std::vector<PlannedRevision> plan_switch(const std::vector<std::string>& targets);

  /// What an upgrade or downgrade would run, in order; nothing is changed. `entered`: as if the
  /// database were also at these revisions and had their ancestors.
  std::vector<PlannedRevision> plan(Direction direction, const std::vector<std::string>& targets,
                                    const std::set<std::string>& entered = {});
  std::vector<PlannedRevision> plan(Direction direction, std::string_view target) {
    return plan(direction, std::vector<std::string>{std::string(target)});
  }

  /// What was edited in the file of an applied revision, see describe_edit(); empty if the text
  /// stored in the database cannot be read.
  std::string edit_of(const std::string& id);

  /// Reads the rows once; each of the following functions reads them itself.
  DatabaseState database_state();
  /// Ids of complete revisions in the database.
  std::set<std::string> applied();
  /// Their schema, applied in the order in which the database applied them.
  schema::Schema applied_schema();
  /// All rows, complete or running, without texts.
  std::vector<AppliedRevision> rows() { return store_.all(); }
  /// The stored revisions as they apply to this database, see run/fitted.hpp.
  history::Graph fitted_revisions() {
    read_rows();
    return graph_;
  }
  /// The stored revisions and those that only the database still has.
  history::Graph known_revisions();

 private:
  /// All rows; from here on, `graph_` fits them.
  std::vector<AppliedRevision> read_rows();
  /// Lets replaced revisions be targets: `graph_` contains them instead of the squash, unless the
  /// database has applied the squash. Returns the arguments with full ids.
  std::vector<std::string> open_squashes(const std::vector<AppliedRevision>& rows,
                                         std::vector<std::string> arguments);
  /// Returns `rows` with the replaced revisions instead of the row of a squash, if one of
  /// `arguments` is inside the squash: both describe the same database. `graph_` fits the result.
  /// Nothing is written; `gone` receives the rows to be removed.
  std::vector<AppliedRevision> unfolded(std::vector<AppliedRevision> rows,
                                        const std::vector<std::string>& arguments,
                                        std::vector<std::string>& gone);
  /// The same for squashes without a file whose revisions the files have one by one.
  std::vector<AppliedRevision> unfolded_unknown(std::vector<AppliedRevision> rows,
                                                std::vector<std::string>& gone);
  /// Writes the result of unfolded().
  void write_unfolded(const std::vector<AppliedRevision>& rows,
                      const std::vector<std::string>& gone);
  history::Graph with_known(const std::vector<AppliedRevision>& rows);
  /// Finishes or undoes combined revisions that an earlier run left half-way. Returns `rows`, read
  /// again.
  std::vector<AppliedRevision> end_combined(std::vector<AppliedRevision> rows, Direction direction,
                                            const RunOptions& options);
  std::unique_ptr<backend::MigrationLock> lock(const RunOptions& options);
  PlannedRevision plan_step(RunPlan::Step step, const RunPlan& run_plan);
  std::vector<PlannedRevision> planned(RunPlan& run_plan, const std::vector<AppliedRevision>& rows);
  PlannedRevision replan(const history::Graph& graph, const std::string& id, Direction direction,
                         schema::Schema& met);
  /// The ids that end_combined() ran, followed by `ran`.
  std::vector<std::string> with_ended(std::vector<std::string> ran);
  /// `prepare` writes the state that the plan starts from, after all checks have passed.
  std::vector<std::string> run(const history::Graph& graph, RunPlan& run_plan,
                               const RunOptions& options,
                               const std::function<void()>& prepare = {});
  std::vector<std::string> carry_out(const history::Graph& graph, RunPlan& run_plan,
                                     const RunOptions& options);
  void refuse_violations_at_once(const RunPlan& run_plan);
  void refuse_requirements_ahead(const history::Graph& graph, const RunPlan& run_plan,
                                 const RunOptions& options);
  StampPlan planned_stamp(const std::vector<AppliedRevision>& rows,
                          const std::vector<std::string>& targets, bool purge);
  void refuse_edited(const std::vector<AppliedRevision>& rows);
  void refuse_unknown(const std::vector<AppliedRevision>& rows) const;

  backend::Connection& connection_;
  const history::Graph& stored_;
  history::Graph graph_;  ///< `stored_` as it applies to this database
  ParseRevision parse_;
  EventSink& events_;
  RevisionStore store_;
  PrintRevision print_;  ///< empty: nothing is combined
  std::size_t combine_from_ = 0;
  /// A combined revision that an earlier run left half-way.
  struct HalfWay {
    std::string id;
    std::vector<const history::Revision*> parts;
  };
  HalfWay half_way_;
  std::vector<std::string> ended_;  ///< the ids that end_combined() ran
  std::vector<std::string> heads_met_;
};

/// Applied revisions whose file has a different checksum now.
std::vector<std::string> edited_revisions(const std::vector<AppliedRevision>& rows,
                                          const history::Graph& graph);

/// Ids of all rows.
std::set<std::string> row_ids(const std::vector<AppliedRevision>& rows);

/// Ids of the complete rows.
std::set<std::string> complete(const std::vector<AppliedRevision>& rows);

/// `ids` in the order in which the database applied them, according to `rows`; those with equal
/// times (of older versions and `stamp`) parents first.
std::vector<std::string> in_applied_order(const std::vector<AppliedRevision>& rows,
                                          const history::Graph& graph,
                                          const std::set<std::string>& ids);

}  // namespace dbmig::run
