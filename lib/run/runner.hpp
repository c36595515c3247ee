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

/// Reads a revision from the text kept in the database; `name` stands in messages. It is the yaml
/// module's parse_revision: run/ does not know file formats.
using ParseRevision =
    std::function<history::Revision(std::string_view text, const std::string& name)>;

/// The text of a revision that no file has, which ParseRevision reads again.
using PrintRevision = std::function<std::string(const history::Revision& revision)>;

/// What the user knows about a statement that was under way when an earlier run died, where the
/// database itself does not show it.
enum class Resolve { done, redo };

struct RunOptions {
  std::chrono::seconds lock_timeout{60};  ///< for another dbmig
  /// For a table or row that another session holds; a statement is tried a few times.
  std::chrono::seconds lock_wait = backend::kLockWait;
  std::optional<Resolve> resolve;
  /// Looked at between statements: when true the run stops as if the next statement had failed.
  const std::atomic<bool>* stop = nullptr;
  /// What a downgrade may lose.
  Consent consent = {};
  /// What stands for the variables of plain SQL.
  dialect::Variables variables = {};
  /// Whether what a revision requires must hold; proofs make their rows up.
  bool requirements = true;
  RunListener listener = {};

  /// Options that accept the loss of rows, as tests and proofs on scratch databases do.
  static RunOptions losing_data() {
    RunOptions options;
    options.consent = {true, true};
    options.requirements = false;
    return options;
  }
};

/// One revision of a run, with what it does to the database.
struct PlannedRevision {
  Direction direction = Direction::upgrade;
  history::Revision revision;
  std::vector<ops::Operation> operations;
  std::vector<dialect::Statement> statements;
  std::vector<data_check::DataCheck>
      checks;  ///< to be asked of the rows before the first statement
  std::vector<BackfillValue>
      backfill_values;  ///< a downgrade's columns that come back without their values
  Losses losses;        ///< what a planned downgrade loses and needs consent for
  /// What `revision` stands for, when it stands for several (run/combine.hpp). They live as long as
  /// the graph of the runner.
  std::vector<const history::Revision*> parts;
};

/// What a stamp would write.
struct StampPlan {
  std::vector<std::string> before;   ///< the database's heads
  std::vector<std::string> after;    ///< those that it would have
  std::vector<std::string> added;    ///< ids that would be noted, in topological order
  std::vector<std::string> removed;  ///< ids that would be forgotten; with a purge noted anew
};

/// Where a database stands, of one moment.
struct Standing {
  std::vector<AppliedRevision> rows;  ///< every one, under way or not, without texts
  history::Graph files;               ///< the stored revisions as the database sees them
  history::Graph all;                 ///< and those that only the database still has
  std::set<std::string> applied;      ///< ids of complete revisions
  std::vector<std::string> heads;     ///< those of `applied`
};

/// Applies and reverts revisions on one database.
///
/// SQLite: one transaction for the whole run with a savepoint per revision; a revision that fails
/// goes back to its savepoint and the finished ones are committed. MariaDB: a journal row per
/// revision tells which of its statements took effect, and the next run continues from there.
class Runner {
 public:
  /// `connection`, `graph` and `events` must outlive the runner.
  Runner(backend::Connection& connection, const history::Graph& graph, ParseRevision parse,
         EventSink& events);

  /// Lets upgrades without a listener combine `least` revisions and more that only build up new
  /// tables (run/combine.hpp): the tables are created as they end up, and the database has the same
  /// schema and the same rows of `dbmig_revisions`. What cannot be created so runs one by one.
  void combine(PrintRevision print, std::size_t least = kManyRevisions);
  static constexpr std::size_t kManyRevisions = 64;

  /// Brings the database to `target` (a revision argument, see history::Graph::resolve). Returns
  /// the ids that ran, in order; having nothing to do is not an error. Throws Error{refused} when
  /// an applied revision's file was edited since, Error{not_found} when the database has a revision
  /// that no file has.
  std::vector<std::string> upgrade(std::string_view target, const RunOptions& options);
  /// To all of `targets`.
  std::vector<std::string> upgrade(const std::vector<std::string>& targets,
                                   const RunOptions& options);

  /// Rows that were read while the revisions were, for the first call that asks for them.
  void use(RowsAhead rows) { store_.use(std::move(rows)); }

  /// The database's heads as the last upgrade() or downgrade() met them.
  const std::vector<std::string>& heads_met() const { return heads_met_; }

  /// Takes back what `target` does not have. A revision whose file is gone is taken back from the
  /// text kept in the database.
  /// Throws Error{refused} before anything runs when rows, values or history would be lost, or what
  /// was adopted would be dropped, without `options.consent`.
  std::vector<std::string> downgrade(std::string_view target, const RunOptions& options);
  /// What descends from one of `targets` and is not needed by another.
  std::vector<std::string> downgrade(const std::vector<std::string>& targets,
                                     const RunOptions& options);

  /// Writes the bookkeeping as if the database were at `targets`, running nothing. With `purge`
  /// what was there is forgotten first, known or not. `origin` ("stamped", "adopted") is kept with
  /// the revisions that are new: no downgrade drops lightly what dbmig did not make.
  void stamp(const std::vector<std::string>& targets, bool purge, const RunOptions& options,
             const std::string& origin = "stamped");
  /// What that would write; nothing is changed.
  StampPlan plan_stamp(const std::vector<std::string>& targets, bool purge);

  /// Accepts revision files that were edited after they were applied: their text and checksum
  /// replace those in the database. Returns their ids.
  std::vector<std::string> repair(const RunOptions& options);

  /// Takes back what the database has and no file does, with all that builds on it, from the texts
  /// kept in the database. A squash that it took, and whose revisions the files have one by one, is
  /// no such thing: it is noted as those. Throws as downgrade().
  std::vector<std::string> withdraw_unknown(const RunOptions& options);
  /// What that would run, in order; nothing is changed.
  std::vector<PlannedRevision> plan_withdrawal();
  /// The same, and what an upgrade to `targets` would run after it.
  std::vector<PlannedRevision> plan_switch(const std::vector<std::string>& targets);

  /// What upgrade or downgrade would run, in order; nothing is changed. `entered`: as if the
  /// database were at these revisions, and all that leads there, besides those that it has
  /// recorded.
  std::vector<PlannedRevision> plan(Direction direction, const std::vector<std::string>& targets,
                                    const std::set<std::string>& entered = {});
  std::vector<PlannedRevision> plan(Direction direction, std::string_view target) {
    return plan(direction, std::vector<std::string>{std::string(target)});
  }

  /// What was edited in the file of an applied revision, see describe_edit(); empty when the text
  /// kept in the database cannot be read.
  std::string edit_of(const std::string& id);

  /// Reads the rows once, where each of the following does so.
  Standing standing();
  /// Ids of complete revisions in the database.
  std::set<std::string> applied();
  /// The schema that they add up to, in the order in which the database took them.
  schema::Schema applied_schema();
  /// Every row, under way or not, without texts.
  std::vector<AppliedRevision> rows() { return store_.all(); }
  /// The stored revisions as the database sees them, see run/fitted.hpp.
  history::Graph fitted_revisions() {
    read_rows();
    return graph_;
  }
  /// The stored revisions together with those that only the database still has.
  history::Graph known_revisions();

 private:
  /// All rows; `graph_` fits them from here on.
  std::vector<AppliedRevision> read_rows();
  /// Lets revisions that were replaced be targets: `graph_` gets them in place of what replaced
  /// them, where the database has not taken that. Returns those arguments written out.
  std::vector<std::string> open_squashes(const std::vector<AppliedRevision>& rows,
                                         std::vector<std::string> arguments);
  /// `rows` with the revisions that a squash replaces in place of its own row, where one of
  /// `arguments` lies inside of it: both are the same database. `graph_` fits them. Nothing is
  /// written; `gone` are the rows that are to go.
  std::vector<AppliedRevision> unfolded(std::vector<AppliedRevision> rows,
                                        const std::vector<std::string>& arguments,
                                        std::vector<std::string>& gone);
  /// The same for squashes that no file has, and whose revisions the files have one by one.
  std::vector<AppliedRevision> unfolded_unknown(std::vector<AppliedRevision> rows,
                                                std::vector<std::string>& gone);
  /// Writes what unfolded() came to.
  void write_unfolded(const std::vector<AppliedRevision>& rows,
                      const std::vector<std::string>& gone);
  history::Graph with_known(const std::vector<AppliedRevision>& rows);
  /// Finishes, or takes back, combined revisions that an earlier run left half-way: `rows`, then
  /// read again.
  std::vector<AppliedRevision> end_combined(std::vector<AppliedRevision> rows, Direction direction,
                                            const RunOptions& options);
  std::unique_ptr<backend::MigrationLock> lock(const RunOptions& options);
  PlannedRevision plan_step(RunPlan::Step step, const RunPlan& run_plan);
  std::vector<PlannedRevision> planned(RunPlan& run_plan, const std::vector<AppliedRevision>& rows);
  PlannedRevision replan(const history::Graph& graph, const std::string& id, Direction direction,
                         schema::Schema& met);
  /// What end_combined() ran, and then `ran`.
  std::vector<std::string> with_ended(std::vector<std::string> ran);
  /// `prepare` writes what the plan starts from, when nothing refuses it any more.
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
  history::Graph graph_;  ///< `stored_` as the database sees it
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
  std::vector<std::string> ended_;  ///< what end_combined() ran
  std::vector<std::string> heads_met_;
};

/// Applied revisions whose file says something else now, by their checksums.
std::vector<std::string> edited_revisions(const std::vector<AppliedRevision>& rows,
                                          const history::Graph& graph);

/// Ids of all rows.
std::set<std::string> row_ids(const std::vector<AppliedRevision>& rows);

/// Ids of the rows that are complete.
std::set<std::string> complete(const std::vector<AppliedRevision>& rows);

/// `ids` in the order in which the database took them, by its `rows`; those of one moment, as older
/// versions and `stamp` write them, parents first.
std::vector<std::string> in_applied_order(const std::vector<AppliedRevision>& rows,
                                          const history::Graph& graph,
                                          const std::set<std::string>& ids);

}  // namespace dbmig::run
