#include "import/file_kind.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "import/splitter.hpp"

namespace dbmig::import {
namespace {

struct Magic {
  std::string_view bytes;
  std::size_t offset;
  bool binary_next;  ///< text could begin with the same bytes: the next byte decides
  const char* what;
  const char* hint;
};

constexpr const char* kExport = "export the rows as CSV first";

// Sources: https://www.rfc-editor.org/rfc/rfc1952, rfc8878, https://www.sqlite.org/fileformat.html,
// https://parquet.apache.org/docs/file-format/ and file(1)'s magic numbers.
using namespace std::string_view_literals;
constexpr Magic kMagic[] = {
    {"BZh"sv, 0, false, "compressed with bzip2", "bunzip2 -c FILE | dbmig import - --table TABLE"},
    {"\x04\x22\x4D\x18"sv, 0, false, "compressed with lz4",
     "lz4 -dc FILE | dbmig import - --table TABLE"},
    {"LZIP"sv, 0, true, "compressed with lzip", "lzip -dc FILE | dbmig import - --table TABLE"},
    {"\x1F\x9D"sv, 0, false, "compressed with compress",
     "gunzip -c FILE | dbmig import - --table TABLE"},
    {"\xFF\x06\0\0sNaPpY"sv, 0, false, "compressed with snappy", kExport},
    {"PK\x03\x04"sv, 0, false, "a zip archive or a spreadsheet (xlsx, ods), not CSV",
     "save it as CSV, or unpack it: unzip -p FILE | dbmig import - --table TABLE"},
    {"PK\x05\x06"sv, 0, false, "an empty zip archive", kExport},
    {"7z\xBC\xAF\x27\x1C"sv, 0, false, "a 7z archive",
     "7z x -so FILE | dbmig import - --table TABLE"},
    {"Rar!\x1A\x07"sv, 0, false, "a rar archive", "unpack it first"},
    {"ustar"sv, 257, false, "a tar archive",
     "tar -xOf FILE NAME.csv | dbmig import - --table TABLE"},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, 0, false,
     "a spreadsheet or document of Microsoft Office", "save it as CSV UTF-8"},
    {"SQLite format 3\0"sv, 0, false, "an SQLite database, not CSV",
     "sqlite3 -header -csv FILE 'SELECT * FROM t' | dbmig import - --table t"},
    {"PAR1"sv, 0, true, "a Parquet file", kExport},
    {"ARROW1\0"sv, 0, false, "an Arrow file", kExport},
    {"ORC"sv, 0, true, "an ORC file", kExport},
    {"Obj\x01"sv, 0, false, "an Avro file", kExport},
    {"\x89HDF\r\n\x1A\n"sv, 0, false, "an HDF5 file", kExport},
    {"PGCOPY\n\xFF\r\n\0"sv, 0, false, "PostgreSQL's COPY in binary form",
     "export it with COPY … WITH CSV"},
    {"PGDMP"sv, 0, true, "an archive of pg_dump",
     "export the table with psql's \\copy t TO 'FILE' WITH CSV HEADER"},
    {"%PDF-"sv, 0, false, "a PDF document", kExport},
    {"\x7F"
     "ELF"sv,
     0, false, "a program", "name the data file"},
    {"\x89PNG\r\n\x1A\n"sv, 0, false, "a picture", "name the data file"},
    {"{\\rtf"sv, 0, false, "a text document (RTF)", "save it as plain text"},
};

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
}

bool matches(const Magic& magic, std::string_view head) {
  if (head.size() < magic.offset + magic.bytes.size()) return false;
  if (head.substr(magic.offset, magic.bytes.size()) != magic.bytes) return false;
  // In a bzip2 file, a digit and the magic number of a block follow.
  if (magic.bytes == "BZh") return head.size() > 9 && head.substr(4, 6) == "1AY&SY";
  const std::size_t next = magic.offset + magic.bytes.size();
  if (!magic.binary_next) return true;
  const std::string_view rest = head.substr(next, 12);
  return std::any_of(rest.begin(), rest.end(), is_control);
}

FileKind encoded(const char* name, const char* more = "") {
  return {fmt::format("text in {}{}", name, more),
          fmt::format("--encoding {} reads it", text::lower(name))};
}

/// Recognises text in units of two or four bytes by the positions of its zero bytes.
std::optional<FileKind> wide_text(std::string_view head) {
  constexpr std::string_view kUtf32Le("\xFF\xFE\0\0", 4);
  constexpr std::string_view kUtf32Be("\0\0\xFE\xFF", 4);
  if (head.substr(0, 4) == kUtf32Le || head.substr(0, 4) == kUtf32Be) return encoded("UTF-32");
  if (head.substr(0, 2) == "\xFF\xFE" || head.substr(0, 2) == "\xFE\xFF") return encoded("UTF-16");
  constexpr std::size_t kLooked = 1024;
  const std::string_view looked = head.substr(0, std::min(head.size(), kLooked) / 4 * 4);
  if (looked.size() < 4) return std::nullopt;
  std::size_t zeros[4] = {};
  for (std::size_t i = 0; i < looked.size(); ++i) zeros[i % 4] += looked[i] == '\0' ? 1 : 0;
  const std::size_t units = looked.size() / 4;
  if (zeros[0] + zeros[1] + zeros[2] + zeros[3] == looked.size()) {
    return FileKind{"a file of NUL bytes", "it may be damaged or not written yet: copy it again"};
  }
  const char* without = ", without a byte order mark";
  // The highest of four bytes is always zero, the next one nearly always.
  if (zeros[3] == units && zeros[2] * 10 >= units * 9) return encoded("UTF-32LE", without);
  if (zeros[0] == units && zeros[1] * 10 >= units * 9) return encoded("UTF-32BE", without);
  const std::size_t even = zeros[0] + zeros[2];
  const std::size_t odd = zeros[1] + zeros[3];
  if ((even == 0) == (odd == 0)) return std::nullopt;
  // UTF-8 with bytes of binary columns has zero bytes too, but not next to its delimiters and line
  // ends.
  std::size_t wide = 0;
  std::size_t narrow = 0;
  for (std::size_t i = 0; i + 1 < head.size() && i < kLooked; i += 2) {
    for (const std::size_t at : {i, i + 1}) {
      if (std::string_view("\n\r,;|\"\t").find(head[at]) == std::string_view::npos) continue;
      const bool in_place = (at == i) == (even == 0) && head[at == i ? i + 1 : i] == '\0';
      (in_place ? wide : narrow) += 1;
    }
  }
  if (wide <= narrow * 2) return std::nullopt;
  return encoded(even == 0 ? "UTF-16LE" : "UTF-16BE", without);
}

bool starts_word(std::string_view text, std::string_view word) {
  if (text.size() <= word.size()) return false;
  if (!text::equals_ignoring_case(text.substr(0, word.size()), word)) return false;
  const char next = text[word.size()];
  return next == ' ' || next == '\n' || next == '\r' || next == '\t' || next == ';';
}

}  // namespace

std::optional<FileKind> binary_kind(std::string_view head) {
  if (auto wide = wide_text(head)) return wide;
  for (const Magic& magic : kMagic) {
    if (matches(magic, head)) return FileKind{magic.what, magic.hint};
  }
  return std::nullopt;
}

std::optional<FileKind> text_kind(std::string_view head) {
  const std::string_view text = text::trim(head);
  if (text.empty()) return std::nullopt;
  if (text.front() == '{') {
    return FileKind{"JSON, not CSV", "--format jsonl reads an object a line"};
  }
  if (text.front() == '[') {
    return FileKind{"JSON, not CSV",
                    "jq -c '.[]' FILE | dbmig import - --table TABLE --format jsonl"};
  }
  if (text.front() == '<') {
    const bool html = starts_word(text.substr(1), "!doctype") || text.substr(0, 5) == "<html" ||
                      text.substr(0, 5) == "<HTML" || text.substr(0, 6) == "<table";
    return FileKind{html ? "HTML, not CSV" : "XML or HTML, not CSV",
                    "it may be a web page saved instead of the download; export the rows as CSV"};
  }
  if (text.substr(0, 4) == "---\n" || text.substr(0, 5) == "%YAML") {
    return FileKind{"YAML, not CSV", kExport};
  }
  if (text.substr(0, 3) == "-- " || text.substr(0, 2) == "/*") {
    return FileKind{"SQL, not CSV", "run it with the database's own client"};
  }
  for (const char* word : {"CREATE", "INSERT", "REPLACE INTO", "SET", "PRAGMA", "BEGIN", "DROP",
                           "USE", "COPY", "SELECT"}) {
    if (starts_word(text, word)) {
      return FileKind{"SQL, not CSV", "run it with the database's own client"};
    }
  }
  if (text.substr(0, 2) == "+-" || text.substr(0, 2) == "| ") {
    return FileKind{"a table formatted for reading, not CSV",
                    "mariadb --batch prints rows that --format mysql-batch reads"};
  }
  if (text.front() == '#') {
    return FileKind{"a file that begins with a comment", "--comment '#' leaves such lines out"};
  }
  return std::nullopt;
}

bool is_whole_of_another_kind(std::string_view record) {
  const std::string_view text = text::trim(record);
  if (text.size() < 2) return false;
  if (text.front() == '{' || text.front() == '[') return nlohmann::json::accept(text);
  return text.back() == ';' &&
         (starts_word(text, "INSERT INTO") || starts_word(text, "CREATE TABLE"));
}

std::optional<char> separator_line(std::string_view record) {
  std::string_view line = text::trim(record);
  // A tab as the separator is trimmed off.
  if (line.size() >= 2 && line.front() == '"' && line.back() == '"') {
    line = line.substr(1, line.size() - 2);
  }
  if (!text::equals_ignoring_case(line.substr(0, 4), "sep=")) return std::nullopt;
  if (line.size() == 4) return '\t';
  return line.size() == 5 ? std::optional(line[4]) : std::nullopt;
}

std::vector<char> other_delimiters(std::string_view record, const CsvFormat& format) {
  std::vector<char> found;
  for (const char c : {',', ';', '\t', '|', ':', '\x01', '\x1F', '^', ' '}) {
    if (c != format.delimiter && c != format.quote && record.find(c) != std::string_view::npos) {
      found.push_back(c);
    }
  }
  return found;
}

std::string delimiter_option(char delimiter) {
  if (delimiter == '\t') return "--delimiter '\\t'";
  if (is_control(delimiter)) return fmt::format("--delimiter $'\\x{:02X}'", delimiter);
  return fmt::format("--delimiter '{}'", delimiter);
}

std::optional<FileKind> other_line_ends(std::string_view head, const CsvFormat& format,
                                        bool lf_by_default) {
  const auto end_of_first = [&](LineEnd kind) {
    CsvFormat other = format;
    other.line_end = kind;
    return Splitter(other).record_end(head, 0);
  };
  const auto ends_before_the_last = [&](LineEnd kind) {
    return end_of_first(kind).value_or(head.size()) < head.size();
  };
  const auto kind = [](const char* name, std::string option) {
    return FileKind{fmt::format("a file whose lines end in {}", name), std::move(option)};
  };
  if (!end_of_first(format.line_end)) {
    const bool cr_is_odd = format.line_end == LineEnd::any || format.line_end == LineEnd::crlf ||
                           (format.line_end == LineEnd::lf && lf_by_default);
    if (cr_is_odd && ends_before_the_last(LineEnd::cr)) {
      return kind("a carriage return (CR) alone", "--line-end cr reads it");
    }
    const bool lf_is_odd = format.line_end == LineEnd::cr || format.line_end == LineEnd::crlf;
    if (lf_is_odd && ends_before_the_last(LineEnd::lf)) {
      return kind("LF", "leave out --line-end, or use --line-end lf");
    }
    return std::nullopt;
  }
  if (!lf_by_default) return std::nullopt;
  std::size_t records = 0;
  std::size_t with_cr = 0;
  const Splitter splitter(format);
  std::size_t at = 0;
  while (at < head.size()) {
    const std::size_t end = splitter.record_end(head, at).value_or(head.size());
    ++records;
    if (end - at >= 2 && head.substr(end - 2, 2) == "\r\n") ++with_cr;
    at = end;
  }
  if (with_cr * 2 < records || with_cr == 0) return std::nullopt;
  return kind("CRLF, where this format has LF",
              "--line-end crlf reads it; --line-end lf if the CR belongs to the values");
}

}  // namespace dbmig::import
