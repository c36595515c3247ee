#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/render.hpp"
#include "dialect/mariadb/routine.hpp"
#include "dialect/mariadb/sequence.hpp"
#include "dialect/mariadb/token_cursor.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::RoutineKind;

std::string definer_clause(const std::string& definer) {
  const std::string name = canonical_definer(definer);
  if (name.empty()) return {};
  const std::size_t at = name.rfind('@');
  if (at == std::string::npos) return "DEFINER=" + quote(name) + ' ';  // a role
  return "DEFINER=" + quote(name.substr(0, at)) + '@' + quote(name.substr(at + 1)) + ' ';
}

/// `rest` begins with the kind of the program.
std::string create_program(const schema::MariadbProgram& program, bool replace,
                           const std::string& rest) {
  const std::string create =
      (replace ? "CREATE OR REPLACE " : "CREATE ") + definer_clause(program.definer) + rest;
  if (!program.sql_mode) return create;
  const std::string mode = "SET STATEMENT sql_mode=" + string_literal(*program.sql_mode) + " FOR ";
  // What a quote, a backslash or a blank means is settled before a statement is read.
  constexpr std::array<std::string_view, 6> kReading = {
      "NO_BACKSLASH_ESCAPES", "ANSI",         "ORACLE",
      "PIPES_AS_CONCAT",      "IGNORE_SPACE", "HIGH_NOT_PRECEDENCE"};
  const bool reads_otherwise = std::any_of(
      kReading.begin(), kReading.end(),
      [&](std::string_view word) { return program.sql_mode->find(word) != std::string::npos; });
  return mode + (reads_otherwise ? "EXECUTE IMMEDIATE " + string_literal(create) : create);
}

/// Only an aggregate function can have FETCH GROUP NEXT ROW, and each one must.
bool is_aggregate(const schema::Routine& routine) {
  if (routine.kind != RoutineKind::function) return false;
  try {
    const std::vector<Token> tokens = tokenize(routine.sql);
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
      if (text::equals_ignoring_case(tokens[i].text, "fetch") &&
          text::equals_ignoring_case(tokens[i + 1].text, "group") &&
          text::equals_ignoring_case(tokens[i + 2].text, "next")) {
        return true;
      }
    }
  } catch (const Error&) {
    // Of a sql_mode with other strings.
    return text::lower(routine.sql).find("fetch group next row") != std::string::npos;
  }
  return false;
}

}  // namespace

std::string create_view(const schema::View& view, bool replace) {
  std::string out = replace ? "CREATE OR REPLACE " : "CREATE ";
  const schema::MariadbView& own = view.mariadb;
  if (!own.algorithm.empty()) out += "ALGORITHM=" + text::upper(own.algorithm) + ' ';
  out += definer_clause(own.definer);
  if (!own.security.empty()) out += "SQL SECURITY " + text::upper(own.security) + ' ';
  out += "VIEW " + quote(view.name) +
         (view.columns.empty() ? "" : ' ' + column_list(view.columns)) + " AS " +
         view.sql.for_dialect(DialectKind::mariadb);
  if (!own.check_option.empty()) out += " WITH " + text::upper(own.check_option) + " CHECK OPTION";
  return out;
}

std::string create_trigger(const schema::Trigger& trigger, bool replace) {
  return create_program(
      trigger.mariadb, replace,
      "TRIGGER " + quote(trigger.name) + ' ' + trigger.sql.for_dialect(DialectKind::mariadb));
}

std::string create_routine(const schema::Routine& routine, bool replace) {
  // A sequence has neither a definer nor a sql_mode.
  const schema::MariadbProgram none;
  const bool is_sequence = routine.kind == RoutineKind::sequence;
  return create_program(is_sequence ? none : routine.mariadb, replace,
                        (is_aggregate(routine) ? "AGGREGATE " : "") +
                            text::upper(schema::to_string(routine.kind)) + ' ' +
                            quote(routine.name) + ' ' + routine.sql);
}

std::string drop_routine(RoutineKind kind, const std::string& name) {
  // The server removes an event by itself when its time is past.
  const char* if_exists = kind == RoutineKind::event ? "IF EXISTS " : "";
  return "DROP " + text::upper(schema::to_string(kind)) + ' ' + if_exists + quote(name);
}

std::vector<std::string> alter_sequence(const schema::Routine& from, const schema::Routine& to) {
  try {
    const Sequence old = read_sequence(from.sql);
    const Sequence now = read_sequence(to.sql);
    std::vector<std::string> out;
    if (sequence_options(old) != sequence_options(now)) {
      out.push_back("ALTER SEQUENCE " + quote(to.name) + ' ' + sequence_options(now));
    }
    std::vector<std::string> options;
    if (!text::equals_ignoring_case(old.engine, now.engine)) {
      options.push_back("ENGINE=" + (now.engine.empty() ? std::string("InnoDB") : now.engine));
    }
    if (old.comment != now.comment) options.push_back("COMMENT=" + string_literal(now.comment));
    if (!options.empty()) {
      out.push_back("ALTER TABLE " + quote(to.name) + ' ' + text::join(options, ", "));
    }
    return out;
  } catch (const ParseError&) {
    return {drop_routine(from.kind, from.name), create_routine(to, false)};
  }
}

}  // namespace dbmig::dialect::mariadb
