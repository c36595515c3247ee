#include "run/offline.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "data_check/script_checks.hpp"
#include "dialect/dialect.hpp"
#include "dialect/needed_version.hpp"
#include "dialect/reopened_table.hpp"
#include "ops/apply.hpp"
#include "run/apply.hpp"
#include "run/losses.hpp"
#include "run/plain_sql.hpp"
#include "run/preflight.hpp"
#include "run/requirements.hpp"
#include "run/variables.hpp"

namespace dbmig::run {
namespace {

/// A script for the database's own client.
class ScriptWriter {
 public:
  explicit ScriptWriter(const dialect::Dialect& dialect)
      : dialect_(dialect), frame_(dialect.script_frame()) {}

  void comment(std::string line) {
    for (char& c : line) {
      if (c == '\n' || c == '\r' || c == '\0') c = ' ';
    }
    close();
    text_ += "-- " + line + "\n\n";
  }

  void add(const std::string& sql, bool is_data) {
    // Consecutive row changes share a transaction, up to the next statement that commits by itself.
    if (is_data) {
      open();
    } else {
      close();
    }
    text_ += dialect_.for_client(sql) + '\n';
    if (!is_data) definitions_.push_back(sql);
  }
  /// What the next statement needs; often nothing.
  void prepare(const std::string& sql) {
    if (!sql.empty()) add(sql, false);
  }

  std::string finish() && {
    close();
    const std::string version = dialect::needed_version(dialect_.kind(), definitions_);
    const std::string needs =
        version.empty() ? "" : fmt::format("-- Needs {} or newer.\n\n", version);
    return frame_.begin + needs + std::move(text_) + frame_.end;
  }

 private:
  void open() {
    if (in_transaction_ || dialect_.transactional_ddl()) return;
    text_ += "START TRANSACTION;\n\n";
    in_transaction_ = true;
  }
  void close() {
    if (in_transaction_) text_ += "COMMIT;\n\n";
    in_transaction_ = false;
  }

  const dialect::Dialect& dialect_;
  dialect::ScriptFrame frame_;
  std::string text_;
  std::vector<std::string> definitions_;  ///< statements that change no rows
  bool in_transaction_ = false;
};

void prepare_history(ScriptWriter& script, DialectKind kind, bool is_first) {
  // There may be an empty table of an older format.
  if (is_first) script.add(RevisionStore::create_statement(kind), false);
  for (const std::string& statement : RevisionStore::script_format_statements(kind)) {
    script.add(statement, false);
  }
}

/// What statements of a plan need before them in a script.
class Preparation {
 public:
  Preparation(DialectKind kind, const schema::Schema& before,
              std::span<const ops::Operation> operations)
      : kind_(kind), before_(before), operations_(operations) {}

  /// Empty if `statement` needs nothing. To be called for all statements, in their order.
  std::string before(const dialect::Statement& statement) {
    const std::size_t first = statement.first_operation;
    if (first >= operations_.size() || prepared_ == first) return {};
    const std::size_t end = std::min(statement.last_operation + 1, operations_.size());
    const bool renames = std::any_of(operations_.begin() + static_cast<std::ptrdiff_t>(first),
                                     operations_.begin() + static_cast<std::ptrdiff_t>(end),
                                     [](const ops::Operation& one) {
                                       const auto* alter = std::get_if<ops::AlterColumn>(&one);
                                       return alter != nullptr && alter->rename;
                                     });
    if (!renames) return {};
    prepared_ = first;
    schema::Schema met = before_;
    for (std::size_t i = 0; i < first; ++i) met = ops::apply(std::move(met), operations_[i]);
    const schema::Table* table = met.find_table(std::string(ops::table_of(operations_[first])));
    return table == nullptr ? std::string() : dialect::before_renamed_columns(kind_, *table);
  }

 private:
  DialectKind kind_;
  const schema::Schema& before_;
  std::span<const ops::Operation> operations_;
  std::optional<std::size_t> prepared_;  ///< first operation of the last statements with one
};

/// Without a database nothing can be counted, so every loss is listed.
std::string loss_comment(const Loss& loss) {
  return fmt::format("Loses {}{}", loss.what, loss.is_table ? " with all its rows" : "");
}

/// A client checks no rows before a statement: what does not fit may be cut or rounded.
std::string check_comment(const data_check::DataCheck& check, std::string_view command) {
  return fmt::format(
      "Does not check the rows of table '{}': {}. `dbmig {}` does, and goes on if this is 0: {}",
      check.table, check.violation, command, check.count);
}

/// The checks of the rows that a run would make, revision by revision.
class ScriptChecks {
 public:
  ScriptChecks(const dialect::Dialect& dialect, const RunPlan& run_plan)
      : dialect_(dialect), at_once_(preflight(dialect, run_plan)) {}

  /// Those of the next revision, which meets the schema `before`.
  std::vector<data_check::DataCheck> next(const schema::Schema& before,
                                          const PlannedRevision& planned) {
    if (index_ < at_once_.size()) return std::move(at_once_[index_++].checks);
    return data_check::script_checks(dialect_, before, planned.operations,
                                     planned.direction == Direction::downgrade);
  }

 private:
  const dialect::Dialect& dialect_;
  std::vector<PlannedRevision> at_once_;
  std::size_t index_ = 0;
};

void add_ids(const std::vector<history::Replaced>& range, std::vector<std::string>& ids) {
  for (const history::Replaced& one : range) {
    ids.push_back(one.id);
    add_ids(one.replaces, ids);
  }
}

/// A database that the script meets may have taken the revisions that a squash replaces.
std::string forget_statement(const dialect::Dialect& dialect, const history::Header& revision) {
  std::vector<std::string> ids{revision.id};
  add_ids(revision.replaces, ids);
  for (std::string& id : ids) id = dialect.quote_string(id);
  return fmt::format("DELETE FROM {} WHERE id {}", RevisionStore::kTable,
                     ids.size() == 1 ? "= " + ids.front() : "IN (" + text::join(ids, ", ") + ")");
}

}  // namespace

std::string offline_script(const history::Graph& graph, DialectKind kind, Direction direction,
                           const std::set<std::string>& applied,
                           const std::set<std::string>& targets,
                           const dialect::Variables& variables) {
  const std::set<std::string> have = graph.ancestors(applied);
  return offline_script_along(graph, kind, direction, applied,
                              direction == Direction::upgrade ? graph.upgrade_path(have, targets)
                                                              : graph.downgrade_path(have, targets),
                              variables);
}

std::string offline_script_along(const history::Graph& graph, DialectKind kind, Direction direction,
                                 const std::set<std::string>& applied,
                                 const std::vector<std::string>& ids,
                                 const dialect::Variables& variables) {
  const dialect::Dialect& dialect = dialect::dialect(kind);
  ScriptWriter script(dialect);
  prepare_history(script, kind, applied.empty());
  RunPlan run_plan(direction, graph, graph.in_order(graph.ancestors(applied)), ids);
  refuse_unset_variables(run_plan, graph, kind, variables);
  ScriptChecks checks(dialect, run_plan);
  std::optional<LossFinder> losses;
  while (const std::optional<RunPlan::Step> step = run_plan.next()) {
    PlannedRevision planned;
    planned.direction = direction;
    planned.revision = *step->revision;
    planned.operations = step->operations;
    if (direction == Direction::downgrade) fill_gaps(planned, run_plan.before(), kind);
    refuse_plain_sql(planned, dialect);
    script.comment(running_line(planned));
    if (direction == Direction::upgrade) {
      for (const history::Requirement& one : planned.revision.requirements) {
        if (!one.message.empty()) script.comment("Requires " + one.message);
        for (const std::string& guard : requirement_guard(one, dialect, variables)) {
          script.add(guard, false);
        }
      }
    }
    planned.statements = dialect.plan(run_plan.before(), planned.operations, {});
    if (direction == Direction::downgrade) {
      if (!losses) losses.emplace(dialect, run_plan.before());
      for (const Loss& loss : losses->follow(run_plan.before(), planned.operations)) {
        script.comment(loss_comment(loss));
      }
    }
    for (const data_check::DataCheck& check : checks.next(run_plan.before(), planned)) {
      script.comment(check_comment(check, to_string(direction)));
    }
    Preparation preparation(kind, run_plan.before(), planned.operations);
    for (std::size_t i = 0; i < planned.statements.size(); ++i) {
      try {
        script.prepare(preparation.before(planned.statements[i]));
        script.add(dialect::with_values(dialect, planned.statements[i].sql, variables),
                   planned.statements[i].is_data);
      } catch (const Error& error) {
        throw in_revision(error, planned, i);
      }
    }
    script.add(direction == Direction::upgrade
                   ? RevisionStore::insert_statement(kind, complete_row(planned, 0))
                   : forget_statement(dialect, planned.revision),
               true);
  }
  return std::move(script).finish();
}

std::string stamp_script(const history::Graph& graph, DialectKind kind,
                         const std::set<std::string>& applied,
                         const std::set<std::string>& targets) {
  const dialect::Dialect& dialect = dialect::dialect(kind);
  ScriptWriter script(dialect);
  prepare_history(script, kind, applied.empty());
  const std::set<std::string> had = graph.ancestors(applied);
  const std::set<std::string> has = graph.ancestors(targets);
  script.comment(fmt::format("Running stamp_revision {} -> {}",
                             text::join({applied.begin(), applied.end()}, ", "),
                             text::join({targets.begin(), targets.end()}, ", ")));
  for (const std::string& id : graph.topological()) {
    if (had.count(id) == has.count(id)) continue;
    if (had.count(id) != 0) {
      script.add(forget_statement(dialect, graph.header(id)), true);
      continue;
    }
    PlannedRevision planned;
    planned.revision = graph.get(id);
    script.add(RevisionStore::insert_statement(kind, complete_row(planned, 0)), true);
  }
  return std::move(script).finish();
}

std::string client_script(const dialect::Dialect& dialect, const schema::Schema& before,
                          std::span<const ops::Operation> operations,
                          std::span<const dialect::DependentObject> dependent_objects,
                          const std::vector<std::string>& comments) {
  const std::vector<dialect::Statement> statements =
      dialect.plan(before, operations, dependent_objects);
  if (statements.empty()) return {};
  ScriptWriter script(dialect);
  for (const std::string& line : comments) script.comment(line);
  Preparation preparation(dialect.kind(), before, operations);
  for (const dialect::Statement& statement : statements) {
    script.prepare(preparation.before(statement));
    script.add(statement.sql, statement.is_data);
  }
  return std::move(script).finish();
}

std::vector<std::string> row_comments(backend::Connection& connection, const schema::Schema& before,
                                      std::span<const ops::Operation> operations) {
  std::vector<std::string> comments;
  LossFinder losses(connection.dialect(), before);
  for (const Loss& loss : losses.follow(before, operations)) comments.push_back(loss_comment(loss));
  for (const data_check::DataCheck& check :
       data_check::data_checks(connection, before, operations, false)) {
    comments.push_back(check_comment(check, to_string(Direction::upgrade)));
  }
  return comments;
}

}  // namespace dbmig::run
