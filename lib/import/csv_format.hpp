#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig::import {

/// What ends a record, outside of quotes and not escaped. The end of the file ends one too.
enum class LineEnd : std::uint8_t {
  any,   ///< LF or CRLF; any other CR outside of quotes is an error
  lf,    ///< LF; a CR is data
  crlf,  ///< CRLF; CR or LF alone is data
  cr,    ///< CR; an LF is data
};

/// The meaning of the byte after an escape character. In every dialect, the delimiter, the quote,
/// the escape character, line ends and other bytes except letters and digits mean themselves, and a
/// letter or digit without a meaning is an error.
enum class Escapes : std::uint8_t {
  plain,  ///< letters and digits have no meaning
  /// \0 \b \n \r \t \Z. Source: https://mariadb.com/kb/en/load-data-infile/
  mysql,
  /// \0 \n \t. Source: `mariadb --batch`, client/mysql.cc safe_put_field()
  mysql_batch,
  /// \b \f \n \r \t \v, octal \1 to \377, hexadecimal \x1 to \xFF.
  /// Source: https://www.postgresql.org/docs/current/sql-copy.html "Text Format"
  pg_text,
};

/// How the text of a CSV file is cut into fields: RFC 4180 unless the user says otherwise.
///
/// The rules, for splitter and parser alike: a record ends at a line end outside of quotes, or at
/// the end of the file. A field that begins with the quote is quoted up to the next single quote; a
/// doubled quote inside means one. A quote anywhere else in a field is an ordinary character. The
/// escape character and what follows it have a special meaning, inside and outside of quotes; an
/// escape character equal to the quote is ignored.
struct CsvFormat {
  char delimiter = ',';
  std::optional<char> quote = '"';
  std::optional<char> escape;
  Escapes escapes = Escapes::plain;
  LineEnd line_end = LineEnd::any;
  /// Lines that begin with it are comments; empty: there are none.
  std::string comment = {};
  /// Remove blanks around unquoted fields, and around the quotes of quoted ones.
  bool trim = false;

  friend bool operator==(const CsvFormat&, const CsvFormat&) = default;

  bool has_escape() const { return escape && escape != quote; }
  bool is_comment(std::string_view record) const {
    return !comment.empty() && record.substr(0, comment.size()) == comment;
  }
  /// Whether `trim` removes `c`.
  bool is_blank(char c) const { return (c == ' ' || c == '\t') && c != delimiter; }
  /// The byte at which a record may end, and by which lines are counted.
  char line_byte() const { return line_end == LineEnd::cr ? '\r' : '\n'; }
  /// The line end that is written.
  std::string_view line_end_text() const;
};

/// The fields that are NULL: those whose bytes in the file equal one of `texts`.
struct NullMarks {
  std::vector<std::string> texts = {""};
  bool quoted = false;  ///< also in quotes
  friend bool operator==(const NullMarks&, const NullMarks&) = default;
};

/// `record` without its line end; for LineEnd::any also without a CR at the end of the file.
std::string_view without_line_end(std::string_view record, const CsvFormat& format);

/// Whether `record`, without its line end, is the mark with which PostgreSQL ends its data.
bool is_end_of_data(std::string_view record, const CsvFormat& format);

/// `text` as a field of `format` that reads back as `text` if the format can represent it: in
/// quotes, or with escapes. Without either, bytes that would end the field become blanks.
std::string write_field(std::string_view text, const CsvFormat& format);

/// A delimiter as given on the command line: one byte, or `\t`, `tab`. Throws Error{usage}.
char parse_delimiter(std::string_view text);

/// A quote or escape character: one byte, or `none`. `option` is the option's name, for the
/// message. Throws Error{usage}.
std::optional<char> parse_quote(std::string_view text, std::string_view option);

/// Throws Error{usage} if the characters of `format` contradict each other.
void check(const CsvFormat& format);

}  // namespace dbmig::import
