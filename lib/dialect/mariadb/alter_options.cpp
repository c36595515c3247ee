#include "dialect/mariadb/alter_options.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/render.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Table;

std::string option_as_written(const Table& built, const std::string& name) {
  for (const auto& [written, value] : built.mariadb.options) {
    if (text::equals_ignoring_case(written, name)) return written;
  }
  return name;
}

/// These know no DEFAULT; 0 is what they have when nothing is said.
std::string reset_value(const std::string& name) {
  static const std::set<std::string> kNumbers = {
      "AVG_ROW_LENGTH", "CHECKSUM", "DELAY_KEY_WRITE", "KEY_BLOCK_SIZE",
      "MAX_ROWS",       "MIN_ROWS", "PAGE_CHECKSUM",   "TRANSACTIONAL"};
  return kNumbers.count(name) > 0 ? "0" : "DEFAULT";
}

}  // namespace

std::vector<std::string> option_changes(const Table& before, const Table& after,
                                        const Table& built) {
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
  for (const auto& [name, value] : old.options) {
    if (now.options.count(name) == 0) clauses.push_back(name + "=" + reset_value(name));
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
