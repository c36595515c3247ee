#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/dialect_kind.hpp"
#include "schema/table.hpp"

namespace dbmig::diagram {

// Internal to this module: the JSON of page_json().

using Json = nlohmann::ordered_json;

/// Every version of every table once, and every column once: a history is little more than the
/// schema that it leads to.
class JsonPool {
 public:
  explicit JsonPool(std::vector<DialectKind> dialects) : dialects_(std::move(dialects)) {}

  /// The number of this version of a table in `tables()`.
  std::size_t add(const schema::Table& table);

  const Json& tables() const { return tables_; }
  const Json& columns() const { return columns_; }

 private:
  Json table_json(const schema::Table& table);
  std::size_t add_column(Json column);

  std::vector<DialectKind> dialects_;
  Json tables_ = Json::array();
  Json columns_ = Json::array();
  std::map<std::string, std::size_t> known_tables_;
  std::map<std::string, std::size_t> known_columns_;
};

/// `text` of a database or a user as JSON takes it.
std::string json_text(const Json& json);

/// A text for every database, or one each.
Json sql_json(const schema::SqlText& sql);

}  // namespace dbmig::diagram
