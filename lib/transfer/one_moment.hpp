#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace dbmig::transfer {

/// Whether a database stayed unchanged while several connections began snapshots of it.
/// SQLite tells with a number that changes with every commit of another connection; on MariaDB
/// writers are kept out of `tables` as long as this lives.
class OneMoment {
 public:
  /// Throws Error, as without the right to lock tables.
  OneMoment(const backend::Connection& database, const std::vector<std::string>& tables);

  bool holds();

 private:
  std::unique_ptr<backend::Connection> watch_;  ///< its end gives the tables free
  std::string mark_;                            ///< backend::change_mark(); empty on MariaDB
};

}  // namespace dbmig::transfer
