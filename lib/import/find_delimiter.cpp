#include "import/find_delimiter.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "import/file_kind.hpp"
#include "import/record_parser.hpp"
#include "import/shown.hpp"
#include "import/splitter.hpp"

namespace dbmig::import {
namespace {

/// The number of records at the beginning that are examined.
constexpr std::size_t kLooked = 200;

std::vector<CsvFormat> candidates(const CsvFormat& format) {
  std::vector<CsvFormat> all;
  for (const auto quote : {format.quote, std::optional('\'')}) {
    for (const char delimiter : {',', ';', '\t', '|'}) {
      CsvFormat one = format;
      one.delimiter = delimiter;
      one.quote = quote;
      if (one != format && one.quote != one.delimiter && one.escape != one.delimiter) {
        all.push_back(one);
      }
    }
  }
  return all;
}

std::optional<CsvFormat> by_header(const Beginning& beginning, const CsvFormat& format) {
  const auto known = [&](const CsvFormat& one, bool& all) {
    const auto records = first_records(beginning.text, beginning.is_whole, one, 1);
    if (records.empty()) return std::size_t{0};
    const std::size_t count = beginning.names_known(records.front());
    all = count != 0 && (beginning.may_be_unknown || count == records.front().size());
    return count;
  };
  bool all = false;
  std::size_t most = known(format, all);
  std::optional<CsvFormat> best;
  for (const CsvFormat& one : candidates(format)) {
    const std::size_t count = known(one, all);
    if (count <= most || !all) continue;
    most = count;
    best = one;
  }
  return best;
}

std::optional<CsvFormat> by_fields(const Beginning& beginning, const CsvFormat& format) {
  if (beginning.fields < 2) return std::nullopt;
  const auto fits = [&](const CsvFormat& one) {
    const auto records = first_records(beginning.text, beginning.is_whole, one, kLooked);
    return !records.empty() && std::all_of(records.begin(), records.end(), [&](const auto& fields) {
      return fields.size() == beginning.fields;
    });
  };
  if (fits(format)) return std::nullopt;
  std::optional<CsvFormat> found;
  for (const CsvFormat& one : candidates(format)) {
    // Without quotes in the file, the quote character makes no difference.
    if ((found && found->delimiter == one.delimiter) || !fits(one)) continue;
    if (found) return std::nullopt;
    found = one;
  }
  return found;
}

}  // namespace

std::vector<std::vector<std::string>> first_records(std::string_view text, bool is_whole,
                                                    const CsvFormat& format, std::size_t most) {
  const Splitter splitter(format);
  RecordParser parser(format, {.texts = {}});
  std::vector<std::vector<std::string>> records;
  std::vector<Field> fields;
  for (std::size_t at = 0; at < text.size() && records.size() < most;) {
    const auto end = splitter.record_end(text, at);
    if (!end && !is_whole) break;
    const std::string_view record = text.substr(at, end.value_or(text.size()) - at);
    at += record.size();
    if (format.is_comment(record) || without_line_end(record, format).empty()) continue;
    std::vector<std::string>& texts = records.emplace_back();
    if (parser.parse(record, fields)) continue;
    for (const Field& field : fields) texts.emplace_back(field.text);
  }
  return records;
}

std::optional<CsvFormat> find_delimiter(const Beginning& beginning, const CsvFormat& format) {
  return beginning.names_known ? by_header(beginning, format) : by_fields(beginning, format);
}

std::string describe_difference(const CsvFormat& found, const CsvFormat& from) {
  std::string text;
  if (found.delimiter != from.delimiter) {
    const std::string what =
        found.delimiter == '\t' ? "tabs" : fmt::format("'{}'", found.delimiter);
    text = fmt::format("fields are separated by {} ({})", what, delimiter_option(found.delimiter));
  }
  if (found.quote != from.quote) {
    text += fmt::format("{}fields are in single quotes", text.empty() ? "" : " and ");
  }
  return text;
}

}  // namespace dbmig::import
