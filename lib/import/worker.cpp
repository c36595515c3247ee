#include "import/worker.hpp"

#include <fmt/core.h>

#include <chrono>
#include <cstring>
#include <exception>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "import/file_kind.hpp"
#include "import/stopwatch.hpp"
#include "import/wire.hpp"

namespace dbmig::import {
namespace {

using Clock = std::chrono::steady_clock;

void put_header(WireWriter& writer, ChunkResult::Status status, std::string_view failure,
                std::uint64_t nanoseconds) {
  writer.put(static_cast<std::uint8_t>(status));
  writer.put_text(failure);
  writer.put(nanoseconds);
}

}  // namespace

std::string BadRecord::message() const {
  if (field == 0) return reason;
  const std::string what = value.empty() ? reason : fmt::format("{} {}", value, reason);
  if (column.empty()) return fmt::format("field {}: {}", field, what);
  return fmt::format("column '{}' (field {}): {}", column, field, what);
}

Worker::Worker(Plan plan)
    : plan_(std::move(plan)),
      splitter_(plan_.format),
      parser_(plan_.format, plan_.nulls),
      encoder_(backend::row_encoder(plan_.encoding, plan_.columns.size())),
      keys_(plan_.watched),
      row_(plan_.columns.size()) {
  const FileEncoding* const encoding = FileEncoding::of(plan_.file_encoding);
  converters_.reserve(plan_.columns.size());
  const std::size_t of_file = plan_.columns.size() - plan_.constants.size();
  for (const TargetColumn& column : plan_.columns) {
    const bool is_constant = converters_.size() >= of_file;
    ValueFormat format{.binary = plan_.binary, .zero_dates = plan_.zero_dates};
    if (!is_constant) {
      format.bits = plan_.bits;
      format.decimal = plan_.decimal;
      format.encoding = encoding;
    }
    converters_.emplace_back(column, plan_.dialect, format);
  }
  if (!plan_.keys.empty()) {
    json_ = std::make_unique<JsonRecordParser>(plan_.keys, plan_.ignore_unknown,
                                               plan_.columns_without_key);
  } else if (IndexedRecords::suits(plan_.format)) {
    indexed_.emplace(plan_.format, plan_.nulls);
  }
  convert_constants();
}

/// The cells of the last columns do not change from here on: their converters get no other value.
void Worker::convert_constants() {
  const std::size_t first = plan_.columns.size() - plan_.constants.size();
  for (std::size_t i = 0; i < plan_.constants.size(); ++i) {
    const std::optional<std::string>& value = plan_.constants[i];
    Converter& converter = converters_[first + i];
    const bool fits = value ? converter.convert(*value, row_[first + i], reason_)
                            : converter.convert_null(row_[first + i], reason_);
    if (fits) continue;
    throw Error(ErrorCode::usage, fmt::format("--set {}: {} {}", converter.column().name,
                                              value ? shown(*value) : "NULL", reason_));
  }
}

void Worker::report(std::uint32_t offset, std::size_t field, std::string reason) {
  BadRecord& bad = bad_.emplace_back();
  bad.offset = offset;
  bad.field = static_cast<std::uint32_t>(field + 1);
  bad.reason = std::move(reason);
  const std::int32_t target = field < plan_.targets.size() ? plan_.targets[field] : Plan::kSkipped;
  if (target != Plan::kSkipped) bad.column = plan_.columns[static_cast<std::size_t>(target)].name;
}

/// Another delimiter with which `record` has the expected number of fields.
std::optional<char> Worker::delimiter_for(std::string_view record) const {
  for (const char delimiter : other_delimiters(record, plan_.format)) {
    CsvFormat other = plan_.format;
    other.delimiter = delimiter;
    std::vector<Field> fields;
    if (plan_.targets.size() > 1 && !RecordParser(other, {.texts = {}}).parse(record, fields) &&
        fields.size() == plan_.targets.size()) {
      return delimiter;
    }
  }
  return std::nullopt;
}

std::optional<RecordError> Worker::read_fields(std::string_view record) {
  if (!json_) return parser_.parse(record, fields_);
  auto error = json_->parse(without_line_end(record, plan_.format), fields_);
  numbers_for_booleans();
  return error;
}

/// Converts JSON's true and false in numeric columns to 1 and 0, as databases do.
void Worker::numbers_for_booleans() {
  for (std::size_t i = 0; i < fields_.size() && i < plan_.targets.size(); ++i) {
    Field& field = fields_[i];
    if (field.quoted || field.null || plan_.targets[i] == Plan::kSkipped) continue;
    const schema::TypeKind kind =
        plan_.columns[static_cast<std::size_t>(plan_.targets[i])].type.kind;
    if (!schema::is_integer(kind) && kind != schema::TypeKind::bit) continue;
    if (field.text == "true") field.text = "1";
    if (field.text == "false") field.text = "0";
  }
}

bool Worker::convert_record(std::string_view record, std::uint32_t offset) {
  if (const auto error = read_fields(record)) {
    report(offset, error->field, error->reason);
    if (json_) {
      bad_.back().field = 0;
      return false;
    }
    bad_.back().at = static_cast<std::uint32_t>(error->offset + 1);
    return false;
  }
  return convert_fields(record, offset);
}

/// Converts the fields of `record`, which are in fields_.
bool Worker::convert_fields(std::string_view record, std::uint32_t offset) {
  if (!has_expected_fields(record, offset)) return false;
  bool all_fit = true;
  for (std::size_t i = 0; i < plan_.targets.size(); ++i) {
    if (plan_.targets[i] == Plan::kSkipped) continue;
    const auto target = static_cast<std::size_t>(plan_.targets[i]);
    const bool missing = i >= fields_.size();
    const bool null = missing || fields_[i].null;
    const bool fits = null ? converters_[target].convert_null(row_[target], reason_)
                           : converters_[target].convert(fields_[i].text, row_[target], reason_);
    if (fits) continue;
    report(offset, i, std::move(reason_));
    BadRecord& bad = bad_.back();
    if (missing) {
      bad.value = "NULL (the record ends before it)";
    } else if (!null) {
      bad.value = shown(plan_.file_encoding.empty() ? std::string(fields_[i].text)
                                                    : FileEncoding::without_marks(fields_[i].text));
    } else if (json_) {
      bad.value = "NULL (null, or no such key)";
    } else if (fields_[i].text.empty()) {
      bad.value = "NULL (an empty field)";
      bad.reason += "; with --null TEXT only fields that are TEXT are NULL";
    } else {
      bad.value = fmt::format("NULL ({})", shown(fields_[i].text));
    }
    if (!plan_.every_field) return false;
    all_fit = false;
  }
  return all_fit;
}

/// Whether the record has the number of fields in the plan, or one that the user allowed.
bool Worker::has_expected_fields(std::string_view record, std::uint32_t offset) {
  const std::size_t expected = plan_.targets.size();
  if (fields_.size() == expected) return true;
  const auto delimiter = delimiter_for(record);
  if (fields_.size() > expected && plan_.ignore_unknown) return true;
  // A single field that another delimiter would cut as expected is not a short record.
  const bool uncut = fields_.size() == 1 && delimiter;
  if (fields_.size() < expected && plan_.fill_missing && !uncut) return true;
  BadRecord& bad = bad_.emplace_back();
  bad.offset = offset;
  bad.reason =
      fmt::format("the record has {}, expected {}", text::count(fields_.size(), "field"), expected);
  if (delimiter) {
    bad.reason += fmt::format("; it would have them with {}", delimiter_option(*delimiter));
  } else {
    bad.reason += fields_.size() > expected ? "; --ignore-unknown ignores extra fields"
                                            : "; --fill-missing sets missing fields to NULL";
  }
  return false;
}

/// An empty line is a record of one empty field; if more are expected, it is ignored.
bool Worker::is_space(std::string_view record) const {
  return (json_ || plan_.targets.size() > 1) && without_line_end(record, plan_.format).empty();
}

void Worker::process_records(std::string_view chunk, const std::atomic<bool>& stop) {
  if (indexed_) indexed_->start(chunk);
  std::size_t at = 0;
  while (at < chunk.size() && !stop.load(std::memory_order_relaxed)) {
    const auto cut = indexed_ ? indexed_->cut(at, fields_) : std::nullopt;
    const std::size_t end = cut ? *cut : splitter_.record_end(chunk, at).value_or(chunk.size());
    const std::string_view record = chunk.substr(at, end - at);
    const auto offset = static_cast<std::uint32_t>(at);
    at = end;
    if (plan_.format.is_comment(record) || is_space(record)) continue;
    if (cut ? convert_fields(record, offset) : convert_record(record, offset)) {
      encoder_->add(row_);
      keys_.add(row_);
      offsets_.push_back(offset);
    } else if (!plan_.rejects) {
      return;
    }
  }
}

void Worker::process(std::string_view chunk, const std::atomic<bool>& stop, Bytes& out) {
  const Clock::time_point start = Clock::now();
  offsets_.clear();
  bad_.clear();
  encoder_->clear();
  keys_.clear();
  out.clear();
  WireWriter writer(out);
  try {
    process_records(chunk, stop);
    const std::span<const char> batch = encoder_->batch();
    out.reserve(batch.size() + offsets_.size() * sizeof(std::uint32_t) + 256);
    const bool interrupted = stop.load(std::memory_order_relaxed);
    put_header(writer, interrupted ? ChunkResult::Status::interrupted : ChunkResult::Status::done,
               "", nanoseconds_since(start));
    writer.put_text(
        {reinterpret_cast<const char*>(offsets_.data()), offsets_.size() * sizeof(std::uint32_t)});
    writer.put(static_cast<std::uint32_t>(bad_.size()));
    for (const BadRecord& bad : bad_) {
      writer.put(bad.offset);
      writer.put(bad.field);
      writer.put(bad.at);
      writer.put_text(bad.column);
      writer.put_text(bad.value);
      writer.put_text(bad.reason);
    }
    const std::size_t keys_at = out.size();
    writer.put(std::uint32_t{0});
    keys_.write(writer);
    const auto keys = static_cast<std::uint32_t>(out.size() - keys_at - sizeof(std::uint32_t));
    std::memcpy(out.data() + keys_at, &keys, sizeof keys);
    out.insert(out.end(), batch.begin(), batch.end());
  } catch (const std::exception& error) {
    out.clear();
    put_header(writer, ChunkResult::Status::failed, error.what(), nanoseconds_since(start));
  }
}

void encode_empty(ChunkResult::Status status, Bytes& out) {
  out.clear();
  WireWriter writer(out);
  put_header(writer, status, "", 0);
}

void encode_failure(std::string_view failure, Bytes& out) {
  out.clear();
  WireWriter writer(out);
  put_header(writer, ChunkResult::Status::failed, failure, 0);
}

ResultHead decode_head(std::string_view message) {
  WireReader reader(message);
  ResultHead head;
  head.status = static_cast<ChunkResult::Status>(reader.get<std::uint8_t>());
  head.failure = reader.get_text();
  head.nanoseconds = reader.get<std::uint64_t>();
  return head;
}

ChunkResult decode_result(std::string_view message) {
  WireReader reader(message);
  ChunkResult result;
  result.status = static_cast<ChunkResult::Status>(reader.get<std::uint8_t>());
  result.failure = reader.get_text();
  result.nanoseconds = reader.get<std::uint64_t>();
  if (result.status != ChunkResult::Status::done) return result;
  const std::string_view offsets = reader.get_text();
  result.offsets.resize(offsets.size() / sizeof(std::uint32_t));
  if (!offsets.empty()) std::memcpy(result.offsets.data(), offsets.data(), offsets.size());
  const auto bad = reader.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < bad; ++i) {
    BadRecord& record = result.bad.emplace_back();
    record.offset = reader.get<std::uint32_t>();
    record.field = reader.get<std::uint32_t>();
    record.at = reader.get<std::uint32_t>();
    record.column = reader.get_text();
    record.value = reader.get_text();
    record.reason = reader.get_text();
  }
  result.keys = reader.get_text();
  result.batch = reader.rest();
  return result;
}

}  // namespace dbmig::import
