#include "run/plain_sql.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/script.hpp"
#include "run/variables.hpp"

namespace dbmig::run {
namespace {

/// Tables are named near the beginning; megabytes of rows may follow.
std::vector<dialect::ScriptWord> beginning(DialectKind kind, std::string_view sql) {
  constexpr std::size_t kEnough = 4000;
  try {
    return dialect::script_words(kind, sql.substr(0, kEnough));
  } catch (const Error&) {
    return dialect::script_words(kind, sql);  // that was cut in the middle of a string
  }
}

/// Throws if `sql`, of an execute at `where`, is not allowed in a revision.
void refuse_text(const std::string& sql, const SourcePosition& where,
                 const dialect::Dialect& dialect) {
  std::vector<std::string> statements;
  try {
    statements = dialect.split_statements(sql);
  } catch (const Error&) {
    statements = {sql};  // not closed: sql_refusal() reports it
  }
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const auto refusal = dialect.sql_refusal(statements[i]);
    if (!refusal) continue;
    const std::string which =
        statements.size() == 1 ? "execute" : fmt::format("execute, statement {}", i + 1);
    throw Error(ErrorCode::invalid, fmt::format("{}: {}", which, refusal->reason))
        .hint(refusal->hint)
        .at(where)
        .sql(statements[i]);
  }
}

void refuse_operations(const std::vector<ops::Operation>& operations,
                       const std::vector<SourcePosition>& positions, const std::string& file,
                       const dialect::Dialect& dialect) {
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto* execute = std::get_if<ops::Execute>(&operations[i]);
    if (execute == nullptr) continue;
    const SourcePosition where = i < positions.size() ? positions[i] : SourcePosition{file, 0, 0};
    refuse_text(execute->sql.for_dialect(dialect.kind()), where, dialect);
  }
}

}  // namespace

void refuse_plain_sql(const PlannedRevision& planned, const dialect::Dialect& dialect) {
  const history::Revision& revision = planned.revision;
  const bool up = planned.direction == Direction::upgrade;
  // A derived downgrade has no lines of its own.
  const std::vector<SourcePosition>& positions =
      up ? revision.upgrade_positions : revision.downgrade_positions;
  const bool own_lines = up || revision.downgrade.has_value();
  refuse_operations(planned.operations, own_lines ? positions : std::vector<SourcePosition>{},
                    revision.path.string(), dialect);
}

void refuse_plain_sql(const RunPlan& run_plan, const history::Graph& graph,
                      const dialect::Dialect& dialect) {
  for (const std::string& id : run_plan.ids()) {
    const history::Revision& revision = graph.get(id);
    if (run_plan.direction() == Direction::upgrade) {
      refuse_operations(revision.upgrade, revision.upgrade_positions, revision.path.string(),
                        dialect);
    } else if (revision.downgrade) {
      refuse_operations(*revision.downgrade, revision.downgrade_positions, revision.path.string(),
                        dialect);
    }
  }
}

bool may_end_transaction(std::string_view sql) {
  const auto words = dialect::script_words(DialectKind::mariadb, sql);
  if (words.empty()) return false;
  return words[0].is("call") || words[0].is("begin") || words[0].is("execute") ||
         (words[0].is("set") && words.size() > 1 && words[1].is("statement"));
}

bool takes_part_in_transactions(backend::Connection& connection, std::string_view sql) {
  const dialect::Dialect& dialect = connection.dialect();
  std::set<std::string> literals;
  for (const auto& word : beginning(dialect.kind(), sql)) {
    if (word.is_name) literals.insert(dialect.quote_string(word.text));
  }
  if (literals.empty()) return true;
  return connection
      .query(fmt::format(
          "SELECT 1 FROM information_schema.tables t JOIN information_schema.engines e "
          "ON e.engine = t.engine WHERE t.table_schema = DATABASE() AND t.table_name IN ({}) AND "
          "e.transactions = 'NO' LIMIT 1",
          text::join(std::vector<std::string>(literals.begin(), literals.end()), ", ")))
      .rows.empty();
}

void restore_settings(const ApplyContext& context, std::span<const dialect::Statement> done) {
  for (const dialect::Statement& statement : done) {
    if (!statement.is_data) continue;
    constexpr std::size_t kFirstWord = 4;
    const std::string_view start = text::trim(statement.sql);
    const std::string first = text::lower(start.substr(0, kFirstWord));
    if (first.substr(0, 3) != "set" || first.find_first_of(" \t\r\n@", 3) != 3) continue;
    if (statement.sql.find('@') != std::string::npos &&
        statement.sql.find('(') != std::string::npos) {
      context.events.warning("dbmig.run",
                             fmt::format("The connection that ran this statement was lost, so it "
                                         "runs again, and its result may differ: {}",
                                         statement.sql));
    }
    send_with_values(context.connection, statement.sql, context.options.variables);
  }
}

}  // namespace dbmig::run
