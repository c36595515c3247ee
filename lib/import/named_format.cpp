#include "import/named_format.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::import {
namespace {

struct Named {
  std::string_view name;
  CsvFormat csv;
  bool has_header;
  BinaryText binary;
  BitText bits = BitText::number;
};

const std::vector<Named>& formats() {
  constexpr std::nullopt_t kNone = std::nullopt;
  static const std::vector<Named> kFormats = {
      {"csv", {',', '"', kNone, Escapes::plain, LineEnd::any}, true, BinaryText::guarded},
      {"pg-csv",
       {',', '"', kNone, Escapes::plain, LineEnd::any},
       true,
       BinaryText::hex,
       BitText::digits},
      {"mysql",
       {'\t', kNone, '\\', Escapes::mysql, LineEnd::lf},
       false,
       BinaryText::raw,
       BitText::bytes},
      {"mysql-batch",
       {'\t', kNone, '\\', Escapes::mysql_batch, LineEnd::lf},
       true,
       BinaryText::guarded,
       BitText::bytes},
      {"tsv", {'\t', kNone, '\\', Escapes::mysql, LineEnd::lf}, true, BinaryText::guarded},
      {"jsonl", {'\0', kNone, kNone, Escapes::plain, LineEnd::any}, true, BinaryText::guarded},
      {"pg-text",
       {'\t', kNone, '\\', Escapes::pg_text, LineEnd::any},
       false,
       BinaryText::hex,
       BitText::digits},
  };
  return kFormats;
}

/// The format for another usual name of it.
std::string_view usual_name(std::string_view name) {
  if (name.empty()) return "csv";
  static constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
      {"mysql-tsv", "mysql"},  {"mysqldump", "mysql"},    {"mariadb", "mysql"},
      {"postgres", "pg-text"}, {"postgresql", "pg-text"}, {"mariadb-batch", "mysql-batch"},
      {"jsonlines", "jsonl"},  {"ndjson", "jsonl"},
  };
  for (const auto& [other, usual] : kOthers) {
    if (other == name) return usual;
  }
  return name;
}

const Named& find(std::string_view name) {
  for (const Named& one : formats()) {
    if (one.name == usual_name(name)) return one;
  }
  throw Error(ErrorCode::usage, fmt::format("--format '{}' is not known", name))
      .hint(text::suggest(name, format_names()));
}

LineEnd parse_line_end(std::string_view text) {
  const std::string lower = text::lower(text);
  if (lower == "any") return LineEnd::any;
  if (lower == "lf") return LineEnd::lf;
  if (lower == "crlf") return LineEnd::crlf;
  if (lower == "cr") return LineEnd::cr;
  throw Error(ErrorCode::usage, fmt::format("--line-end '{}' is not known", text))
      .hint("lf, crlf, cr, or any for LF and CRLF");
}

BinaryText parse_binary(std::string_view text) {
  if (text == "hex") return BinaryText::hex;
  if (text == "base64") return BinaryText::base64;
  if (text == "raw") return BinaryText::raw;
  throw Error(ErrorCode::usage, fmt::format("--binary '{}' is not known", text))
      .hint("hex, base64, or raw for bytes as they are");
}

char parse_decimal_mark(std::string_view text) {
  if (text == "." || text == ",") return text.front();
  throw Error(ErrorCode::usage, fmt::format("--decimal '{}' is not a decimal mark", text))
      .hint("a point or a comma");
}

/// The offset from UTC in MariaDB's form (from -13:59 to +14:00).
std::string parse_time_zone(std::string_view text) {
  const std::string lower = text::lower(text);
  if (lower == "utc" || lower == "z") return "+00:00";
  const auto is_digit = [&text](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  const bool is_offset = text.size() == 6 && (text[0] == '+' || text[0] == '-') && is_digit(1) &&
                         is_digit(2) && text[3] == ':' && is_digit(4) && is_digit(5);
  const int minutes = is_offset ? (text[1] - '0') * 600 + (text[2] - '0') * 60 +
                                      (text[4] - '0') * 10 + text[5] - '0'
                                : 0;
  constexpr int kMaxMinutes = 14 * 60;
  if (is_offset && text[4] < '6' && minutes <= kMaxMinutes - (text[0] == '-' ? 1 : 0)) {
    return std::string(text);
  }
  throw Error(ErrorCode::usage, fmt::format("--time-zone '{}' is not known", text))
      .hint("UTC, or the offset from it, such as +02:00");
}

/// The fields that the format's own programs write for NULL.
std::vector<std::string> default_nulls(const CsvFormat& csv) {
  switch (csv.escapes) {
    case Escapes::plain:
      return {""};
    case Escapes::mysql:
      // Without escapes, INTO OUTFILE writes the word, and LOAD DATA reads it in any file with
      // quotes.
      if (!csv.has_escape()) return {"NULL"};
      if (csv.quote) return {std::string{*csv.escape, 'N'}, "NULL"};
      return {std::string{*csv.escape, 'N'}};
    case Escapes::mysql_batch:
      return {"NULL"};
    case Escapes::pg_text:
      return {"\\N"};
  }
  return {""};
}

}  // namespace

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Named& one : formats()) names.emplace_back(one.name);
    return names;
  }();
  return kNames;
}

FileFormat file_format(const FormatRequest& request) {
  const Named& named = find(request.name);
  FileFormat format;
  format.csv = named.csv;
  format.has_header = named.has_header;
  format.is_json = named.name == "jsonl";
  if (format.is_json && (request.delimiter || request.quote || request.escape || request.trim)) {
    throw Error(ErrorCode::usage,
                "--format jsonl has no delimiters, quotes, escapes or blanks to set");
  }
  format.find_delimiter = request.delimiter ? text::lower(*request.delimiter) == "auto"
                                            : named.name == "csv" && !request.quote;
  if (request.delimiter && !format.find_delimiter)
    format.csv.delimiter = parse_delimiter(*request.delimiter);
  if (request.quote) format.csv.quote = parse_quote(*request.quote, "--quote");
  if (request.escape) format.csv.escape = parse_quote(*request.escape, "--escape");
  if (request.line_end) format.csv.line_end = parse_line_end(*request.line_end);
  format.check_line_end = !request.line_end && format.csv.line_end == LineEnd::lf;
  format.binary = request.binary ? parse_binary(*request.binary) : named.binary;
  format.bits = named.bits;
  format.csv.comment = request.comment;
  format.csv.trim = request.trim;
  format.decimal = request.decimal ? parse_decimal_mark(*request.decimal) : '.';
  if (request.time_zone) format.time_zone = parse_time_zone(*request.time_zone);
  check(format.csv);
  format.nulls.texts = request.nulls.empty() ? default_nulls(format.csv) : request.nulls;
  format.nulls.quoted = request.null_quoted;
  return format;
}

}  // namespace dbmig::import
