#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "import/checkpoints.hpp"
#include "import/import.hpp"
#include "import/rejects.hpp"

namespace dbmig::import {

/// The files that rejected records go to: one for each file that is read, or one for all.
class RejectFiles {
 public:
  /// `options` must outlive it.
  explicit RejectFiles(const Options& options) : options_(options) {}

  /// Where they will be. Before anything is loaded, or the file that was rejected from is gone when
  /// it is found out. Throws Error{refused}.
  void choose(backend::Connection& connection);
  /// That of the file at `index`, whose records have the names in `header`; null when records are
  /// not rejected.
  RejectFile* file(std::size_t index, const std::string& header, const CsvFormat& format,
                   const Checkpoints& checkpoints);
  void flush();
  /// Gives them their names; `summaries` lose those of which there is nothing.
  void finish(std::vector<Summary::File>& summaries);

 private:
  bool are_written() const { return options_.on_error == OnError::reject && !options_.dry_run; }

  const Options& options_;
  std::vector<RejectTarget> targets_;  ///< of each file, or one for all
  std::vector<std::unique_ptr<RejectFile>> files_;
};

}  // namespace dbmig::import
