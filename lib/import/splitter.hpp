#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "import/csv_format.hpp"

namespace dbmig::import {

/// Where records end, without looking at their fields.
class Splitter {
 public:
  explicit Splitter(const CsvFormat& format) : format_(format) {}

  /// The offset just past the record that starts at `start`, its line end included; nothing when
  /// `data` ends before the record does. At the end of a file the rest of the data is the record.
  std::optional<std::size_t> record_end(std::string_view data, std::size_t start) const;

  /// The offset just past the last record of `data` that is complete, 0 when none is. `data` starts
  /// with a record.
  std::size_t last_boundary(std::string_view data) const;

  /// When `record`, cut off by the end of the file, ends inside quotes: the offset of the quote
  /// that opens them.
  std::optional<std::size_t> open_quote(std::string_view record) const;

 private:
  struct Scan {
    std::size_t end = 0;                    ///< past the line end, meaningless when cut
    bool cut = false;                       ///< the data ended first
    std::optional<std::size_t> open_quote;  ///< when cut inside quotes
  };
  Scan scan(std::string_view data, std::size_t start) const;
  std::size_t boundary_without_escape(std::string_view data) const;

  CsvFormat format_;
};

}  // namespace dbmig::import
