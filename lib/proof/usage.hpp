#pragma once

#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "proof/filler.hpp"
#include "schema/table.hpp"

namespace dbmig::proof {

/// What an application would run into that uses a schema: each entry names the table or view, what
/// was done, and what the database said.
struct Usage {
  struct Failure {
    std::string what;     ///< "reading view 'v'", "an UPDATE of table 't'"
    std::string message;  ///< the database's
    std::string statement;
    std::string text_of = {};  ///< of a full-text table: the table that has its text
  };
  /// Statements that can never work: a view or full-text table over what is not there, a trigger
  /// that writes a column that does not exist or, on MariaDB, its own table, a default that calls
  /// an unknown function.
  std::vector<Failure> broken;
  /// Tables that took no row without their columns with defaults, though nothing is missing: a
  /// default that a check refuses, for example. Some applications want that.
  std::vector<Failure> refused;
};

/// Uses every view and full-text table of `schema`, which is what the database behind `connection`
/// holds, and those of its tables that are in `tables` or have a trigger, as an application would:
/// reads the view, inserts a row that leaves out every column with a default, updates rows and
/// deletes them, so that triggers fire. Everything is rolled back, but for tables whose engine
/// cannot.
Usage try_usage(backend::Connection& connection, const schema::Schema& schema,
                const std::set<std::string>& tables, RowValues values,
                const std::atomic<bool>* stop = nullptr);

}  // namespace dbmig::proof
