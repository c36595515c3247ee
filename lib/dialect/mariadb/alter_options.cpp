#include "dialect/mariadb/alter_options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/render.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Table;

// Aria's own. The first is known to Aria and InnoDB alone, the second to all engines.
constexpr const char* kTransactional = "TRANSACTIONAL";
constexpr const char* kPageChecksum = "PAGE_CHECKSUM";

std::string option_as_written(const Table& built, const std::string& name) {
  for (const auto& [written, value] : built.mariadb.options) {
    if (text::equals_ignoring_case(written, name)) return written;
  }
  return name;
}

bool is_aria(const schema::MariadbTable& table) {
  return text::equals_ignoring_case(table.engine, "aria");
}

/// What a table has when nothing is said: 0 for numbers, which know no DEFAULT. Aria keeps its
/// checksum as it is under DEFAULT.
std::string reset_value(const std::string& name, const schema::MariadbTable& table) {
  static const std::set<std::string> kNumbers = {"AVG_ROW_LENGTH", "CHECKSUM", "DELAY_KEY_WRITE",
                                                 "KEY_BLOCK_SIZE", "MAX_ROWS", "MIN_ROWS"};
  if (name == kPageChecksum && is_aria(table)) return "1";
  return kNumbers.count(name) > 0 ? "0" : "DEFAULT";
}

std::vector<std::string> options_that_go(const schema::MariadbTable& old,
                                         const schema::MariadbTable& now) {
  std::vector<std::string> clauses;
  for (const auto& [name, value] : old.options) {
    if (now.options.count(name) == 0) clauses.push_back(name + "=" + reset_value(name, old));
  }
  return clauses;
}

/// Where the files of a table are is said when it is made; ALTER TABLE leaves them where they are,
/// with a warning, and knows no way back to the database's own directory.
void require_same_place(const Table& before, const Table& after) {
  for (const char* name : {"DATA DIRECTORY", "INDEX DIRECTORY"}) {
    const auto& old = before.mariadb.options;
    const auto& now = after.mariadb.options;
    const bool is_same = old.count(name) == now.count(name) &&
                         (old.count(name) == 0 || old.at(name) == now.at(name));
    if (is_same) continue;
    throw Error(ErrorCode::invalid,
                fmt::format("the {} of table '{}' would change, which MariaDB sets for new tables "
                            "alone",
                            name, after.name))
        .hint("leave the option as it was; or make a table with another name and copy the rows");
  }
}

}  // namespace

std::vector<std::string> options_of_old_engine(const Table& before, const Table& after) {
  const schema::MariadbTable& old = before.mariadb;
  const schema::MariadbTable& now = after.mariadb;
  if (old.engine == now.engine) return {};
  std::vector<std::string> clauses = options_that_go(old, now);
  const bool may_be_implied = is_aria(old) && old.options.count(kTransactional) == 0;
  if (may_be_implied && now.options.count(kTransactional) == 0) {
    clauses.push_back(std::string(kTransactional) + "=DEFAULT");
  }
  return clauses;
}

std::vector<std::string> options_that_stayed(const Table& before, const Table& after) {
  const bool leaves = is_aria(before.mariadb) && !is_aria(after.mariadb);
  if (!leaves || after.mariadb.options.count(kPageChecksum) != 0) return {};
  return {std::string(kPageChecksum) + "=DEFAULT"};
}

std::vector<std::string> option_changes(const Table& before, const Table& after,
                                        const Table& built) {
  require_same_place(before, after);
  std::vector<std::string> clauses;
  const schema::MariadbTable& old = before.mariadb;
  const schema::MariadbTable& now = after.mariadb;
  if (old.engine != now.engine) {
    clauses.push_back("ENGINE=" + (now.engine.empty() ? std::string("InnoDB") : now.engine));
  }
  if (old.charset != now.charset || old.collation != now.collation) {
    std::string clause = "DEFAULT CHARACTER SET ";
    if (now.charset.empty()) {
      clause += kDatabaseCharset;
    } else {
      clause += now.charset + (now.collation.empty() ? "" : " COLLATE " + now.collation);
    }
    clauses.push_back(clause);
  }
  if (old.row_format != now.row_format) {
    clauses.push_back("ROW_FORMAT=" +
                      (now.row_format.empty() ? std::string("DEFAULT") : now.row_format));
  }
  if (old.auto_increment != now.auto_increment) {
    // InnoDB goes no further back than its rows allow.
    clauses.push_back("AUTO_INCREMENT=" +
                      std::to_string(std::max<std::uint64_t>(now.auto_increment, 1)));
  }
  // Those of another engine have gone before.
  if (old.engine == now.engine) {
    for (std::string& clause : options_that_go(old, now)) clauses.push_back(std::move(clause));
  }
  Table changed;
  for (const auto& [name, value] : now.options) {
    const auto found = old.options.find(name);
    if (found == old.options.end() || found->second != value) {
      changed.mariadb.options[option_as_written(built, name)] = value;
    }
  }
  for (const std::string& option : table_options(changed)) clauses.push_back(option);
  if (before.comment != after.comment) {
    clauses.push_back("COMMENT=" + string_literal(after.comment));
  }
  return clauses;
}

}  // namespace dbmig::dialect::mariadb
