// One input of the fuzzer: its first bytes choose the format, the rest is the file. The code under
// test must do what the reference does; what differs ends the process.
#include <fmt/core.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/error.hpp"
#include "fuzz/reference.hpp"
#include "import/chunk_reader.hpp"
#include "import/converter.hpp"
#include "import/indexed_records.hpp"
#include "import/record_parser.hpp"
#include "import/splitter.hpp"

namespace dbmig::fuzz {
namespace {

using import::CsvFormat;
using import::Escapes;
using import::LineEnd;

[[noreturn]] void differs(const char* what, std::string_view data) {
  std::fprintf(stderr, "%s differs from the reference:", what);
  for (const char c : data) {
    std::fprintf(stderr, " %02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  std::fprintf(stderr, "\n");
  std::abort();
}

CsvFormat format_of(std::uint8_t a, std::uint8_t b) {
  CsvFormat format;
  static constexpr char kDelimiters[] = {',', ';', '\t', '|'};
  format.delimiter = kDelimiters[a & 3U];
  if ((a & 4U) != 0) format.quote = std::nullopt;
  if ((a & 8U) != 0) format.escape = '\\';
  if ((a & 16U) != 0) format.trim = true;
  if ((a & 32U) != 0) format.comment = "#";
  format.line_end = static_cast<LineEnd>(b & 3U);
  format.escapes = static_cast<Escapes>((b >> 2U) & 3U);
  return format;
}

class MemoryInput final : public import::Input {
 public:
  MemoryInput(std::string_view data, std::size_t step) : data_(data), step_(step) {}
  std::size_t read(std::span<char> buffer) override {
    // Fewer bytes than asked for are the end, so the steps are inside of one call.
    std::size_t filled = 0;
    while (filled < buffer.size() && at_ < data_.size()) {
      const std::size_t n = std::min({step_, buffer.size() - filled, data_.size() - at_});
      std::memcpy(buffer.data() + filled, data_.data() + at_, n);
      filled += n;
      at_ += n;
    }
    return filled;
  }
  std::uint64_t size() const override { return data_.size(); }
  std::uint64_t stored_bytes() const override { return at_; }
  void cancel() noexcept override {}
  const std::string& name() const override { return name_; }

 private:
  std::string_view data_;
  std::size_t step_;
  std::size_t at_ = 0;
  std::string name_ = "fuzz";
};

/// What the index cuts the parser cuts in the same way, and nothing keeps it from simple records.
void check_index(std::string_view data, const CsvFormat& format, import::IndexWay way) {
  if (!import::IndexedRecords::suits(format) || !import::can_index(way)) return;
  const import::NullMarks nulls{.texts = {"", "\\N"}};
  const import::Splitter splitter(format);
  import::RecordParser parser(format, nulls);
  import::IndexedRecords indexed(format, nulls, way);
  indexed.start(data);
  std::vector<import::Field> expected;
  std::vector<import::Field> fields;
  for (std::size_t at = 0; at < data.size();) {
    const auto end = splitter.record_end(data, at);
    const auto cut = indexed.cut(at, fields);
    const std::string_view record = data.substr(at, end.value_or(data.size()) - at);
    const bool is_simple = end && record.find_first_of("\"\r") == std::string_view::npos;
    if (cut ? cut != end : is_simple) differs("the end of an indexed record", data);
    if (cut && (parser.parse(record, expected) || fields != expected)) {
      differs("an indexed record", data);
    }
    at = end.value_or(data.size());
  }
}

void check_records(std::string_view data, const CsvFormat& format) {
  const import::NullMarks nulls{.texts = {"", "\\N"}};
  const auto reference = read_reference(data, format, nulls);
  const import::Splitter splitter(format);
  import::RecordParser parser(format, nulls);
  std::size_t last = 0;
  for (const ReferenceRecord& record : reference) {
    const auto end = splitter.record_end(data, record.begin);
    if (end.has_value() != record.is_closed || (end && *end != record.end)) {
      differs("the end of a record", data);
    }
    if (record.is_closed) last = record.end;
    const std::string_view text = data.substr(record.begin, record.end - record.begin);
    if (!record.is_closed && splitter.open_end(text).has_value() != record.is_open) {
      differs("whether a record is open", data);
    }
    if (record.is_comment || record.is_open) continue;
    std::vector<import::Field> fields;
    const auto error = parser.parse(text, fields);
    if (error.has_value() == record.fields.has_value()) differs("whether a record is one", data);
    if (error) continue;
    if (fields.size() != record.fields->size()) differs("the number of fields", data);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const ReferenceField& field = (*record.fields)[i];
      if (fields[i].text != field.text || fields[i].quoted != field.quoted ||
          fields[i].null != field.null) {
        differs("a field", data);
      }
    }
  }
  if (splitter.last_boundary(data) != last) differs("the last boundary", data);
  check_index(data, format, import::IndexWay::plain);
  check_index(data, format, import::IndexWay::avx2);
}

/// Whatever the size of chunks: they are the file, cut where records end.
void check_chunks(std::string_view data, const CsvFormat& format, std::size_t chunk,
                  std::uint64_t records) {
  if (format.escapes == Escapes::pg_text || data.starts_with("\xEF\xBB\xBF")) return;
  const auto reference = read_reference(data, format, {});
  if (!reference.empty() && reference.back().is_open) return;
  MemoryInput input(data, 1 + chunk % 7);
  try {
    import::ChunkReader reader(input, format,
                               {.chunk = chunk, .record = 1U << 20U, .records = records});
    import::Bytes bytes;
    std::string all;
    std::size_t at = 0;
    while (reader.next(bytes, 0)) {
      if (bytes.empty()) differs("a chunk, which is empty,", data);
      all.append(bytes.data(), bytes.size());
      std::uint64_t count = 0;
      while (at < reference.size() && reference[at].end <= all.size()) {
        ++at;
        ++count;
      }
      if (at == 0 || reference[at - 1].end != all.size()) differs("the end of a chunk", data);
      if (records != 0 && count > records) differs("the number of records of a chunk", data);
    }
    if (all != data) differs("what the chunks hold", data);
  } catch (const Error&) {
    // It looks like no text at all.
  }
}

/// The value of an integer as people write it; nothing for other text.
std::optional<__int128> integer_of(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  __int128 value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
    if (value > (static_cast<__int128>(1) << 100)) return std::nullopt;
  }
  return negative ? -value : value;
}

void check_converters(std::string_view text) {
  using schema::TypeKind;
  static constexpr TypeKind kKinds[] = {
      TypeKind::tinyint,   TypeKind::integer, TypeKind::bigint, TypeKind::decimal,
      TypeKind::double_,   TypeKind::boolean, TypeKind::bit,    TypeKind::year,
      TypeKind::char_,     TypeKind::varchar, TypeKind::text,   TypeKind::binary,
      TypeKind::blob,      TypeKind::date,    TypeKind::time,   TypeKind::datetime,
      TypeKind::timestamp, TypeKind::json,    TypeKind::uuid,   TypeKind::inet4,
      TypeKind::inet6,     TypeKind::enum_,   TypeKind::set,    TypeKind::geometry};
  for (const DialectKind dialect : {DialectKind::sqlite, DialectKind::mariadb}) {
    for (const TypeKind kind : kKinds) {
      import::TargetColumn column;
      column.name = "c";
      column.type.kind = kind;
      if (kind == TypeKind::decimal) column.type.length = 12, column.type.scale = 3;
      if (kind == TypeKind::varchar || kind == TypeKind::char_) column.type.length = 20;
      if (kind == TypeKind::bit || kind == TypeKind::binary) column.type.length = 16;
      if (kind == TypeKind::datetime) column.type.length = 3;
      if (kind == TypeKind::enum_ || kind == TypeKind::set) column.type.values = {"a", "b c", ""};
      import::Converter converter(column, dialect);
      import::Converter again(column, dialect);
      backend::Cell cell;
      std::string reason;
      const bool fits = converter.convert(text, cell, reason);
      if (!fits && reason.empty()) differs("a refusal, which has no reason,", text);
      const auto integer = integer_of(text);
      if (kind == TypeKind::bigint) {
        const bool in_range = integer && *integer >= INT64_MIN && *integer <= INT64_MAX;
        if (in_range && !fits) differs("an integer, which is refused,", text);
        if (integer && !in_range && fits && dialect == DialectKind::mariadb) {
          differs("an integer out of range", text);
        }
        if (fits && integer && cell.kind == backend::Cell::Kind::integer &&
            cell.integer != *integer) {
          differs("an integer", text);
        }
      }
      if (!fits || cell.kind != backend::Cell::Kind::text) continue;
      // What comes out goes in again and stays the same.
      backend::Cell second;
      const std::string out(cell.bytes);
      if (!again.convert(out, second, reason) || second.bytes != out) {
        differs("a value that is converted again", text);
      }
    }
  }
}

}  // namespace
}  // namespace dbmig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace dbmig;
  if (size < 3) return 0;
  const std::string_view data(reinterpret_cast<const char*>(bytes) + 3, size - 3);
  const import::CsvFormat format = fuzz::format_of(bytes[0], bytes[1]);
  fuzz::check_records(data, format);
  fuzz::check_chunks(data, format, 1U + bytes[2] % 40U, bytes[2] % 5U);
  fuzz::check_converters(data.substr(0, 40));
  return 0;
}
