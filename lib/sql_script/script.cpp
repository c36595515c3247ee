#include "sql_script/script.hpp"

#include <fmt/core.h>

#include <map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "dialect/script.hpp"
#include "sql_script/script_reach.hpp"
#include "sql_script/script_statement.hpp"

namespace dbmig::sql_script {
namespace {

/// Runs the statements of scripts on one session.
class ScriptRunner {
 public:
  ScriptRunner(backend::Connection& connection, EventSink& events)
      : connection_(connection), kind_(connection.dialect().kind()), events_(events) {}

  void run(const Script& script) {
    script_ = script.name;
    const auto statements = dialect::split_script(kind_, script.text, script.name);
    if (statements.empty()) {
      events_.warning("dbmig.sql", fmt::format("{} holds no statement", script.name));
    }
    for (const dialect::ScriptStatement& statement : statements) one(statement);
  }

  Places take_places() { return std::move(places_); }

 private:
  void one(const dialect::ScriptStatement& statement) {
    const ScriptHead head = head_of(statement);
    switch (head.action) {
      case ScriptAction::skip:
        return;
      case ScriptAction::skip_told:
        return events_.warning("dbmig.sql",
                               fmt::format("{}: skipped, it is not part of a schema: {}",
                                           to_string(statement.where), beginning(statement.sql)));
      case ScriptAction::use:
        return use(head.name, statement);
      case ScriptAction::refuse:
        ask_the_parser(statement);
        throw refusal(statement,
                      fmt::format("{} is not run in a scratch database",
                                  text::upper(head.verb.empty() ? "this" : head.verb)),
                      "leave it out: only statements that create, change or drop objects are used");
      case ScriptAction::run:
        break;
    }
    send(head, statement);
  }

  ScriptHead head_of(const dialect::ScriptStatement& statement) const {
    try {
      return script_head(kind_, statement.sql);
    } catch (const Error& error) {
      throw refusal(statement, error.message(), error.diagnostics().front().hint);
    }
  }

  /// `USE x` and `CREATE DATABASE x`: what the script calls the database.
  void use(const std::string& name, const dialect::ScriptStatement& statement) {
    if (name == database_) return;
    if (made_) {
      throw refusal(statement,
                    fmt::format("the script is about two databases, '{}' and '{}'",
                                database_.empty() ? "(the first)" : database_, name),
                    "split it: a model describes one database");
    }
    database_ = name;
  }

  void send(const ScriptHead& head, const dialect::ScriptStatement& statement) {
    std::string sql = statement.sql;
    // A query makes nothing: one that may do more than ask is passed over like any other.
    if (head.verb == "select" && !reach_of(head).empty()) return;
    if (kind_ == DialectKind::mariadb) refuse_reach(head, statement);
    if (kind_ == DialectKind::mariadb && head.verb != "set" && head.verb != "select") {
      if (database_.empty() && !made_) database_ = head.qualifier;
      std::string foreign = foreign_database(head, database_);
      if (foreign.empty() && head.section == "events" && runs_events()) {
        foreign = database_of_event(head, database_);
      }
      if (!foreign.empty()) {
        throw refusal(statement, fmt::format("this uses another database, '{}'", foreign),
                      "a script is run in a scratch database, and must stay there");
      }
      if (!database_.empty()) sql = without_qualifier(sql, head.words, database_);
      made_ = true;
    }
    if (head.verb == "create" && !head.name.empty()) note_place(head, statement);
    events_.on(event::Statement{sql});
    located(statement, [&] {
      connection_.execute(sql);
      // What a dump wrote into the catalogue counts only when it is read anew.
      if (head.verb == "pragma" && head.words.size() > 3 && head.words[1].is("writable_schema") &&
          (head.words[3].is("off") || head.words[3].text == "0")) {
        connection_.execute("PRAGMA writable_schema = RESET");
      }
    });
  }

  void refuse_reach(const ScriptHead& head, const dialect::ScriptStatement& statement) {
    std::string reach = reach_of(head);
    if (reach.empty() && head.section == "events" && runs_events()) reach = reach_of_event(head);
    if (reach.empty()) return;
    throw refusal(statement, fmt::format("{} is not run in a scratch database", reach),
                  "leave it out, or write the objects that it creates: only statements within one "
                  "database are run");
  }

  /// What is not to be run may be misspelled: then the database's words help more than ours.
  void ask_the_parser(const dialect::ScriptStatement& statement) {
    const bool mariadb = kind_ == DialectKind::mariadb;
    const std::string sql =
        mariadb ? "PREPARE dbmig_parse FROM " + connection_.dialect().quote_string(statement.sql)
                : "EXPLAIN " + statement.sql;
    constexpr int kMariadbSyntax = 1064;
    constexpr int kSqliteError = 1;
    located(statement, [&] {
      try {
        connection_.execute(sql);
      } catch (const Error& error) {
        if (error.native_code() == (mariadb ? kMariadbSyntax : kSqliteError)) {
          throw Error(error.code(), error.message()).sql(statement.sql);
        }
      }
    });
  }

  /// Runs `work`; its error gets the statement's place.
  template <class Work>
  static void located(const dialect::ScriptStatement& statement, const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      throw Error(error.code(), error.message())
          .hint(error.diagnostics().front().hint)
          .at(statement.where)
          .native(error.native_code())
          .sql(error.statement());
    }
  }

  bool runs_events() {
    return text::equals_ignoring_case(
        connection_.query("SELECT @@GLOBAL.event_scheduler").rows.at(0).at(0).value_or(""), "ON");
  }

  void note_place(const ScriptHead& head, const dialect::ScriptStatement& statement) {
    const auto [at, is_new] = places_.try_emplace({head.section, head.name}, statement.where);
    if (!is_new && at->second.file != script_) {
      const std::string what = head.section.substr(0, head.section.size() - 1);
      throw refusal(statement, fmt::format("{} '{}' is defined twice", what, head.name),
                    fmt::format("the first one is at {}", to_string(at->second)));
    }
    at->second = statement.where;
  }

  static Error refusal(const dialect::ScriptStatement& statement, std::string message,
                       std::string hint) {
    return Error(ErrorCode::invalid, std::move(message))
        .hint(std::move(hint))
        .at(statement.where)
        .sql(statement.sql);
  }

  static std::string beginning(const std::string& sql) {
    constexpr std::size_t kShown = 60;
    const std::string line = sql.substr(0, sql.find('\n'));
    if (line.size() <= kShown) return line;
    return line.substr(0, line.rfind(' ', kShown)) + " …";
  }

  backend::Connection& connection_;
  DialectKind kind_;
  EventSink& events_;
  std::string script_;
  std::string database_;  ///< as the script calls it
  bool made_ = false;
  Places places_;
};

/// Where the other end of a foreign key may stand elsewhere, nothing says that others manage it.
void leave_open(schema::Schema& schema) {
  for (auto& [name, table] : schema.tables) {
    for (schema::ForeignKey& key : table.foreign_keys) key.external = false;
  }
}

}  // namespace

ScriptSchema read_scripts(backend::Scratch& scratch, const std::vector<Script>& scripts,
                          const ScriptOptions& options, EventSink& events) {
  ScriptSchema result;
  {
    // A script's settings must not show in what is read afterwards.
    const std::unique_ptr<backend::Connection> own = scratch.connect_again();
    backend::Connection& connection = own ? *own : scratch.connection();
    if (own && options.is_part) connection.execute("SET SESSION foreign_key_checks = 0");
    ScriptRunner runner(connection, events);
    for (const Script& script : scripts) runner.run(script);
    result.places = runner.take_places();
    if (!own) connection.execute("PRAGMA legacy_alter_table = OFF");
  }
  result.inspection = scratch.connection().inspect({});
  if (options.is_part) leave_open(result.inspection.schema);
  return result;
}

}  // namespace dbmig::sql_script
