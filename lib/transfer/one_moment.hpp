#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace dbmig::transfer {

/// Tells whether a database stayed unchanged while several connections began their snapshots.
/// SQLite has a number that changes with every commit of another connection; on MariaDB writers are
/// locked out of `tables` while this lives.
class OneMoment {
 public:
  /// Throws Error, for example without the right to lock tables.
  OneMoment(const backend::Connection& database, const std::vector<std::string>& tables);

  bool holds();

 private:
  std::unique_ptr<backend::Connection> watch_;  ///< its destruction unlocks the tables
  std::string mark_;                            ///< backend::change_mark(); empty on MariaDB
};

}  // namespace dbmig::transfer
