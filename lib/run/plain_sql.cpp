#include "run/plain_sql.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/script.hpp"

namespace dbmig::run {
namespace {

/// Tables stand near the beginning; behind it there may be megabytes of rows.
std::vector<dialect::ScriptWord> beginning(DialectKind kind, std::string_view sql) {
  constexpr std::size_t kEnough = 4000;
  try {
    return dialect::script_words(kind, sql.substr(0, kEnough));
  } catch (const Error&) {
    return dialect::script_words(kind, sql);  // that was in the middle of a string
  }
}

}  // namespace

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
      context.events.warning(
          "dbmig.run", fmt::format("The connection that ran this is gone, so it is run again, and "
                                   "may come out otherwise: {}",
                                   statement.sql));
    }
    context.connection.execute(statement.sql);
  }
}

}  // namespace dbmig::run
