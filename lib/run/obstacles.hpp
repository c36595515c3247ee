#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "run/apply.hpp"

namespace dbmig::run {

/// Rows that a question found.
struct RowsInTheWay {
  std::uint64_t rows = 0;
  std::string message;  ///< a sentence with number, table, what is wrong and up to three of them
};

/// Asks one question; nothing when no row is in the way. Throws what the database says when it
/// cannot answer.
std::optional<RowsInTheWay> ask(backend::Connection& connection, const Question& question);

/// Throws Error{constraint} when rows of the database stand in the way of `planned`, which is the
/// next to run: every obstacle with the operation's place, the number of rows and three of them.
/// Changes nothing. A question that the database cannot answer is left to the statement itself.
void refuse_obstacles(backend::Connection& connection, const PlannedRevision& planned);

/// The same for several revisions at once.
void refuse_obstacles(backend::Connection& connection, const std::vector<PlannedRevision>& planned);

}  // namespace dbmig::run
