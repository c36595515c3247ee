#pragma once

#include <optional>
#include <string>
#include <vector>

#include "import/chunk_reader.hpp"
#include "import/import.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// The line that names a file's columns.
struct Header {
  std::string record;  ///< as it stands in the file, its line end included
  std::vector<std::string> names;
  /// It is of a file that an earlier import wrote: see RejectFile.
  bool of_rejects = false;
  std::uint64_t line = 1;
};

/// What the first record of a file says.
struct Opening {
  std::optional<Header> header;
  /// What the file looks like, when its fields cannot be brought to columns; may be empty.
  std::string guess;
  CsvFormat format;  ///< of all records
  /// What was detected rather than given, for the user; may be empty.
  std::string note;
};

/// Takes what stands in front of the data off `reader`, which has given nothing out: lines to be
/// skipped, comments, `sep=;`, and the header where `options` or the first record
/// say that there is one.
///
/// Throws Error{invalid}, with what to type, for a file that is empty where a header is expected;
/// lines that end otherwise than the format says; `sep=;` in front; records of JSON; a header that
/// cannot be read, has other fields than --columns or seems to have swallowed records; a first
/// record that names the columns where it was not given whether it is a header.
Opening read_opening(ChunkReader& reader, const Options& options, const schema::Table& table,
                     const std::string& file);

}  // namespace dbmig::import
