#pragma once

#include <optional>
#include <string>

#include "base/event.hpp"

namespace dbmig::import {

/// The progress of an import, for people: "52 %, 1.2 of 2.4 GB, 8123456 rows, 12 rejected, 410000
/// rows/s, 20 s left". Unknown values are left out.
std::string progress_text(const event::ImportProgress& progress);

/// For output without a progress bar (logs; mpirun passes stderr on through a pipe): a line every
/// ten seconds.
class ProgressLines {
 public:
  /// The next line, if it is due; otherwise nothing.
  std::optional<std::string> line(const event::ImportProgress& progress);

 private:
  double next_ = kEvery;
  static constexpr double kEvery = 10;  ///< seconds
};

}  // namespace dbmig::import
