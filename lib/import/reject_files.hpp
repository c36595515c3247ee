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

/// The files for rejected records: one for each file that is read, or one for all.
class RejectFiles {
 public:
  /// `options` must outlive it.
  explicit RejectFiles(const Options& options) : options_(options) {}

  /// Determines their paths. To be called before anything is loaded, so that no input file is
  /// replaced by mistake. Throws Error{refused}.
  void choose(backend::Connection& connection);
  /// The reject file for the file at `index`; null if records are not rejected. Throws Error{usage}
  /// if files of different forms would share one.
  RejectFile* file(std::size_t index, const RejectForm& form, const Checkpoints& checkpoints);
  void flush();
  /// Renames them to their final names; removes those that do not exist from `summaries`.
  void finish(std::vector<Summary::File>& summaries);

 private:
  bool are_written() const { return options_.on_error == OnError::reject && !options_.dry_run; }

  const Options& options_;
  std::vector<RejectTarget> targets_;  ///< for each file, or one for all
  std::vector<std::unique_ptr<RejectFile>> files_;
};

}  // namespace dbmig::import
