#include "transfer/copy_mark.hpp"

#include <fmt/core.h>

#include <span>

#include "backend/has_table.hpp"
#include "base/error.hpp"
#include "dialect/sql_forms.hpp"

namespace dbmig::transfer {

void mark_copy(backend::Connection& target, const Url& source) {
  const dialect::SqlForms& forms = dialect::sql_forms(target.dialect().kind());
  target.execute(fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (source TEXT NOT NULL, started VARCHAR(40) NOT NULL){}",
      kCopyMark, forms.table_options()));
  target.execute(fmt::format("DELETE FROM {}", kCopyMark));
  const backend::Value name = source.redacted();
  target.execute(
      fmt::format("INSERT INTO {} (source, started) VALUES (?, {})", kCopyMark, forms.utc_now()),
      std::span(&name, 1));
}

void unmark_copy(backend::Connection& target) {
  target.execute(fmt::format("DROP TABLE IF EXISTS {}", kCopyMark));
}

std::optional<std::string> find_killed_copy(backend::Connection& database) {
  try {
    if (!backend::has_table(database, kCopyMark)) return std::nullopt;
    const auto rows = database.query(fmt::format("SELECT source, started FROM {}", kCopyMark)).rows;
    const std::string from = rows.empty()
                                 ? std::string()
                                 : fmt::format(" from {} that began {} UTC",
                                               rows[0][0].value_or(""), rows[0][1].value_or(""));
    return fmt::format(
        "A copy{} was interrupted: rows are missing here{}. Run that `dbmig copy` again; --resume "
        "keeps the tables that already have the source's rows",
        from,
        backend::has_table(database, "dbmig_copy_triggers") ? ", and triggers are missing" : "");
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted || error.code() == ErrorCode::connection) throw;
    return std::nullopt;
  }
}

}  // namespace dbmig::transfer
