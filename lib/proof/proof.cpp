#include "proof/proof.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "backend/foreign_key_checks.hpp"
#include "backend/transaction.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "diff/diff.hpp"
#include "ops/sql_references.hpp"
#include "proof/expression_trials.hpp"
#include "proof/external.hpp"
#include "proof/filler.hpp"
#include "proof/outside.hpp"
#include "proof/short_history.hpp"
#include "proof/snapshot.hpp"
#include "proof/usage.hpp"
#include "run/ask_spelling.hpp"
#include "run/run_plan.hpp"
#include "run/spelling.hpp"
#include "run/spelling_record.hpp"
#include "run/variables.hpp"

namespace dbmig::proof {
namespace {

using run::Direction;

bool runs_plain_sql(const history::Revision& revision, DialectKind kind) {
  const auto is_plain_sql = [&](const ops::Operation& operation) {
    const auto* execute = std::get_if<ops::Execute>(&operation);
    return execute != nullptr && !execute->sql.for_dialect(kind).empty();
  };
  return std::any_of(revision.upgrade.begin(), revision.upgrade.end(), is_plain_sql) ||
         (revision.downgrade &&
          std::any_of(revision.downgrade->begin(), revision.downgrade->end(), is_plain_sql));
}

class Prover {
 public:
  Prover(const backend::ScratchOptions& options, backend::Scratch& scratch,
         const history::Graph& graph, const std::string& id, const run::ParseRevision& parse,
         RowValues values, const std::atomic<bool>* stop, const schema::Selection& selection,
         const dialect::Variables& variables)
      : options_(options),
        scratch_(scratch),
        connection_(scratch.connection()),
        external_(connection_),
        values_(values),
        stop_(stop),
        selection_(selection),
        variables_(variables),
        graph_(graph),
        revision_(graph.get(id)),
        runner_(connection_, graph, parse, silence_) {
    ancestors_ = graph.ancestors(graph.needs(id));
    proof_.server = connection_.server();
  }

  /// Whether it did not come as far as the revision itself.
  bool is_replaying() const { return is_replaying_; }
  /// Whether what failed failed over rows: others may not refuse.
  bool refused_by_rows() const { return refused_by_rows_; }

  Proof run() {
    const schema::Schema before = graph_.fold(ancestors_);
    refuse_to_leave();
    // What the revisions so far use is there where the application runs.
    scratch_.invent_unknown_names(true);
    step("replay", [&] { replay(); });
    expect_schema("replay", before);
    is_replaying_ = false;
    plan_upgrade(before);
    const schema::Schema mine = schema::on_dialect(before, kind());
    const schema::Schema after = history::apply(before, revision_);
    provide_external(before, after);
    provide_for_views();
    fill_tables(mine, before, checks_);
    const Usage earlier = try_usage(connection_, before, changed_tables(), values_, stop_);

    scratch_.invent_unknown_names(false);
    const GivenUp lost = given_up(kind(), before, revision_.upgrade);
    const Snapshot rows(connection_, mine, lost);
    step("upgrade", [&] { runner_.upgrade(revision_.id, run_options()); });
    expect_schema("upgrade", after);
    fill_tables(created(after), after, {});
    if (!has_way_back(before)) {
      expect_usable(after, earlier);
      return std::move(proof_);
    }
    bool with_rows = true;
    step("downgrade", [&] { with_rows = go_back(lost, after); });
    expect_schema("downgrade", before);
    if (with_rows) expect_rows(rows, Snapshot(connection_, mine, lost), lost);
    step("second upgrade", [&] { upgrade_again(); });
    expect_schema("second upgrade", after);
    expect_usable(after, earlier);
    return std::move(proof_);
  }

 private:
  DialectKind kind() const { return connection_.dialect().kind(); }

  run::RunOptions run_options() const {
    run::RunOptions options = run::RunOptions::losing_data();
    options.stop = stop_;
    options.variables = variables_;
    return options;
  }

  std::string way_back() const {
    if (!revision_.parents.empty()) return revision_.id + "-1";
    // What it depends on stays.
    return revision_.depends_on.empty() ? "base" : revision_.id + "@base";
  }

  [[noreturn]] void fail(const std::string& step, std::vector<Diagnostic> diagnostics,
                         const std::string& sql = {}) const {
    std::string& message = diagnostics.front().message;
    const bool is_named = message.find(revision_.id) != std::string::npos;
    message = fmt::format("not proved on {}, {}{}: {}", connection_.server(), step,
                          is_named ? "" : " of revision " + revision_.id, message);
    throw Error(ErrorCode::failed, std::move(diagnostics)).sql(sql);
  }

  template <class Work>
  void step(const std::string& name, Work work) {
    try {
      work();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
      refused_by_rows_ = error.code() == ErrorCode::constraint;
      fail(name, error.diagnostics(), error.statement());
    }
  }

  /// A scratch database may stand on a server that others use.
  void refuse_to_leave() const {
    if (!dialect::capabilities(kind()).is_server) return;
    std::set<std::string> ids = ancestors_;
    ids.insert(revision_.id);
    const std::string why = reaches_out(connection_.dialect(), graph_, ids);
    if (why.empty()) return;
    throw Error(ErrorCode::refused, fmt::format("plain SQL or a stored program may reach out of "
                                                "its database and is not run in a scratch "
                                                "database ({})",
                                                why));
  }

  /// What the revision refers to and others manage.
  void provide_external(const schema::Schema& before, const schema::Schema& after) {
    if (external_.are_concerned(revision_.upgrade)) external_.provide(before, after);
  }

  /// What the revision's views read of tables of others, found out with each of them on trial.
  void provide_for_views() {
    for (const ops::Operation& operation : revision_.upgrade) {
      const auto* create = std::get_if<ops::CreateView>(&operation);
      if (create == nullptr || !reads_tables_of_others(create->view)) continue;
      schema::View trial = create->view;
      trial.name = "dbmig_trial";
      try {
        const std::vector<ops::Operation> operations{ops::CreateView{trial}};
        for (const auto& statement : connection_.dialect().plan({}, operations, {})) {
          replay_view(trial, statement.sql);
          connection_.execute("DROP VIEW dbmig_trial");
        }
      } catch (const Error& error) {
        // What is not the others' the upgrade will say.
        if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
      }
    }
  }

  void replay() {
    if (ancestors_.empty()) return;
    run::RunPlan run_plan(Direction::upgrade, graph_, {}, ancestors_);
    run::refuse_unset_variables(run_plan, graph_, kind(), variables_);
    backend::Migration migration(connection_);
    while (const auto step = run_plan.next()) {
      if (external_.are_concerned(step->operations)) {
        external_.provide(run_plan.before(), history::apply(run_plan.before(), *step->revision));
      }
      const auto statements = connection_.dialect().plan(run_plan.before(), step->operations, {});
      run::SpellingRecorder words(connection_);
      words.before(run_plan.before(), step->operations);
      for (const auto& statement : statements) {
        stop_if_asked(stop_);
        const ops::Operation& made = step->operations[statement.last_operation];
        if (const auto* create = std::get_if<ops::CreateView>(&made)) {
          replay_view(create->view, statement.sql);
        } else {
          run::send_with_values(connection_, statement.sql, variables_);
        }
      }
      words.after(run_plan.before(), step->operations, statements);
    }
    migration.commit();
    runner_.stamp({ancestors_.begin(), ancestors_.end()}, false, {});
  }

  /// An earlier revision's works where the tables of others are that it reads.
  void replay_view(const schema::View& view, const std::string& sql) {
    if (dialect::capabilities(kind()).resolves_views) return external_.execute_view(sql);
    connection_.execute(sql);
    if (reads_tables_of_others(view)) external_.read_view(view.name, sql);
  }

  bool reads_tables_of_others(const schema::View& view) const {
    if (selection_.empty()) return false;
    const std::set<std::string> read = ops::tables_in(view.sql);
    return std::any_of(read.begin(), read.end(),
                       [&](const std::string& name) { return !selection_.takes(name); });
  }

  /// Fills the tables of `part`; the database holds `whole`.
  void fill_tables(const schema::Schema& part, const schema::Schema& whole,
                   const std::vector<data_check::DataCheck>& checks) {
    step("generated rows", [&] {
      const schema::Schema all = external_.with(part);
      Filled filled = fill(connection_, all, checks, values_, stop_);
      if (!filled.empty.empty() && !whole.triggers.empty()) {
        // Triggers may want what only the application knows: rows come without them then.
        const std::size_t rows = filled.rows;
        without_triggers(whole, [&] { filled = fill(connection_, all, checks, values_, stop_); });
        filled.rows += rows;
      }
      proof_.tables += part.tables.size();
      proof_.rows += filled.rows;
      proof_.empty.insert(proof_.empty.end(), filled.empty.begin(), filled.empty.end());
    });
  }

  template <class Work>
  void without_triggers(const schema::Schema& schema, Work work) {
    std::vector<ops::Operation> drops;
    std::vector<ops::Operation> creates;
    for (const auto& [name, trigger] : schema.triggers) {
      drops.push_back(ops::DropTrigger{name});
      creates.push_back(ops::CreateTrigger{trigger});
    }
    const auto execute = [&](const schema::Schema& before,
                             const std::vector<ops::Operation>& operations) {
      for (const auto& statement : connection_.dialect().plan(before, operations, {})) {
        connection_.execute(statement.sql);
      }
    };
    execute(schema, drops);
    work();
    schema::Schema bare = schema;
    bare.triggers.clear();
    execute(bare, creates);
  }

  /// The tables that the revision makes: whoever takes it back may have filled them.
  schema::Schema created(const schema::Schema& after) const {
    std::set<std::string> names;
    for (const ops::Operation& operation : revision_.upgrade) {
      if (const auto* create = std::get_if<ops::CreateTable>(&operation)) {
        names.insert(create->table.name);
      } else if (const auto* rename = std::get_if<ops::RenameTable>(&operation)) {
        if (names.erase(rename->name) != 0) names.insert(rename->to);
      }
    }
    schema::Schema part;
    for (const auto& [name, table] : schema::on_dialect(after, kind()).tables) {
      if (names.count(name) != 0) part.tables.emplace(name, table);
    }
    return part;
  }

  /// The tables that the revision's operations are about, by every name that they have.
  std::set<std::string> changed_tables() const {
    std::set<std::string> names;
    for (const ops::Operation& operation : revision_.upgrade) {
      names.insert(std::string(ops::table_of(operation)));
      if (const auto* rename = std::get_if<ops::RenameTable>(&operation)) names.insert(rename->to);
    }
    return names;
  }

  /// What an application does must work in the end. What did not work before the revision is
  /// named, and is no fault of it.
  void expect_usable(const schema::Schema& after, const Usage& earlier) {
    Usage usage;
    step("use after the upgrade",
         [&] { usage = try_usage(connection_, after, changed_tables(), values_, stop_); });
    const auto was_there = [](const std::vector<Usage::Failure>& list, const Usage::Failure& now) {
      return std::any_of(list.begin(), list.end(),
                         [&](const Usage::Failure& then) { return then.what == now.what; });
    };
    for (const Usage::Failure& failure : usage.refused) {
      if (was_there(earlier.refused, failure)) continue;
      proof_.notes.push_back(failure.what + " fails: " + failure.message);
    }
    for (const Usage::Failure& failure : usage.broken) {
      const bool is_of_others =
          !failure.text_of.empty() && !selection_.empty() && !selection_.takes(failure.text_of);
      if (is_of_others) continue;
      if (was_there(earlier.broken, failure)) {
        proof_.notes.push_back(failure.what + " fails, as before the revision: " + failure.message);
        continue;
      }
      // Other rows may fare better.
      refused_by_rows_ = true;
      const char* const hint =
          failure.text_of.empty() ? "" : "say in its module which table has its text: content='…'";
      fail("use after the upgrade", {{place(), failure.what + " fails: " + failure.message, hint}},
           failure.statement);
    }
  }

  SourcePosition place() const {
    return {revision_.upgrade_positions.empty() ? revision_.path.string()
                                                : revision_.upgrade_positions.front().file,
            0, 0};
  }

  void plan_upgrade(const schema::Schema& before) {
    try {
      plan_ = connection_.dialect().plan(before, revision_.upgrade, {});
      checks_ = data_check::data_checks(connection_, before, revision_.upgrade, false);
      for (data_check::DataCheck& trial :
           expression_trials(connection_.dialect(), revision_.upgrade)) {
        checks_.push_back(std::move(trial));
      }
    } catch (const Error& error) {
      fail("plan", error.diagnostics());
    }
  }

  /// MariaDB's second upgrade goes without the runner: it asks for every statement what it costs.
  void upgrade_again() {
    if (!dialect::capabilities(kind()).tells_alter_costs) {
      runner_.upgrade(revision_.id, run_options());
      return;
    }
    proof_.costs = run_and_measure(connection_, plan_, variables_);
  }

  bool has_way_back(const schema::Schema& before) {
    try {
      static_cast<void>(history::downgrade_operations(revision_, before));
      return true;
    } catch (const Error& error) {
      proof_.notes.push_back("no downgrade to test: " + error.message());
      return false;
    }
  }

  /// Takes the revision back; returns whether the rows were there. Rows that refer to something
  /// which the revision gives up stand in the way, as `downgrade` says before it changes anything:
  /// then it is proved without rows.
  bool go_back(const GivenUp& lost, const schema::Schema& after) {
    try {
      runner_.downgrade(way_back(), run_options());
      return true;
    } catch (const Error& error) {
      const bool gives_up = !lost.tables.empty() || !lost.columns.empty();
      if (error.code() != ErrorCode::constraint || !gives_up) throw;
      proof_.notes.push_back("the downgrade was tried without rows, because it cannot keep them: " +
                             error.message());
    }
    backend::without_foreign_key_checks(connection_, [&] { empty_tables(after); });
    runner_.downgrade(way_back(), run_options());
    return false;
  }

  void empty_tables(const schema::Schema& schema) {
    const auto mine = schema::on_dialect(schema, kind());
    const auto empty = [&](const std::string& name) {
      connection_.execute("DELETE FROM " + connection_.dialect().quote_identifier(name));
    };
    for (const auto& [name, table] : mine.tables) {
      if (table.sqlite.module.empty()) empty(name);
    }
    // Virtual ones may be an index of the others' rows, which triggers keep: it must be there as
    // long as they are.
    for (const auto& [name, table] : mine.tables) {
      if (!table.sqlite.module.empty()) try_to([&] { empty(name); });
    }
  }

  /// A virtual table may take no DELETE; what is left in it belongs to no row any more.
  template <class Work>
  static void try_to(Work work) {
    try {
      work();
    } catch (const Error& error) {
      if (is_of_surroundings(error.code())) throw;
    }
  }

  void expect_schema(const std::string& after_step, const schema::Schema& expected) {
    const schema::Schema wanted = connection_.canonical(expected);
    const backend::Inspection found = connection_.inspect({});
    const schema::Schema live = connection_.dialect().reconciled(
        connection_.canonical(run::with_expected_spelling(
            connection_, expected, external_.without(found.schema),
            {.recorded = true,
             .ask = [&](const schema::Schema& schema,
                        const auto& keys) { return run::ask_spelling(options_, schema, keys); }})),
        wanted);
    const diff::Difference difference = diff::diff(wanted, live);
    if (difference.operations.empty()) return;
    // A view that the database has, but cannot read any more.
    std::vector<std::string> unreadable;
    for (const backend::Unsupported& object : found.unsupported) {
      if (!object.object.starts_with("view ")) continue;
      unreadable.push_back(fmt::format("{}: {}", object.object, object.reason));
    }
    if (!unreadable.empty()) {
      fail(after_step,
           {{place(),
             fmt::format("afterwards the database cannot read: {}", text::join(unreadable, "; ")),
             "change it in the same revision, so that it can be read afterwards"}});
    }
    fail(
        after_step,
        {{place(),
          fmt::format("the schema is then not the one that the revisions describe; found there: {}",
                      text::join(difference.detected, "; ")),
          runs_plain_sql(revision_, kind())
              ? "describe what plain SQL changes in the schema under `state:`"
              : "please report this revision: the plan for it is wrong"}});
  }

  void expect_rows(const Snapshot& before, const Snapshot& after, const GivenUp& lost) {
    const std::vector<std::string> differences = before.differences(after);
    if (differences.empty()) return;
    if (lost.runs_plain_sql) {
      proof_.notes.push_back("its plain SQL leaves different rows after the downgrade: " +
                             text::join(differences, "; "));
      return;
    }
    fail("downgrade",
         {{place(), "the rows differ from those before: " + text::join(differences, "; "),
           "a downgrade must restore every row that the revision did not drop"}});
  }

  const backend::ScratchOptions& options_;
  backend::Scratch& scratch_;
  backend::Connection& connection_;
  ExternalTables external_;
  RowValues values_;
  const std::atomic<bool>* stop_;
  const schema::Selection& selection_;
  const dialect::Variables& variables_;
  const history::Graph& graph_;
  const history::Revision& revision_;
  NullEventSink silence_;
  run::Runner runner_;
  std::set<std::string> ancestors_;
  std::vector<dialect::Statement> plan_;
  std::vector<data_check::DataCheck> checks_;
  Proof proof_;
  bool refused_by_rows_ = false;
  bool is_replaying_ = true;
};

}  // namespace

Proof prove(const backend::ScratchOptions& options, const history::Graph& graph,
            const std::string& id, const run::ParseRevision& parse, const std::atomic<bool>* stop,
            const schema::Selection& selection, const dialect::Variables& variables) {
  bool may_hold_for_others = runs_plain_sql(graph.get(id), options.kind);
  const auto brief = short_history(graph, id, graph.fold(graph.ancestors(graph.needs(id))));
  const auto run_on = [&](const history::Graph& way, RowValues values, bool& is_replaying) {
    backend::Scratch scratch(options);
    Prover prover(options, scratch, way, id, parse, values, stop, selection, variables);
    try {
      return prover.run();
    } catch (const Error&) {
      is_replaying = prover.is_replaying();
      may_hold_for_others = may_hold_for_others || prover.refused_by_rows();
      throw;
    }
  };
  const auto run = [&](RowValues values) {
    bool is_replaying = false;
    try {
      return run_on(brief ? *brief : graph, values, is_replaying);
    } catch (const Error& error) {
      // What cannot be made at once may be reached step by step, and says there what is wrong.
      if (!brief || !is_replaying || error.code() != ErrorCode::failed) throw;
      return run_on(graph, values, is_replaying);
    }
  };
  try {
    return run(RowValues::edges);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::failed || !may_hold_for_others) throw;
    Proof proof = run(RowValues::plain);
    proof.notes.push_back("it fails with the smallest or largest values of a type: " +
                          error.message());
    return proof;
  }
}

}  // namespace dbmig::proof
