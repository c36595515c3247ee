#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/csv_format.hpp"

namespace dbmig::import {

/// The beginning of a file whose delimiter was not given.
struct Beginning {
  std::string_view text;  ///< begins with a record
  bool is_whole = false;  ///< there is no more
  /// How many of a header's names are columns; null if the file has no header.
  std::function<std::size_t(const std::vector<std::string>&)> names_known;
  bool may_be_unknown = false;  ///< not all names of a header must be columns
  std::size_t fields = 0;       ///< of a record, if there is no header
};

/// `format` with the delimiter (comma, semicolon, tab, bar) and quote (double, single) with which
/// the header names more columns than with `format`'s, and nothing but columns; without a header,
/// those with which all records of the beginning have the expected number of fields. Nothing if
/// `format`'s own do that, or if two choices would.
std::optional<CsvFormat> find_delimiter(const Beginning& beginning, const CsvFormat& format);

/// The fields of the first `most` records of `text` in `format`, without comments and empty lines;
/// empty for a record that cannot be read. `is_whole`: the last record needs no line end.
std::vector<std::vector<std::string>> first_records(std::string_view text, bool is_whole,
                                                    const CsvFormat& format, std::size_t most);

/// "fields are separated by ';' (--delimiter ';')", for the user.
std::string describe_difference(const CsvFormat& found, const CsvFormat& from);

}  // namespace dbmig::import
