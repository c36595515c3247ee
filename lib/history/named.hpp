#pragma once

#include <string>

#include "history/revision.hpp"

namespace dbmig::history {

/// "2fa6cb75c75d, add orders"; of a revision without a message its id alone.
inline std::string named(const Header& revision) {
  return revision.message.empty() ? revision.id : revision.id + ", " + revision.message;
}

}  // namespace dbmig::history
