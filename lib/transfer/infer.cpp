#include "transfer/infer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "import/chunk_reader.hpp"
#include "import/file_kind.hpp"
#include "import/find_delimiter.hpp"
#include "import/indexed_records.hpp"
#include "import/json_record.hpp"
#include "import/open_input.hpp"
#include "import/record_parser.hpp"
#include "import/reject_target.hpp"
#include "import/wire.hpp"
#include "transfer/composite_keys.hpp"
#include "transfer/evidence.hpp"

namespace dbmig::transfer {
namespace {

using import::Bytes;
using import::CsvFormat;
using import::Field;

/// A column's name as a database and a model like it: "Organization Name" is organization_name.
/// An import finds it by either.
std::string column_name(std::string_view name) {
  std::string out;
  for (const char c : text::lower(text::trim(name))) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                          static_cast<unsigned char>(c) >= 0x80;
    out.push_back(is_plain ? c : '_');
  }
  return out;
}

/// The delimiter and quote by which most of the first records have as many fields as the first,
/// and more than one.
CsvFormat best_format(std::string_view head, bool is_whole, const CsvFormat& format) {
  CsvFormat best = format;
  std::size_t most = 1;
  for (const char delimiter : {format.delimiter, ',', ';', '\t', '|'}) {
    CsvFormat one = format;
    one.delimiter = delimiter;
    constexpr std::size_t kLooked = 50;
    const auto records = import::first_records(head, is_whole, one, kLooked);
    const std::size_t expected = records.empty() ? 0 : records.front().size();
    const bool fits = std::all_of(records.begin(), records.end(),
                                  [&](const auto& fields) { return fields.size() == expected; });
    if (!fits || expected <= most) continue;
    most = expected;
    best = one;
  }
  return best;
}

/// What one rank found.
struct Findings {
  std::vector<std::string> names;  ///< as the file has them
  std::vector<Evidence> columns;
  CsvFormat format;
};

/// What is done with each record; false when further ones do not matter.
using EachRecord = std::function<bool(const std::vector<Field>&)>;

class Reading {
 public:
  Reading(const import::Options& options, const std::atomic<bool>& stop, int rank, int ranks)
      : options_(options), stop_(stop), rank_(rank), ranks_(ranks) {}

  Findings run() {
    for (const std::string& path : options_.files) read(path);
    return std::move(found_);
  }
  /// Gives all records away instead of looking at their values.
  void run(const EachRecord& each) {
    each_ = &each;
    for (const std::string& path : options_.files) {
      if (!is_over_) read(path);
    }
  }

 private:
  void read(const std::string& path) {
    import::OpenedInput opened = import::open_input(path, options_.encoding, stop_, {});
    import::ChunkReader reader(*opened.input, options_.format,
                               {.chunk = options_.chunk_bytes, .record = options_.record_bytes});
    file_ = opened.input->name();
    reader.skip_lines(options_.skip_lines);
    CsvFormat format = options_.format;
    if (options_.find_delimiter && !options_.is_json) {
      format = best_format(reader.head(), reader.is_whole(), format);
      reader.set_format(format);
    }
    found_.format = format;
    const std::vector<std::string> names = read_names(reader, format);
    if (found_.names.empty()) {
      found_.names = names;
      found_.columns.resize(names.size());
    } else if (found_.names != names) {
      throw Error(ErrorCode::invalid,
                  fmt::format("{} has other columns than the file before it", file_))
          .hint("infer one table at a time");
    }
    Bytes chunk;
    for (int number = 0; !is_over_ && reader.next(chunk, 0); ++number) {
      if (stop_) throw Error(ErrorCode::interrupted, "interrupted");
      if (number % ranks_ == rank_) look_at(chunk, reader.first_line(), format);
    }
  }

  std::vector<std::string> read_names(import::ChunkReader& reader, const CsvFormat& format) {
    auto record = reader.peek();
    while (record &&
           (format.is_comment(*record) || import::without_line_end(*record, format).empty())) {
      reader.take();
      record = reader.peek();
    }
    if (!record) {
      throw Error(ErrorCode::invalid, fmt::format("{} is empty", file_))
          .hint("a table needs at least the names of its columns");
    }
    if (options_.is_json) return import::json_keys(reader.head());
    if (const auto kind = import::text_kind(*record);
        kind && import::is_whole_of_another_kind(*record)) {
      throw Error(ErrorCode::invalid, fmt::format("{} is {}", file_, kind->what)).hint(kind->hint);
    }
    import::RecordParser parser(format, {.texts = {}});
    std::vector<Field> fields;
    if (const auto wrong = parser.parse(*record, fields)) {
      throw Error(ErrorCode::invalid, fmt::format("the header cannot be read: {}", wrong->reason))
          .at({file_, static_cast<int>(reader.line()), static_cast<int>(wrong->offset + 1)});
    }
    std::vector<std::string> names;
    const bool has_header = options_.header.value_or(options_.has_header);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      names.push_back(has_header ? std::string(fields[i].text) : fmt::format("column_{}", i + 1));
      if (!text::trim(names.back()).empty()) continue;
      throw Error(ErrorCode::invalid, fmt::format("field {} of the header has no name", i + 1))
          .at({file_, static_cast<int>(reader.line()), 0})
          .hint("name it; --no-header if the first line is data");
    }
    if (has_header) reader.take();
    return names;
  }

  void look_at(const Bytes& chunk, std::uint64_t first_line, const CsvFormat& format) {
    const std::string_view text(chunk.data(), chunk.size());
    const import::Splitter splitter(format);
    import::RecordParser parser(format, options_.nulls);
    std::optional<import::JsonRecordParser> json;
    if (options_.is_json) json.emplace(found_.names, false);
    std::optional<import::IndexedRecords> indexed;
    if (!options_.is_json && import::IndexedRecords::suits(format)) {
      indexed.emplace(format, options_.nulls);
      indexed->start(text);
    }
    std::vector<Field> fields;
    for (std::size_t at = 0; !is_over_ && at < text.size();) {
      const auto next = indexed ? indexed->cut(at, fields) : std::nullopt;
      if (next && fields.size() == found_.names.size()) {
        at = *next;
        take(fields);
        continue;
      }
      const std::size_t end = splitter.record_end(text, at).value_or(text.size());
      const std::string_view record = text.substr(at, end - at);
      const std::size_t start = std::exchange(at, end);
      if (format.is_comment(record)) continue;
      const std::string_view line = import::without_line_end(record, format);
      if (line.empty() && (json || found_.names.size() > 1)) continue;
      const auto wrong = json ? json->parse(line, fields) : parser.parse(record, fields);
      std::string reason = wrong ? wrong->reason : "";
      if (!wrong && fields.size() != found_.names.size()) {
        reason = fmt::format("the record has {}, and the header {}",
                             text::count(fields.size(), "field"), found_.names.size());
      }
      if (!reason.empty()) {
        const auto lines = std::count(
            text.begin(), text.begin() + static_cast<std::ptrdiff_t>(start), format.line_byte());
        throw Error(ErrorCode::invalid, reason)
            .at({file_, static_cast<int>(first_line + static_cast<std::uint64_t>(lines)), 0})
            .hint("nothing was written; mend the file, or say how its fields are cut");
      }
      take(fields);
    }
  }

  void take(const std::vector<Field>& fields) {
    if (each_ != nullptr) {
      is_over_ = !(*each_)(fields);
      return;
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
      found_.columns[i].add(fields[i].null ? std::nullopt : std::optional(fields[i].text));
    }
  }

  const import::Options& options_;
  const std::atomic<bool>& stop_;
  int rank_;
  int ranks_;
  std::string file_;
  Findings found_;
  const EachRecord* each_ = nullptr;
  bool is_over_ = false;
};

/// Which of `groups` no two records are the same in; all records are read.
std::vector<ColumnGroup> search_groups(const import::Options& options,
                                       const std::atomic<bool>& stop,
                                       std::vector<ColumnGroup> groups) {
  if (groups.empty()) return {};
  GroupSearch search(std::move(groups));
  Reading(options, stop, 0, 1).run([&](const std::vector<Field>& record) {
    return search.add(record);
  });
  return search.left();
}

void put_groups(Bytes& message, const std::vector<ColumnGroup>& groups) {
  import::WireWriter writer(message);
  writer.put(static_cast<std::uint32_t>(groups.size()));
  for (const ColumnGroup& group : groups) {
    writer.put(static_cast<std::uint32_t>(group.size()));
    for (const std::size_t column : group) writer.put(static_cast<std::uint32_t>(column));
  }
}

std::vector<ColumnGroup> get_groups(import::WireReader& reader) {
  std::vector<ColumnGroup> groups(reader.get<std::uint32_t>());
  for (ColumnGroup& group : groups) {
    group.resize(reader.get<std::uint32_t>());
    for (std::size_t& column : group) column = reader.get<std::uint32_t>();
  }
  return groups;
}

/// The root's half of a search that all ranks take part in: each is given some of the groups, and
/// reads all records. Without groups the search ends for the others.
class SharedSearch {
 public:
  SharedSearch(const import::Options& options, import::Communicator& ranks, int readers,
               const std::atomic<bool>& stop)
      : options_(options), ranks_(ranks), readers_(readers), stop_(stop) {}
  ~SharedSearch() {
    try {
      for (int rank = 1; rank < readers_; ++rank) give(rank, {});
    } catch (const std::exception&) {  // NOLINT: a rank that is gone need not be told
    }
  }
  SharedSearch(const SharedSearch&) = delete;
  SharedSearch& operator=(const SharedSearch&) = delete;

  std::vector<ColumnGroup> search(const std::vector<ColumnGroup>& groups) {
    if (groups.empty()) return {};
    std::vector<std::vector<ColumnGroup>> shares(static_cast<std::size_t>(readers_));
    for (std::size_t i = 0; i < groups.size(); ++i) shares[i % shares.size()].push_back(groups[i]);
    // A rank without groups would take that for the end.
    const int asked = static_cast<int>(std::min(groups.size(), shares.size()));
    for (int rank = 1; rank < asked; ++rank) give(rank, shares[static_cast<std::size_t>(rank)]);
    std::vector<ColumnGroup> left;
    std::exception_ptr failure;
    try {
      left = search_groups(options_, stop_, shares.front());
    } catch (...) {
      failure = std::current_exception();
    }
    for (int rank = 1; rank < asked; ++rank) {
      Bytes message;
      import::wait(*ranks_.irecv(message, rank));
      import::WireReader reader({message.data(), message.size()});
      for (ColumnGroup& group : get_groups(reader)) left.push_back(std::move(group));
    }
    if (failure) std::rethrow_exception(failure);
    std::sort(left.begin(), left.end());
    return left;
  }

  /// The other ranks' half.
  static void serve(const import::Options& options, import::Communicator& ranks,
                    const std::atomic<bool>& stop) {
    while (true) {
      Bytes message;
      import::wait(*ranks.irecv(message, 0));
      import::WireReader reader({message.data(), message.size()});
      std::vector<ColumnGroup> groups = get_groups(reader);
      if (groups.empty()) return;
      Bytes answer;
      try {
        groups = search_groups(options, stop, std::move(groups));
      } catch (const Error&) {
        groups.clear();  // the root reads the same files, and says what is wrong
      }
      put_groups(answer, groups);
      import::wait(*ranks.isend(answer, 0));
    }
  }

 private:
  void give(int rank, const std::vector<ColumnGroup>& groups) {
    Bytes message;
    put_groups(message, groups);
    import::wait(*ranks_.isend(message, rank));
  }

  const import::Options& options_;
  import::Communicator& ranks_;
  int readers_;
  const std::atomic<bool>& stop_;
};

/// Whether the files can be read a second time.
bool can_be_read_again(const import::Options& options) {
  return std::all_of(options.files.begin(), options.files.end(), [](const std::string& file) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(file, ignored);
  });
}

/// The smallest groups of columns that tell rows apart, where no column does.
void find_composite_keys(SharedSearch& shared, const std::vector<Evidence>& columns,
                         Inferred& result) {
  constexpr std::size_t kMaxSize = 3;
  constexpr std::size_t kMaxShown = 3;
  const bool is_needed =
      result.rows > 1 && std::none_of(columns.begin(), columns.end(),
                                      [](const Evidence& one) { return one.is_unique(); });
  for (std::size_t size = 2; is_needed && size <= kMaxSize && result.composite_keys.empty();
       ++size) {
    for (const ColumnGroup& group : shared.search(groups_of(result.table, columns, size))) {
      std::vector<std::string> names;
      for (const std::size_t column : group) names.push_back(result.table.columns[column].name);
      if (result.composite_keys.size() < kMaxShown) result.composite_keys.push_back(names);
    }
  }
}

// How a rank's message begins.
enum class Outcome : std::uint8_t { found, failed };

/// Sends what this rank found, or why it failed, to the root.
void send(import::Communicator& ranks, const Findings& found, const std::optional<Error>& failure) {
  Bytes message;
  import::WireWriter writer(message);
  writer.put(failure ? Outcome::failed : Outcome::found);
  if (failure) {
    writer.put(static_cast<std::int32_t>(failure->code()));
    writer.put_text(failure->what());
  } else {
    writer.put(static_cast<std::uint32_t>(found.columns.size()));
    for (const Evidence& column : found.columns) column.encode(message);
  }
  import::wait(*ranks.isend(message, 0));
}

void add(const Bytes& message, std::vector<Evidence>& columns) {
  import::WireReader reader({message.data(), message.size()});
  if (reader.get<Outcome>() == Outcome::failed) {
    const auto code = static_cast<ErrorCode>(reader.get<std::int32_t>());
    throw Error(code, std::string(reader.get_text()));
  }
  const auto count = reader.get<std::uint32_t>();
  if (count != columns.size()) {
    throw Error(ErrorCode::failed, "the ranks read different files");
  }
  for (Evidence& column : columns) column.add(Evidence::decode(reader));
}

/// Which column tells rows apart: of those that do, one called so, else the first whole number.
std::optional<std::size_t> choose_key(const schema::Table& table,
                                      const std::vector<Evidence>& columns) {
  const auto ends_in = [](const std::string& name, std::string_view word) {
    return name == word || (name.size() > word.size() && name.ends_with("_" + std::string(word)));
  };
  std::optional<std::size_t> number;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const schema::Column& column = table.columns[i];
    if (!columns[i].is_unique()) continue;
    const bool may_be_key =
        schema::is_integer(column.type.kind) || column.type.kind == schema::TypeKind::uuid ||
        (column.type.kind == schema::TypeKind::varchar && column.type.length.value_or(0) <= 255);
    if (!may_be_key) continue;
    for (const char* word : {"id", "key", "code", "uuid", "number", "no", "nr"}) {
      if (ends_in(column.name, word)) return i;
    }
    if (schema::is_integer(column.type.kind) && !number) number = i;
  }
  return number;
}

std::string options_for_import(const import::Options& options, const Inferred& inferred) {
  const CsvFormat& format = inferred.format;
  std::string out;
  if (options.is_json) out += " --format jsonl";
  if (!options.encoding.empty()) out += " --encoding " + options.encoding;
  if (options.skip_lines != 0) out += fmt::format(" --skip-lines {}", options.skip_lines);
  if (!format.comment.empty()) out += fmt::format(" --comment '{}'", format.comment);
  for (const import::DateOption& date : inferred.date_formats) {
    out += fmt::format(" --date-format '{}={}'", date.column, date.format);
  }
  return out;
}

Inferred result_of(const import::Options& options, const Findings& found) {
  Inferred result;
  result.table.name =
      options.table.empty() ? column_name(import::table_of(options.files.front())) : options.table;
  for (std::size_t i = 0; i < found.columns.size(); ++i) {
    const Evidence& evidence = found.columns[i];
    schema::Column column;
    column.name = column_name(found.names[i]);
    for (int n = 2; result.table.find_column(column.name) != nullptr; ++n) {
      column.name = fmt::format("{}_{}", column_name(found.names[i]), n);
    }
    column.type = evidence.type();
    column.nullable = evidence.has_nulls();
    // SQLite, which has no decimals, keeps 15 digits of a number, and all of a text.
    constexpr int kDigitsOfSqlite = 15;
    if (column.type.kind == schema::TypeKind::decimal && column.type.length > kDigitsOfSqlite) {
      column.sqlite.type = schema::Type{};
      column.sqlite.type->kind = schema::TypeKind::text;
    }
    const bool is_date = column.type.kind == schema::TypeKind::date ||
                         column.type.kind == schema::TypeKind::datetime;
    if (const std::string date = evidence.date_format(); is_date && !date.empty()) {
      result.date_formats.push_back({column.name, date});
    }
    result.table.columns.push_back(column);
    result.evidence.push_back(evidence.describe());
    result.rows = evidence.rows();
    const std::vector<std::string> dates = evidence.ambiguous_dates();
    if (dates.size() > 1) {
      result.notes.push_back(
          fmt::format("column '{}': its dates could be written as {} or as {}; the first is taken",
                      column.name, dates[0], dates[1]));
    }
  }
  if (const auto key = choose_key(result.table, found.columns)) {
    result.table.primary_key = schema::PrimaryKey{};
    result.table.primary_key->columns = {result.table.columns[*key].name};
  }
  for (std::size_t i = 0; i < found.columns.size(); ++i) {
    if (found.columns[i].is_unique()) result.evidence[i] += ", no value twice";
  }
  result.names = found.names;
  result.format = found.format;
  result.import_options = options_for_import(options, result);
  result.columns = found.columns;
  return result;
}

}  // namespace

Inferred infer(const import::Options& options, import::Communicator& ranks,
               const std::atomic<bool>& stop) {
  // Standard input and pipes are the root's alone.
  const bool is_shared =
      std::none_of(options.files.begin(), options.files.end(),
                   [](const std::string& file) { return file == import::kStandardInput; });
  const int readers = is_shared ? ranks.size() : 1;
  Findings found;
  std::optional<Error> failure;
  if (ranks.rank() < readers) {
    try {
      found = Reading(options, stop, ranks.rank(), readers).run();
    } catch (const Error& error) {
      failure = error;
    }
  }
  if (!ranks.is_root()) {
    if (ranks.rank() < readers) {
      send(ranks, found, failure);
      SharedSearch::serve(options, ranks, stop);
    }
    return {};
  }
  SharedSearch shared(options, ranks, readers, stop);
  std::vector<Bytes> messages(static_cast<std::size_t>(readers));
  for (int rank = 1; rank < readers; ++rank) {
    import::wait(*ranks.irecv(messages[static_cast<std::size_t>(rank)], rank));
  }
  if (failure) throw Error(*failure);
  for (int rank = 1; rank < readers; ++rank) {
    add(messages[static_cast<std::size_t>(rank)], found.columns);
  }
  Inferred result = result_of(options, found);
  if (can_be_read_again(options)) find_composite_keys(shared, found.columns, result);
  return result;
}

}  // namespace dbmig::transfer
