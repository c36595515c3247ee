#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "import/csv_format.hpp"

namespace dbmig::import {

/// Finds the ends of records, without looking at their fields.
class Splitter {
 public:
  explicit Splitter(const CsvFormat& format)
      : format_(format),
        line_byte_(format.line_byte()),
        needs_cr_(format.line_end == LineEnd::crlf) {}

  /// The offset just past the record that begins at `start`, including its line end; nothing if
  /// `data` ends before the record does. At the end of a file, the rest of the data is the record.
  std::optional<std::size_t> record_end(std::string_view data, std::size_t start) const;

  /// The offset just past the last complete record of `data`, 0 if there is none. `data` begins
  /// with a record.
  std::size_t last_boundary(std::string_view data) const;

  /// An open quote or escape sequence, in which data must not end.
  struct Open {
    enum class What { quote, escape };
    What what = What::quote;
    std::size_t offset = 0;
  };
  /// If `record`, cut off by the end of the file, ends inside of quotes or with an escape character
  /// that escapes nothing: which, and where.
  std::optional<Open> open_end(std::string_view record) const;

 private:
  struct Scan {
    std::size_t end = 0;       ///< past the line end; undefined if cut
    bool cut = false;          ///< the data ended first
    std::optional<Open> open;  ///< if cut, inside what
  };
  Scan scan(std::string_view data, std::size_t start) const;
  std::optional<std::size_t> comment_end(std::string_view data, std::size_t start) const;
  std::optional<std::size_t> close_quote(std::string_view data, std::size_t at, Scan& cut) const;
  std::size_t escape_length(std::string_view data, std::size_t at) const;
  std::size_t last_line_end(std::string_view stretch) const;
  std::size_t boundary_without_escape(std::string_view data) const;

  CsvFormat format_;
  char line_byte_;
  bool needs_cr_;  ///< before the line's LF
};

}  // namespace dbmig::import
