#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/binary_text.hpp"
#include "import/csv_format.hpp"

namespace dbmig::import {

/// What the command line says of a file's format; what is left out, the named format decides.
struct FormatRequest {
  std::string name;                      ///< empty: not said, which is csv
  std::optional<std::string> delimiter;  ///< "auto" to find it in the file
  std::optional<std::string> quote;
  std::optional<std::string> escape;
  std::optional<std::string> line_end;
  std::vector<std::string> nulls;
  bool null_quoted = false;
  std::optional<std::string> binary;
  std::string comment;
  bool trim = false;
  std::optional<std::string> decimal;
  std::optional<std::string> time_zone;
};

/// How to read a file.
struct FileFormat {
  CsvFormat csv;
  NullMarks nulls;
  BinaryText binary = BinaryText::guarded;
  BitText bits = BitText::number;
  /// Whether programs that write this format put the columns' names first.
  bool has_header = true;
  /// The delimiter was neither given nor should it be detected.
  bool find_delimiter = false;
  char decimal = '.';
  /// The time zone of TIMESTAMP values, as an offset from UTC (+02:00); empty: the session's.
  std::string time_zone = {};
  bool is_json = false;  ///< one object per line; `csv` only says how lines end
  /// LF as the line end is a default: a file whose lines end in CRLF is refused.
  bool check_line_end = false;
};

/// The names that --format takes.
///
/// - csv: RFC 4180, as spreadsheets and COPY … WITH CSV write it; an empty field is NULL.
/// - pg-csv: what COPY … WITH CSV HEADER writes: csv with commas, bytea in hexadecimal digits, bits
///   as digits.
/// - mysql: what SELECT … INTO OUTFILE writes and LOAD DATA reads, with their defaults. Binary
///   columns and bits are the bytes themselves.
/// - mysql-batch: what `mariadb --batch` and `mysql --batch` print. They print NULL and the text
///   NULL alike: both are read as NULL. Bits are the bytes themselves.
/// - tsv: tabs, a header, escapes as in mysql, NULL is \N ("Linear TSV"): what `dbmig export`
/// writes.
/// - jsonl: a JSON object a line, https://jsonlines.org.
/// - pg-text: what PostgreSQL's COPY writes without WITH CSV, bytea in hexadecimal digits, bits
///   as digits.
///
/// It also takes mysql-tsv, mysqldump and mariadb for mysql, mariadb-batch for mysql-batch,
/// postgres and postgresql for pg-text, jsonlines and ndjson for jsonl.
const std::vector<std::string>& format_names();

/// The named format with the request's other options. Throws Error{usage} for an unknown name and
/// for options that are invalid or contradict each other.
FileFormat file_format(const FormatRequest& request);

}  // namespace dbmig::import
