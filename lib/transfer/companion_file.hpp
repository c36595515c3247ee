#pragma once

#include <string>
#include <vector>

namespace dbmig::transfer {

/// The format of an exported file, for `FILE.yaml` next to it, which `dbmig import` reads.
struct CompanionText {
  std::string file;   ///< its name, for the comment
  std::string table;  ///< empty for a query
  std::string format;
  std::vector<std::string> columns;  ///< of a JSON lines file without lines, which names no columns
  char delimiter = ',';              ///< csv
  bool has_bytes = false;            ///< binary values are hexadecimal digits
  bool is_in_utc = false;            ///< TIMESTAMP values are in UTC
  bool has_nulls_mark = false;
  std::string null;  ///< the text that means NULL
};

std::string companion_text(const CompanionText& what);

/// Whether the file at `path` was written by an export, or does not exist.
bool is_companion(const std::string& path);

}  // namespace dbmig::transfer
