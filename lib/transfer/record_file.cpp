#include "transfer/record_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "import/file_kind.hpp"
#include "import/find_delimiter.hpp"
#include "import/leading_lines.hpp"
#include "import/reject_target.hpp"

namespace dbmig::transfer {
namespace {

using import::CsvFormat;

/// How the records at the beginning of a file look with one delimiter.
struct Look {
  std::size_t fields = 0;  ///< of the first record
  std::size_t alike = 0;   ///< number of other records with as many
  bool are_all_alike = false;
  bool is_first_clean = false;  ///< all of its fields but the last have text
};

Look look_at(std::string_view head, bool is_whole, const CsvFormat& format) {
  constexpr std::size_t kLooked = 50;
  const auto records = import::first_records(head, is_whole, format, kLooked);
  Look look;
  if (records.empty()) return look;
  const std::vector<std::string>& first = records.front();
  look.fields = first.size();
  look.alike = static_cast<std::size_t>(
      std::count_if(records.begin() + 1, records.end(),
                    [&](const auto& fields) { return fields.size() == look.fields; }));
  look.are_all_alike = look.alike + 1 == records.size();
  look.is_first_clean =
      first.size() > 1 && std::none_of(first.begin(), first.end() - 1,
                                       [](const auto& field) { return text::trim(field).empty(); });
  return look;
}

/// The delimiter with which all of the first records have as many fields as the first one, and the
/// most. If there is none, the one that cuts the first record into names, and most others alike: a
/// record that does not fit is then a mistake in it.
CsvFormat best_format(std::string_view head, bool is_whole, const CsvFormat& format) {
  CsvFormat best = format;
  CsvFormat likely = format;
  std::size_t most = 1;
  std::pair<std::size_t, std::size_t> likely_most{0, 0};  // records, fields
  for (const char delimiter : {format.delimiter, ',', ';', '\t', '|'}) {
    CsvFormat one = format;
    one.delimiter = delimiter;
    const Look look = look_at(head, is_whole, one);
    if (look.are_all_alike && look.fields > most) {
      most = look.fields;
      best = one;
    }
    if (const std::pair found(look.alike, look.fields);
        look.is_first_clean && look.alike > 0 && found > likely_most) {
      likely_most = found;
      likely = one;
    }
  }
  return most > 1 ? best : likely;
}

}  // namespace

RecordFile::RecordFile(const import::Options& options, const std::string& path,
                       const std::atomic<bool>& stop)
    : options_(import::options_for_file(options, path)),
      opened_(import::open_input(path, options.encoding, stop, {})),
      reader_(*opened_.input, options_.format,
              {.chunk = options.chunk_bytes, .record = options.record_bytes}),
      file_(opened_.input->name()),
      has_header_(options_.header.value_or(options_.has_header)) {
  shape_.format = options_.format;
  if (const auto ends =
          import::other_line_ends(reader_.head(), shape_.format, options_.check_line_end)) {
    throw Error(ErrorCode::invalid, fmt::format("{} is {}", file_, ends->what)).hint(ends->hint);
  }
  reader_.skip_lines(options_.skip_lines);
  open_records();
  shape_.names = read_names();
}

/// Takes what comes before the header, and finds the delimiter.
void RecordFile::open_records() {
  import::skip_leading_lines(reader_, shape_.format, skips_empty_lines());
  if (options_.is_json) return;
  std::optional<import::SeparatorLine> separator;
  if (options_.header != false) {
    separator =
        import::take_separator_line(reader_, shape_.format, !options_.find_delimiter, file_);
  }
  if (separator) {
    shape_.format = separator->format;
  } else if (options_.find_delimiter) {
    shape_.format = best_format(reader_.head(), reader_.is_whole(), shape_.format);
  }
  reader_.set_format(shape_.format);
}

/// An empty line is a record of one field, unless records have more.
bool RecordFile::skips_empty_lines() const {
  if (has_header_ || options_.is_json) return true;
  CsvFormat format = shape_.format;
  if (options_.find_delimiter) format = best_format(reader_.head(), reader_.is_whole(), format);
  const auto records = import::first_records(reader_.head(), reader_.is_whole(), format, 1);
  return records.empty() || records.front().size() > 1;
}

std::vector<std::string> RecordFile::read_names() {
  const auto record = import::skip_leading_lines(reader_, shape_.format, skips_empty_lines());
  if (!record) {
    throw Error(ErrorCode::invalid, fmt::format("{} is empty", file_))
        .hint("a table needs at least the names of its columns");
  }
  if (options_.is_json) return import::json_keys(reader_.head());
  if (const auto kind = import::text_kind(*record);
      kind && import::is_whole_of_another_kind(*record)) {
    throw Error(ErrorCode::invalid, fmt::format("{} is {}", file_, kind->what)).hint(kind->hint);
  }
  std::vector<std::string> names = names_in(*record);
  if (has_header_) {
    lines_before_header_ = reader_.line() - 1;
    reader_.take();
    return names;
  }
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = fmt::format("column_{}", i + 1);
  return names;
}

std::vector<std::string> RecordFile::names_in(const std::string& record) {
  const SourcePosition here{file_, static_cast<int>(reader_.line()), 0};
  if (const auto broken = has_header_ ? text::find_invalid_utf8(record) : std::nullopt) {
    throw not_utf8(record[*broken]).at(here);
  }
  CsvFormat format = shape_.format;
  // The client does not escape names.
  if (has_header_ && format.escapes == import::Escapes::mysql_batch) format.escape.reset();
  import::RecordParser parser(format, {.texts = {}});
  std::vector<import::Field> fields;
  if (const auto wrong = parser.parse(record, fields)) {
    throw Error(ErrorCode::invalid, fmt::format("the header cannot be read: {}", wrong->reason))
        .at({file_, here.line, static_cast<int>(wrong->offset + 1)});
  }
  std::vector<std::string> names;
  for (const import::Field& field : fields) names.emplace_back(field.text);
  const auto is_empty = [](const std::string& name) { return text::trim(name).empty(); };
  if (has_header_ && std::all_of(names.begin(), names.end(), is_empty)) {
    throw Error(ErrorCode::invalid, "the header names no column")
        .at(here)
        .hint("leave the line out with --skip-lines, or use --no-header if it is data");
  }
  return names;
}

void RecordFile::follow(const std::vector<std::string>& names) {
  if (names == shape_.names) return;
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], i);
  bool is_same = places.size() == names.size() && names.size() == shape_.names.size();
  for (const std::string& name : shape_.names) {
    const auto place = places.find(name);
    is_same = is_same && place != places.end();
    if (!is_same) break;
    shape_.places.push_back(place->second);
    places.erase(place);
  }
  if (is_same) return;
  throw Error(ErrorCode::invalid,
              fmt::format("the columns of {} differ from those of the file before it", file_))
      .hint("infer one table at a time");
}

}  // namespace dbmig::transfer
