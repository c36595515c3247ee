#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/csv_format.hpp"

namespace dbmig::import {

/// What a file is instead of CSV, and what to type.
struct FileKind {
  std::string what;  ///< completes "FILE is …"
  std::string hint;
  friend bool operator==(const FileKind&, const FileKind&) = default;
};

/// What `head`, the first bytes of a file behind a UTF-8 byte order mark, belongs to for certain: a
/// compressed file, a database, a spreadsheet, text in another encoding. Nothing for text.
std::optional<FileKind> binary_kind(std::string_view head);

/// What text `head` looks like that is not CSV: JSON, XML, SQL. A guess, for when it cannot be read
/// as CSV.
std::optional<FileKind> text_kind(std::string_view head);

/// Whether `record` as a whole is a JSON object or array, or a statement of SQL.
bool is_whole_of_another_kind(std::string_view record);

/// The delimiter of `sep=;`, by which spreadsheets know how to read the lines below.
std::optional<char> separator_line(std::string_view record);

/// Delimiters other than the format's that occur in files, those that occur in `record`.
std::vector<char> other_delimiters(std::string_view record, const CsvFormat& format);

/// "--delimiter ';'", as it is typed in a shell.
std::string delimiter_option(char delimiter);

/// When the lines of `head` end otherwise than `format` says, what they end in and what to type.
/// `lf_by_default`: LF alone was not asked for, so the CR of a CRLF does not belong to the data.
std::optional<FileKind> other_line_ends(std::string_view head, const CsvFormat& format,
                                        bool lf_by_default);

}  // namespace dbmig::import
