#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/csv_format.hpp"

namespace dbmig::import {

/// What a file is if it is not CSV, and what to do.
struct FileKind {
  std::string what;  ///< completes "FILE is …"
  std::string hint;
  friend bool operator==(const FileKind&, const FileKind&) = default;
};

/// The kind of file that `head`, the first bytes after a UTF-8 byte order mark, certainly belongs
/// to: a compressed file, a database, a spreadsheet, text in another encoding. Nothing for text.
std::optional<FileKind> binary_kind(std::string_view head);

/// The kind of text other than CSV that `head` looks like: JSON, XML, SQL. A guess, for when it
/// cannot be read as CSV.
std::optional<FileKind> text_kind(std::string_view head);

/// Whether the whole of `record` is a JSON object or array, or an SQL statement.
bool is_whole_of_another_kind(std::string_view record);

/// The delimiter in `sep=;`, a line for spreadsheets.
std::optional<char> separator_line(std::string_view record);

/// Delimiters other than the format's that occur in `record`, among those that files use.
std::vector<char> other_delimiters(std::string_view record, const CsvFormat& format);

/// "--delimiter ';'", as typed in a shell.
std::string delimiter_option(char delimiter);

/// If the lines of `head` do not end as `format` says: how they end, and what to do.
/// `lf_by_default`: LF was not requested explicitly, so the CR of a CRLF is not part of the data.
std::optional<FileKind> other_line_ends(std::string_view head, const CsvFormat& format,
                                        bool lf_by_default);

}  // namespace dbmig::import
