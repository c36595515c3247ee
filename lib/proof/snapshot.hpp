#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::proof {

/// What operations give up for good, by the names in the schema before them: no way back brings it.
struct GivenUp {
  std::set<std::string> tables;
  std::map<std::string, std::set<std::string>> columns;  ///< dropped, or cut by a narrower type
  bool runs_plain_sql = false;                           ///< which may change any row
};

GivenUp given_up(DialectKind dialect, const schema::Schema& before,
                 std::span<const ops::Operation> operations);

/// The rows of every table, without an order, and without what is in `without`.
class Snapshot {
 public:
  Snapshot(backend::Connection& connection, const schema::Schema& schema, const GivenUp& without);

  /// Where `later` differs, a line per table: "table 't': 5 rows before, 4 after". Empty when it
  /// does not.
  std::vector<std::string> differences(const Snapshot& later) const;

 private:
  struct Rows {
    std::vector<std::string> columns;
    std::vector<std::vector<backend::Value>> rows;  ///< sorted
  };
  std::map<std::string, Rows> tables_;
};

}  // namespace dbmig::proof
