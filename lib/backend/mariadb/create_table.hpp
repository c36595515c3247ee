#pragma once

#include <map>
#include <string>
#include <string_view>

namespace dbmig::backend::mariadb {

/// What SHOW CREATE TABLE tells and information_schema does not.
struct CreateTable {
  std::map<std::string, std::string> checks;   ///< by constraint name, uncut
  std::map<std::string, std::string> parsers;  ///< of FULLTEXT indexes, by index name
  bool has_period = false;                     ///< an application-time period
};

/// Reads SHOW CREATE TABLE's text, token by token.
CreateTable read_create_table(std::string_view sql);

}  // namespace dbmig::backend::mariadb
