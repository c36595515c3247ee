#include "teams/adopted_history.hpp"

#include <fmt/core.h>

#include <memory>
#include <utility>

#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/dialect.hpp"
#include "dialect/script.hpp"
#include "diff/diff.hpp"
#include "proof/filler.hpp"
#include "proof/outside.hpp"
#include "schema/names.hpp"
#include "schema/validate.hpp"

namespace dbmig::teams {
namespace {

/// BEGIN and COMMIT of a script: a revision is a transaction of its own.
bool ends_or_begins_transaction(DialectKind kind, const std::string& sql) {
  const std::vector<dialect::ScriptWord> words = dialect::script_words(kind, sql);
  constexpr std::size_t kMaxWords = 3;
  if (words.empty() || words.size() > kMaxWords) return false;
  return words[0].is("begin") || words[0].is("commit") || words[0].is("end") ||
         (words.size() > 1 && words[0].is("start") && words[1].is("transaction"));
}

/// A script as it can stand in a revision.
class Part {
 public:
  Part(const dialect::Dialect& dialect, const std::string& script, const std::string& name)
      : text_(script) {
    bool is_whole = true;
    for (dialect::ScriptStatement& one : dialect::split_script(dialect.kind(), script, name)) {
      if (ends_or_begins_transaction(dialect.kind(), one.sql)) {
        is_whole = false;
        continue;
      }
      statements_.push_back(std::move(one));
    }
    if (is_whole && fits(dialect)) return;
    text_.clear();
    for (const dialect::ScriptStatement& one : statements_) text_ += one.sql + ";\n";
    if (fits(dialect)) return;
    throw Error(ErrorCode::invalid, "the statements cannot be told apart in a revision")
        .at({name, 0, 0})
        .hint("split the file into several");
  }

  bool empty() const { return statements_.empty(); }
  const std::string& text() const { return text_; }

  void run(backend::Connection& connection, const std::atomic<bool>* stop) const {
    for (const dialect::ScriptStatement& one : statements_) {
      proof::stop_if_asked(stop);
      try {
        connection.execute(one.sql);
      } catch (const Error& error) {
        throw Error(error.code(), error.message())
            .hint(error.diagnostics().front().hint)
            .at(one.where)
            .native(error.native_code())
            .sql(one.sql);
      }
    }
  }

 private:
  bool fits(const dialect::Dialect& dialect) const {
    try {
      return dialect.split_statements(text_).size() == statements_.size();
    } catch (const Error&) {
      return false;
    }
  }

  std::string text_;
  std::vector<dialect::ScriptStatement> statements_;
};

schema::SqlText text_for(DialectKind kind, const std::string& sql) {
  schema::SqlText text;
  (kind == DialectKind::mariadb ? text.mariadb : text.sqlite) = sql;
  return text;
}

schema::Schema inspected(backend::Connection& connection) {
  schema::Schema schema = connection.inspect({}).schema;
  for (auto& [name, table] : schema.tables) table = schema::with_names(std::move(table));
  return schema::normalized(std::move(schema));
}

/// Takes one file into the database behind `connection`, which has `schema`.
class Step {
 public:
  Step(backend::Connection& connection, const MigrationFile& file, schema::Schema& schema,
       const std::atomic<bool>* stop)
      : connection_(connection),
        kind_(connection.dialect().kind()),
        file_(file),
        name_(file.path.generic_string()),
        schema_(schema),
        stop_(stop) {}

  history::Revision take(history::Revision revision, std::vector<std::string>& notes) {
    const Part up(connection_.dialect(), file_.up, name_);
    Part down(connection_.dialect(), file_.down, name_ + " (down)");
    if (up.empty()) {
      notes.push_back(fmt::format("{} has no statement", name_));
      return revision;
    }
    ops::Execute execute;
    execute.sql = text_for(kind_, up.text());
    if (!down.empty()) execute.undo = text_for(kind_, down.text());
    refuse_to_leave(execute);
    up.run(connection_, stop_);
    schema::Schema after = inspected(connection_);
    if (execute.undo && !leads_back(down, notes)) execute.undo.reset();
    if (!down.empty()) {
      // Up again, also after a way down that failed half-way: from the beginning would be too dear.
      after = again(up, std::move(after), notes);
    }
    execute.state = diff::diff(schema_, after).operations;
    schema_ = std::move(after);
    revision.upgrade.emplace_back(std::move(execute));
    return revision;
  }

  /// Whether the database is to be made anew: a way down left it in between.
  bool is_spoiled() const { return is_spoiled_; }

 private:
  void refuse_to_leave(const ops::Execute& execute) const {
    if (!dialect::capabilities(kind_).is_server) return;
    const std::string why = proof::reaches_out(connection_.dialect(), {execute});
    if (why.empty()) return;
    throw Error(ErrorCode::refused,
                fmt::format("this may reach out of its database and is not run in a scratch "
                            "database ({})",
                            why))
        .at({name_, 0, 0})
        .hint("leave it out of the file, and write it into a revision by hand");
  }

  bool leads_back(const Part& down, std::vector<std::string>& notes) {
    std::string why;
    try {
      down.run(connection_, stop_);
      const diff::Difference left =
          diff::diff(connection_.canonical(schema_), connection_.canonical(inspected(connection_)));
      if (left.operations.empty()) return true;
      why = "it leaves " + text::join(left.detected, "; ");
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
      why = error.message();
    }
    is_spoiled_ = true;
    notes.push_back(fmt::format(
        "the down migration of {} does not restore the schema and was left out: {}", name_, why));
    return false;
  }

  schema::Schema again(const Part& up, schema::Schema after, std::vector<std::string>& notes) {
    if (is_spoiled_) return after;
    up.run(connection_, stop_);
    const diff::Difference other =
        diff::diff(connection_.canonical(after), connection_.canonical(inspected(connection_)));
    if (!other.operations.empty()) {
      notes.push_back(
          fmt::format("{} gives a different schema when it runs again after its down migration: {}",
                      name_, text::join(other.detected, "; ")));
      is_spoiled_ = true;
    }
    return after;
  }

  backend::Connection& connection_;
  DialectKind kind_;
  const MigrationFile& file_;
  std::string name_;
  schema::Schema& schema_;
  const std::atomic<bool>* stop_;
  bool is_spoiled_ = false;
};

}  // namespace

AdoptedHistory adopt_history(const backend::ScratchOptions& options, const MigrationFiles& files,
                             const MakeRevision& make, const std::atomic<bool>* stop) {
  AdoptedHistory result;
  result.notes = files.notes;
  auto scratch = std::make_unique<backend::Scratch>(options);
  for (std::size_t i = 0; i < files.files.size(); ++i) {
    const MigrationFile& file = files.files[i];
    history::Revision revision = make(file);
    if (!result.revisions.empty()) revision.parents = {result.revisions.back().id};
    if (!files.tool.empty()) revision.adopts[files.tool] = {file.version};
    Step step(scratch->connection(), file, result.schema, stop);
    result.revisions.push_back(step.take(std::move(revision), result.notes));
    if (!step.is_spoiled()) continue;
    scratch = std::make_unique<backend::Scratch>(options);
    for (std::size_t earlier = 0; earlier <= i; ++earlier) {
      const MigrationFile& one = files.files[earlier];
      Part(scratch->connection().dialect(), one.up, one.path.filename().string())
          .run(scratch->connection(), stop);
    }
  }
  return result;
}

}  // namespace dbmig::teams
