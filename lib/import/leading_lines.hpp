#pragma once

#include <optional>
#include <string>

#include "import/chunk_reader.hpp"
#include "import/csv_format.hpp"

namespace dbmig::import {

/// Takes the comments, and the empty lines if `skips_empty`, that come next from `reader`. Returns
/// the record after them, which is not taken; nothing at the end of the data.
std::optional<std::string> skip_leading_lines(ChunkReader& reader, const CsvFormat& format,
                                              bool skips_empty);

/// A line that tells spreadsheets the delimiter.
struct SeparatorLine {
  std::string line;  ///< for people
  CsvFormat format;  ///< with its delimiter
};

/// Takes `sep=;` from `reader`, if that comes next. Throws Error{invalid} if `is_delimiter_said`
/// and it sets another delimiter than `format`'s; `file` is for the message.
std::optional<SeparatorLine> take_separator_line(ChunkReader& reader, const CsvFormat& format,
                                                 bool is_delimiter_said, const std::string& file);

}  // namespace dbmig::import
