#pragma once

#include <optional>
#include <string>
#include <vector>

#include "import/chunk_reader.hpp"
#include "import/import.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// The line with the names of a file's columns.
struct Header {
  std::string record;  ///< as in the file, with its line end
  std::vector<std::string> names;
  /// The file was written by an earlier import: see RejectFile.
  bool of_rejects = false;
  std::uint64_t line = 1;
};

/// The result of reading the first record of a file.
struct Opening {
  std::optional<Header> header;
  /// What the file looks like, for an error about its columns; may be empty.
  std::string guess;
  CsvFormat format;  ///< of all records
  /// What was detected, for the user; may be empty.
  std::string note;
};

/// Consumes what comes before the data from `reader`, which has returned nothing yet: lines to be
/// skipped, comments, `sep=;`, and the header if `options` or the first record say that there is
/// one.
///
/// Throws Error{invalid}, with what to do, for an empty file where a header is expected; line ends
/// that differ from the format's; `sep=;` before the data; records of JSON; a header that cannot be
/// read, does not have as many fields as --columns or seems to contain records; a first record that
/// names the columns although neither --header nor --no-header was given.
Opening read_opening(ChunkReader& reader, const Options& options, const schema::Table& table,
                     const std::string& file);

}  // namespace dbmig::import
