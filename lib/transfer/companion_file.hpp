#pragma once

#include <string>
#include <vector>

namespace dbmig::transfer {

/// How the records of an exported file are written, for `FILE.yaml` beside it: what `dbmig import`
/// of the file goes by.
struct CompanionText {
  std::string file;   ///< its name, for the comment
  std::string table;  ///< empty for a query
  std::string format;
  std::vector<std::string> columns;  ///< of JSON lines without a line, which name none
  char delimiter = ',';              ///< csv
  bool has_bytes = false;            ///< which are hexadecimal digits
  bool is_in_utc = false;            ///< values of TIMESTAMP
  bool has_nulls_mark = false;
  std::string null;  ///< the text that means NULL
};

std::string companion_text(const CompanionText& what);

/// Whether an export wrote the file at `path`, or it is not there.
bool is_companion(const std::string& path);

}  // namespace dbmig::transfer
