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
  std::string_view text;  ///< starts with a record
  bool is_whole = false;  ///< there is no more
  /// How many of a header's names are columns; null when the file has no header.
  std::function<std::size_t(const std::vector<std::string>&)> names_known;
  bool may_be_unknown = false;  ///< not all names of a header need to be columns
  std::size_t fields = 0;       ///< of a record, when there is no header
};

/// `format` with the delimiter (comma, semicolon, tab, bar) and quote (double, single) by which the
/// header names more columns than by `format`'s, and nothing but columns; without a header those by
/// which all records of the beginning have the fields that are expected. Nothing when by `format`
/// they do, or when two would do.
std::optional<CsvFormat> find_delimiter(const Beginning& beginning, const CsvFormat& format);

/// The fields of the first `most` records of `text` by `format`, comments and empty lines left out;
/// none for a record that cannot be read. `is_whole`: the last one needs no line end.
std::vector<std::vector<std::string>> first_records(std::string_view text, bool is_whole,
                                                    const CsvFormat& format, std::size_t most);

/// "fields are separated by ';' (--delimiter ';')", for the user.
std::string describe_difference(const CsvFormat& found, const CsvFormat& from);

}  // namespace dbmig::import
