#include "backend/mariadb/cached_table.hpp"

#include <fmt/core.h>
#include <mysql.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/mariadb/render.hpp"
#include "dialect/script.hpp"

namespace dbmig::backend::mariadb {
namespace {

constexpr int kUnknownColumn = 1054;
constexpr std::array<std::string_view, 3> kUses = {"'CHECK'", "'GENERATED ALWAYS AS'", "'DEFAULT'"};

bool renames_column(std::string_view lower_sql) {
  return lower_sql.find("rename column") != std::string_view::npos ||
         lower_sql.find("change column") != std::string_view::npos;
}

/// The name of the table that `sql` alters; empty if it does not alter one.
std::string table_of(std::string_view sql) {
  const auto words = dialect::script_words(DialectKind::mariadb, sql);
  const auto table = std::find_if(words.begin(), words.end(), [](const auto& word) {
    return !word.is("alter") && !word.is("online") && !word.is("ignore") && !word.is("table") &&
           !word.is("if") && !word.is("exists");
  });
  return table == words.end() ? "" : table->text;
}

/// Nobody else opens the table until its destruction, if the user may lock it.
class TableLock {
 public:
  TableLock(Session& session, const std::string& table) : session_(session) {
    try {
      session_.execute("LOCK TABLES " + table + " WRITE");
    } catch (const Error& error) {
      if (error.code() != ErrorCode::access) throw;
    }
  }
  ~TableLock() { mysql_query(session_.native(), "UNLOCK TABLES"); }
  TableLock(const TableLock&) = delete;
  TableLock& operator=(const TableLock&) = delete;

 private:
  Session& session_;
};

}  // namespace

bool is_of_cached_table(const Error& error) {
  return error.native_code() == kUnknownColumn && renames_column(text::lower(error.statement())) &&
         std::any_of(kUses.begin(), kUses.end(), [&](std::string_view use) {
           return error.message().find(use) != std::string::npos;
         });
}

void run_on_reopened_table(Session& session, const Error& error) {
  const Value table = table_of(error.statement());
  const Rows found = session.query(
      "SELECT table_comment FROM information_schema.tables WHERE table_schema = DATABASE() "
      "AND table_name = ?",
      std::span(&table, 1));
  if (found.rows.empty()) throw error;
  const std::string name = dialect::mariadb::quote(*table);
  const TableLock lock(session, name);
  session.execute(fmt::format("ALTER TABLE {} COMMENT = {}", name,
                              dialect::dialect(DialectKind::mariadb)
                                  .quote_string(found.rows.front().front().value_or(""))));
  session.execute(error.statement());
}

}  // namespace dbmig::backend::mariadb
