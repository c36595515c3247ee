#include "import/header.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "import/column_finder.hpp"
#include "import/file_kind.hpp"
#include "import/find_delimiter.hpp"
#include "import/json_record.hpp"
#include "import/leading_lines.hpp"
#include "import/plan.hpp"
#include "import/record_parser.hpp"
#include "import/reject_target.hpp"
#include "import/renamed_header.hpp"

namespace dbmig::import {
namespace {

class Reading {
 public:
  Reading(ChunkReader& reader, const Options& options, const schema::Table& table,
          const std::string& file)
      : reader_(reader),
        options_(options),
        format_(options.format),
        table_(table),
        finder_(table),
        file_(file) {}

  Opening run() {
    if (const auto ends = other_line_ends(reader_.head(), format_, options_.check_line_end)) {
      throw Error(ErrorCode::invalid, fmt::format("{} is {}", file_, ends->what)).hint(ends->hint);
    }
    // An earlier import wrote it, without the lines to be skipped.
    if (!begins_as_rejects(reader_.head())) {
      reader_.skip_lines(options_.skip_lines);
    }
    if (options_.is_json) return json_opening();
    const bool expects_header =
        options_.header.value_or(options_.columns.empty() && options_.has_header);
    skip_to_record(expects_header);
    use_separator_line();
    if (options_.find_delimiter) set_delimiter(expects_header);
    const std::optional<std::string> record = skip_to_record(expects_header);
    Opening opening;
    opening.note = note_;
    opening.format = format_;
    if (!record) {
      if (!expects_header) return opening;
      throw Error(ErrorCode::invalid, fmt::format("{} is empty", file_))
          .hint("it needs at least a header line, or --columns");
    }
    RecordError error;
    const std::vector<std::string> names = fields_of(*record, &error);
    const bool of_rejects = names.size() > 3 && names[0] == kRejectFile &&
                            names[1] == kRejectLine && names[2] == kRejectReason;
    if (!expects_header && !of_rejects) {
      refuse_unannounced_header(names);
      refuse_other_kinds(*record);
      return opening;
    }
    opening.guess = guess(*record);
    if (!error.reason.empty()) fail(*record, error, opening.guess);
    if (!of_rejects) check_header(*record, names, opening.guess);
    opening.header = Header{*record, names, of_rejects, reader_.line()};
    reader_.take();
    return opening;
  }

 private:
  /// The keys of the first objects are used as the names of a header.
  Opening json_opening() {
    const auto record = skip_to_record(false);
    if (!record && options_.columns.empty()) {
      throw Error(ErrorCode::invalid, fmt::format("{} is empty", file_))
          .hint("it needs a JSON object on each line");
    }
    Opening opening;
    opening.format = format_;
    Header header;
    header.line = reader_.line();
    header.names = options_.columns.empty() ? json_keys(reader_.head()) : options_.columns;
    if (header.names.empty()) refuse_first_line(*record);
    if (!options_.columns.empty() && begins_as_rejects(reader_.head())) {
      header.names.insert(header.names.end(), {std::string(kRejectFile), std::string(kRejectLine),
                                               std::string(kRejectReason)});
    }
    opening.header = std::move(header);
    return opening;
  }

  /// No line is an object with keys.
  [[noreturn]] void refuse_first_line(std::string_view record) const {
    std::vector<Field> fields;
    const auto wrong = JsonRecordParser({}, true).parse(without_line_end(record, format_), fields);
    const bool is_array = text::trim(record).starts_with('[');
    throw Error(ErrorCode::invalid, wrong ? wrong->reason : "the object has no keys")
        .at(here())
        .hint(is_array ? "each line must be an object; jq -c '.[]' FILE converts an array"
                       : "each line must be an object, as in {\"id\": 1, \"name\": \"x\"}");
  }

  /// Skips comments and empty lines, which are no records where more than one field is expected,
  /// and no header. With --columns, an empty one is refused: what follows it may be data.
  std::optional<std::string> skip_to_record(bool expects_header) {
    return skip_leading_lines(
        reader_, format_,
        expects_header ? options_.columns.empty() : options_.is_json || expected_fields() > 1);
  }

  void use(const CsvFormat& format, const std::string& why) {
    format_ = format;
    reader_.set_format(format);
    note_ = fmt::format("{}: {}", file_, why);
  }

  void set_delimiter(bool expects_header) {
    Beginning beginning;
    beginning.text = reader_.head();
    beginning.is_whole = reader_.is_whole();
    beginning.may_be_unknown = options_.ignore_unknown;
    const bool by_names = expects_header && options_.columns.empty();
    if (by_names) {
      beginning.names_known = [this](const std::vector<std::string>& names) {
        return names_known(names);
      };
    } else {
      beginning.fields = expected_fields();
    }
    if (const auto found = find_delimiter(beginning, format_)) {
      use(*found, describe_difference(*found, format_));
    }
  }

  /// The first record's fields; its error is stored in `error`.
  std::vector<std::string> fields_of(std::string_view record, RecordError* error) const {
    CsvFormat format = format_;
    // The client does not escape names.
    if (format.escapes == Escapes::mysql_batch) format.escape.reset();
    return fields_of(record, format, error);
  }

  static std::vector<std::string> fields_of(std::string_view record, const CsvFormat& format,
                                            RecordError* error) {
    RecordParser parser(format, {.texts = {}});
    std::vector<Field> fields;
    std::vector<std::string> names;
    if (auto found = parser.parse(record, fields)) {
      if (error != nullptr) *error = std::move(*found);
      return names;
    }
    for (const Field& field : fields) names.emplace_back(field.text);
    return names;
  }

  [[noreturn]] void fail(std::string_view record, const RecordError& error,
                         const std::string& why) const {
    const std::string_view before = record.substr(0, error.offset);
    const char line_byte = format_.line_byte();
    const auto lines = std::count(before.begin(), before.end(), line_byte);
    const std::size_t line = before.rfind(line_byte);
    const std::size_t column =
        line == std::string_view::npos ? error.offset : error.offset - line - 1;
    throw Error(ErrorCode::invalid, fmt::format("the header cannot be read: {}", error.reason))
        .at({file_, static_cast<int>(reader_.line()) + static_cast<int>(lines),
             static_cast<int>(column + 1)})
        .hint(why);
  }

  void use_separator_line() {
    // In a file of one column it may be a value, if the user says that there is no header.
    if (options_.header == false) return;
    const auto found = take_separator_line(reader_, format_, !options_.find_delimiter, file_);
    if (found) {
      use(found->format, fmt::format("the line {} sets the separator of fields", found->line));
    }
  }

  SourcePosition here() const { return {file_, static_cast<int>(reader_.line()), 0}; }

  /// Whether the header's `name` is a column, directly or by --map.
  bool is_known(const std::string& name) const {
    const bool of_rejects = name == kRejectFile || name == kRejectLine || name == kRejectReason;
    return of_rejects || is_mapped(options_.map, name) || finder_.find(name) != nullptr;
  }

  std::size_t names_known(const std::vector<std::string>& names) const {
    return static_cast<std::size_t>(std::count_if(
        names.begin(), names.end(), [this](const std::string& name) { return is_known(name); }));
  }

  static std::vector<std::string> without_empty(std::vector<std::string> names) {
    std::erase(names, std::string());
    return names;
  }

  /// A guess why the header names no column.
  std::string guess(std::string_view record) const {
    const std::string_view line = without_line_end(record, format_);
    if (text::trim(line).empty()) return "the first line is empty; the header must be the first";
    char best = '\0';
    std::size_t most = 0;
    for (const char delimiter : other_delimiters(line, format_)) {
      CsvFormat other = format_;
      other.delimiter = delimiter;
      const std::vector<std::string> names = fields_of(record, other, nullptr);
      // A delimiter of two characters leaves a field without a name between any two.
      const bool is_cut_twice = std::any_of(names.begin() + (names.empty() ? 0 : 1), names.end(),
                                            [](const auto& name) { return name.empty(); });
      if (is_cut_twice && names_known(without_empty(names)) == without_empty(names).size()) {
        return fmt::format(
            "the fields seem to be separated by '{0}{0}', and a delimiter is one character: "
            "sed 's/{0}{0}/\\t/g' FILE | dbmig import - --table {1} --delimiter '\\t'",
            delimiter, table_.name);
      }
      const std::size_t known = names.size() > 1 && !is_cut_twice ? names_known(names) : 0;
      if (known > most) {
        most = known;
        best = delimiter;
      }
    }
    if (most > 0) {
      return fmt::format("the fields seem to be separated by something else: try {}",
                         delimiter_option(best));
    }
    if (const auto kind = text_kind(reader_.head())) {
      return fmt::format("the file looks like {}; {}", kind->what, kind->hint);
    }
    const std::string_view quoted = text::trim(line);
    if (quoted.size() > 1 && quoted.front() == '\'' && format_.quote != '\'') {
      return "if fields are in single quotes: --quote \"'\"";
    }
    if (line.find('\0') != std::string_view::npos) {
      return "the line has NUL bytes: is the text in UTF-16? --encoding utf-16le reads it";
    }
    if (text::find_invalid_utf8(line)) {
      return "the line is not UTF-8; name the file's encoding, for example --encoding latin1";
    }
    return "";
  }

  void check_header(const std::string& record, const std::vector<std::string>& names,
                    const std::string& why) const {
    const std::size_t expected = options_.columns.size();
    const bool may_differ =
        names.size() > expected ? options_.ignore_unknown : options_.fill_missing;
    if (expected != 0 && names.size() != expected && !may_differ) {
      throw Error(ErrorCode::invalid, fmt::format("the header has {}, and --columns names {}",
                                                  text::count(names.size(), "field"), expected))
          .at(here())
          .hint(why.empty() ? "name a column for each field; - leaves a field out" : why);
    }
    if (expected != 0) refuse_other_kinds(record);
    refuse_swallowed_records(record, names);
  }

  /// A quote that is opened in the header and not closed ends at the next quote, several records
  /// later.
  void refuse_swallowed_records(const std::string& record,
                                const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      const std::size_t line_end = name.find(format_.line_byte());
      if (line_end == std::string::npos) continue;
      if (options_.columns.empty() && is_known(name)) continue;
      const bool has_delimiter = name.find(format_.delimiter, line_end) != std::string::npos;
      if (!has_delimiter && names.size() > 1) continue;
      const auto lines = std::count(record.begin(), record.end(), format_.line_byte());
      throw Error(ErrorCode::invalid,
                  fmt::format("the header is {} lines long: its field {} seems to contain records",
                              lines, shown(name)))
          .at(here())
          .hint("close the quote in the first line; a header must be on one line");
    }
  }

  /// A header where the options expect none would be loaded as a row.
  void refuse_unannounced_header(const std::vector<std::string>& names) const {
    if (options_.header.has_value() || names.size() < 2) return;
    std::vector<std::string> expected = options_.columns;
    if (expected.empty()) expected = table_.column_names();
    const bool same = std::equal(names.begin(), names.end(), expected.begin(), expected.end(),
                                 [](const std::string& name, const std::string& column) {
                                   return text::equals_ignoring_case(text::trim(name), column);
                                 });
    if (!same) return;
    throw Error(ErrorCode::invalid, "the first line names the columns")
        .at(here())
        .hint("use --header if it is a header, --no-header if it is data");
  }

  std::size_t expected_fields() const {
    return options_.columns.empty() ? table_.columns.size() : options_.columns.size();
  }

  /// JSON and SQL may happen to have as many commas as fields are expected.
  void refuse_other_kinds(std::string_view record) const {
    if (expected_fields() < 2 || !is_whole_of_another_kind(record)) return;
    const auto kind = text_kind(record);
    throw Error(ErrorCode::invalid, fmt::format("{} is {}", file_, kind->what)).hint(kind->hint);
  }

  ChunkReader& reader_;
  const Options& options_;
  CsvFormat format_;  ///< as far as it is known so far
  std::string note_;
  const schema::Table& table_;
  ColumnFinder finder_;
  const std::string& file_;
};

}  // namespace

Opening read_opening(ChunkReader& reader, const Options& options, const schema::Table& table,
                     const std::string& file) {
  return Reading(reader, options, table, file).run();
}

}  // namespace dbmig::import
