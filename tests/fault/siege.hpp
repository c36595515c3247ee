#pragma once

#include <string>

#include "base/dialect_kind.hpp"
#include "fault/way.hpp"

namespace dbmig::fault {

/// Which points of a siege are tried.
struct Effort {
  /// At most so many per direction, evenly apart. DBMIG_FAULT in the environment says another
  /// number, or `all`.
  std::size_t points = 4;
};

/// Breaks the way from `from` to `to` (revision arguments) at its points, in both directions, at
/// every moment, and after each goes on in both directions; each time the database must come to
/// stand as after an undisturbed run. What does not is a failure of the test at hand; all is
/// counted in the table.
void besiege(Playground& playground, Way& way, const std::string& history, const std::string& from,
             const std::string& to, DialectKind kind, const Effort& effort);

}  // namespace dbmig::fault
