#pragma once

#include <optional>
#include <string>

#include "base/event.hpp"

namespace dbmig::import {

/// How far an import is, as people read it: "52 %, 1.2 of 2.4 GB, 8123456 rows, 12 rejected,
/// 410000 rows/s, 20 s left". What is not known is left out.
std::string progress_text(const event::ImportProgress& progress);

/// Where no terminal shows a bar (mpirun passes stderr on through a pipe, logs): a line every ten
/// seconds.
class ProgressLines {
 public:
  /// The line that is due; nothing until the next one is.
  std::optional<std::string> line(const event::ImportProgress& progress);

 private:
  double next_ = kEvery;
  static constexpr double kEvery = 10;  ///< seconds
};

}  // namespace dbmig::import
