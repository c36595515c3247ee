#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "import/import_store.hpp"

namespace dbmig::import {

/// An interrupted import that has loaded a part of a file which is to be loaded now.
struct UnfinishedImport {
  ImportRecord record;
  std::string file;  ///< as it is called now

  /// "an import of a.csv, b.csv was interrupted at …: 20 rows of it are in the database".
  std::string describe() const;
};

/// The first of `records` that has loaded a part of one of `files` into the same table: a file of
/// the same path or, where a fingerprint is given or can be computed, of the same content. Reads
/// files only if an import into their table was interrupted. Throws Error{interrupted} if `stop` is
/// set.
std::optional<UnfinishedImport> find_unfinished_import(const std::vector<ImportRecord>& records,
                                                       const std::vector<FileRecord>& files,
                                                       const std::atomic<bool>& stop);

}  // namespace dbmig::import
