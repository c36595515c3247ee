#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "fleet/database_list.hpp"
#include "import/communicator.hpp"

namespace dbmig::fleet {

/// A difference between a database and the revisions.
struct Finding {
  std::string kind;     ///< "pending", "unknown", "edited", "unfinished", "drift"
  std::string subject;  ///< a revision, or "table 'orders'"
  std::string message;
};

/// What was done to one of many databases, or found in it.
struct Outcome {
  /// Revisions that ran, or that would run, in order.
  std::vector<std::string> revisions;
  std::vector<std::string> current;  ///< its heads afterwards; none at the base
  std::size_t applied = 0;           ///< how many revisions it has
  std::vector<Finding> findings;
  std::vector<std::string> log;  ///< lines of warnings, and of more with -v
  double seconds = 0;
  std::optional<Error> failure;
  bool was_begun =
      false;  ///< false: left out, because others failed or the command was interrupted
};

// As messages between ranks.
import::Bytes to_bytes(const Database& database);
Database database_from(const import::Bytes& message);
import::Bytes to_bytes(const Outcome& outcome);
Outcome outcome_from(const import::Bytes& message);

}  // namespace dbmig::fleet
