#include "backend/sqlite/record.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "backend/batch_buffer.hpp"
#include "backend/sqlite/file_format.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/row_storage.hpp"

namespace dbmig::backend::sqlite {
namespace {

using Kind = Cell::Kind;
using RowKind = RecordReader::Kind;

constexpr std::string_view kEncodingName = "sqlite-records";
/// A longer value may be more than SQLite takes: it says so itself.
constexpr std::size_t kMaxBytes = std::size_t{1} << 28;

bool is_numeric(Affinity affinity) {
  return affinity == Affinity::numeric || affinity == Affinity::integer ||
         affinity == Affinity::real;
}

/// Whether SQLite makes a number of `text` in a numeric column, or might.
/// Source: sqlite3AtoF() in https://sqlite.org/src/file/src/util.c
bool looks_like_number(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (text.empty()) return false;
  std::size_t at = text[0] == '+' || text[0] == '-' ? 1 : 0;
  std::size_t digits = 0;
  const auto skip_digits = [&] {
    for (; at < text.size() && is_digit(text[at]); ++at) ++digits;
  };
  skip_digits();
  if (at < text.size() && text[at] == '.') ++at;
  skip_digits();
  if (digits == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    skip_digits();
  }
  return at == text.size();
}

/// The whole number that SQLite stores for a real one, when it is one.
std::optional<std::int64_t> whole(double value) {
  constexpr double kLimit = 9223372036854775808.0;
  if (!(value > -kLimit && value < kLimit)) return std::nullopt;
  const auto number = static_cast<std::int64_t>(value);
  const bool inside = number > std::numeric_limits<std::int64_t>::min() &&
                      number < std::numeric_limits<std::int64_t>::max();
  if (!inside || static_cast<double>(number) != value) return std::nullopt;
  return number;
}

/// How a value stands in a record: its serial type, and for a number its bits.
struct Stored {
  std::uint64_t type = 0;
  std::size_t size = 0;
  std::uint64_t bits = 0;
};

Stored store_real(double value) {
  Stored stored{7, 8, 0};
  static_assert(sizeof value == sizeof stored.bits);
  std::memcpy(&stored.bits, &value, sizeof value);
  return stored;
}

Stored store_integer(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  const std::uint64_t magnitude = value < 0 ? ~bits : bits;
  if (magnitude <= 127) {
    return bits <= 1 ? Stored{8 + bits, 0, 0} : Stored{1, 1, bits};
  }
  if (magnitude <= 32767) return {2, 2, bits};
  if (magnitude <= 8388607) return {3, 3, bits};
  if (magnitude <= 2147483647) return {4, 4, bits};
  if (magnitude <= 140737488355327) return {5, 6, bits};
  return {6, 8, bits};
}

/// A number in a column of `affinity`: REAL keeps small whole numbers as such, and makes them real
/// again when they are read.
Stored store_number(const Cell& cell, Affinity affinity) {
  constexpr std::uint64_t kSixBytes = 140737488355327;
  if (cell.kind == Kind::real) {
    const auto number = is_numeric(affinity) ? whole(cell.real) : std::nullopt;
    if (!number) return store_real(cell.real);
    const auto bits = static_cast<std::uint64_t>(*number);
    const bool is_small = (*number < 0 ? ~bits : bits) <= kSixBytes;
    return affinity != Affinity::real || is_small ? store_integer(*number) : store_real(cell.real);
  }
  const auto bits = static_cast<std::uint64_t>(cell.integer);
  if (affinity == Affinity::real && (cell.integer < 0 ? ~bits : bits) > kSixBytes) {
    return store_real(static_cast<double>(cell.integer));
  }
  return store_integer(cell.integer);
}

/// Whether a value can be stored as it is in a column.
bool fits(const Cell& cell, const RecordLayout::Column& column) {
  switch (cell.kind) {
    case Kind::null:
      return column.nullable || column.is_rowid;
    case Kind::integer:
      return column.affinity != Affinity::text;
    case Kind::unsigned_integer:
      return false;
    case Kind::real:
      return column.affinity != Affinity::text && !column.is_rowid && std::isfinite(cell.real);
    case Kind::text:
      return !column.is_rowid && cell.bytes.size() < kMaxBytes &&
             !(is_numeric(column.affinity) && looks_like_number(cell.bytes));
    case Kind::blob:
      return !column.is_rowid && cell.bytes.size() < kMaxBytes;
  }
  return false;
}

class RecordEncoder final : public RowEncoder {
 public:
  explicit RecordEncoder(RecordLayout layout)
      : layout_(std::move(layout)),
        stored_(layout_.columns.size()),
        cells_(row_encoder(kCellEncoding, layout_.columns.size())) {}

  void add(std::span<const Cell> row) override {
    batch_.count_row();
    if (!add_record(row)) add_cells(row);
  }
  std::span<const char> batch() override { return batch_.bytes(); }
  void clear() override { batch_.clear(); }

 private:
  static constexpr std::size_t kRowHead = 1 + sizeof(std::uint32_t) + sizeof(std::int64_t);

  template <class Number>
  static char* put(char* at, Number value) {
    std::memcpy(at, &value, sizeof value);
    return at + sizeof value;
  }

  bool add_record(std::span<const Cell> row) {
    std::size_t types = 0;
    std::size_t body = 0;
    const Cell* rowid = nullptr;
    for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
      const RecordLayout::Column& column = layout_.columns[i];
      Stored& stored = stored_[i];
      stored = {};
      if (column.cell) {
        const Cell& cell = row[*column.cell];
        if (!fits(cell, column)) return false;
        if (column.is_rowid) {
          if (cell.kind != Kind::null) rowid = &cell;
        } else if (cell.kind == Kind::text || cell.kind == Kind::blob) {
          stored = {12 + 2 * cell.bytes.size() + (cell.kind == Kind::text ? 1 : 0),
                    cell.bytes.size(), 0};
        } else if (cell.kind != Kind::null) {
          stored = store_number(cell, column.affinity);
        }
      }
      types += size_of_varint(stored.type);
      body += stored.size;
    }
    if (body >= kMaxBytes) return false;
    // The header's length counts itself.
    std::size_t header = types + 1;
    if (header > 127) header = types + size_of_varint(types + 2);
    char* at = batch_.room(kRowHead + kMaxVarint + header + body);
    *at++ = static_cast<char>(rowid != nullptr ? RowKind::rowid : RowKind::numbered);
    at = put(at, static_cast<std::uint32_t>(header + body));
    if (rowid != nullptr) at = put(at, rowid->integer);
    at = put_varint(at, header);
    for (const Stored& stored : stored_) at = put_varint(at, stored.type);
    for (std::size_t i = 0; i < stored_.size(); ++i) {
      const Stored& stored = stored_[i];
      if (stored.size == 0) continue;
      if (stored.type >= 12) {
        std::memcpy(at, row[*layout_.columns[i].cell].bytes.data(), stored.size);
        at += stored.size;
      } else {
        at = put_big_endian(at, stored.bits, stored.size);
      }
    }
    batch_.put_up_to(at);
    return true;
  }

  void add_cells(std::span<const Cell> row) {
    cells_->clear();
    cells_->add(row);
    const std::span<const char> one = cells_->batch();
    char* at = batch_.room(kRowHead + one.size());
    *at++ = static_cast<char>(RowKind::cells);
    at = put(at, static_cast<std::uint32_t>(one.size()));
    std::memcpy(at, one.data(), one.size());
    batch_.put_up_to(at + one.size());
  }

  static std::size_t size_of_varint(std::uint64_t value) {
    std::size_t size = 1;
    while ((value >>= 7U) != 0) ++size;
    return size;
  }

  RecordLayout layout_;
  std::vector<Stored> stored_;
  std::unique_ptr<RowEncoder> cells_;
  BatchBuffer batch_;
};

[[noreturn]] void cut_off() {
  throw Error(ErrorCode::failed, "a batch of records arrived incomplete from another rank");
}

std::span<const char> take_bytes(std::span<const char>& rest, std::size_t size) {
  if (rest.size() < size) cut_off();
  const std::span<const char> bytes = rest.first(size);
  rest = rest.subspan(size);
  return bytes;
}

template <class Number>
Number take_number(std::span<const char>& rest) {
  Number value;
  std::memcpy(&value, take_bytes(rest, sizeof value).data(), sizeof value);
  return value;
}

std::uint64_t take_varint(std::span<const char>& rest) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kMaxVarint; ++i) {
    const auto byte = static_cast<unsigned char>(take_bytes(rest, 1)[0]);
    value = value << 7U | (byte & 0x7FU);
    if ((byte & 0x80U) == 0) return value;
  }
  cut_off();
}

std::int64_t take_big_endian(std::span<const char>& rest, std::size_t size) {
  const std::span<const char> bytes = take_bytes(rest, size);
  std::uint64_t bits = size != 0 && (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0
                           ? std::numeric_limits<std::uint64_t>::max()
                           : 0;
  for (const char byte : bytes) bits = bits << 8U | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(bits);
}

Cell take_value(std::uint64_t type, std::span<const char>& body) {
  constexpr std::array<std::size_t, 7> kIntegerSizes = {0, 1, 2, 3, 4, 6, 8};
  if (type == 0) return Cell::null();
  if (type < kIntegerSizes.size()) return Cell::of(take_big_endian(body, kIntegerSizes[type]));
  if (type == 7) {
    const std::int64_t bits = take_big_endian(body, sizeof(double));
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return Cell::of(value);
  }
  if (type < 10) return Cell::of(static_cast<std::int64_t>(type - 8));
  const std::span<const char> bytes = take_bytes(body, (type - 12) / 2);
  const std::string_view text(bytes.data(), bytes.size());
  return type % 2 == 1 ? Cell::of_text(text) : Cell::of_blob(text);
}

class RecordRowReader final : public RowReader {
 public:
  RecordRowReader(RecordLayout layout, std::span<const char> batch)
      : layout_(std::move(layout)), reader_(batch) {}
  std::size_t rows() const override { return reader_.rows(); }
  std::span<const Cell> next() override {
    cells_ = cells_of(reader_.next(), layout_);
    return cells_;
  }

 private:
  RecordLayout layout_;
  RecordReader reader_;
  std::vector<Cell> cells_;
};

}  // namespace

Affinity affinity_of(std::string_view declared_type) {
  switch (dialect::affinity(declared_type)) {
    case dialect::Affinity::integer:
      return Affinity::integer;
    case dialect::Affinity::text:
      return Affinity::text;
    case dialect::Affinity::blob:
      return Affinity::blob;
    case dialect::Affinity::real:
      return Affinity::real;
    case dialect::Affinity::numeric:
      break;
  }
  return Affinity::numeric;
}

std::string RecordLayout::name() const {
  std::string name(kEncodingName);
  for (const Column& column : columns) {
    name +=
        fmt::format(" {}{}{}{}", static_cast<char>(column.affinity), column.nullable ? "" : "!",
                    column.is_rowid ? "R" : "", column.cell ? std::to_string(*column.cell) : "-");
  }
  return name;
}

std::optional<RecordLayout> RecordLayout::of_name(std::string_view name) {
  if (!name.starts_with(kEncodingName)) return std::nullopt;
  RecordLayout layout;
  for (std::size_t at = name.find(' '); at != std::string_view::npos;) {
    const std::size_t end = std::min(name.find(' ', at + 1), name.size());
    std::string_view word = name.substr(at + 1, end - at - 1);
    Column& column = layout.columns.emplace_back();
    if (word.empty()) return std::nullopt;
    column.affinity = static_cast<Affinity>(word[0]);
    word.remove_prefix(1);
    column.nullable = !word.starts_with('!');
    if (!column.nullable) word.remove_prefix(1);
    column.is_rowid = word.starts_with('R');
    if (column.is_rowid) word.remove_prefix(1);
    std::size_t cell = 0;
    if (std::from_chars(word.data(), word.data() + word.size(), cell).ec == std::errc{}) {
      column.cell = cell;
    }
    at = end == name.size() ? std::string_view::npos : end;
  }
  return layout;
}

std::unique_ptr<RowEncoder> record_encoder(RecordLayout layout) {
  return std::make_unique<RecordEncoder>(std::move(layout));
}

std::unique_ptr<RowReader> record_row_reader(RecordLayout layout, std::span<const char> batch) {
  return std::make_unique<RecordRowReader>(std::move(layout), batch);
}

RecordReader::RecordReader(std::span<const char> batch) : rest_(batch) {
  rows_ = take_number<std::uint32_t>(rest_);
}

RecordReader::Row RecordReader::next() {
  Row row;
  row.kind = static_cast<Kind>(take_number<std::uint8_t>(rest_));
  const auto size = take_number<std::uint32_t>(rest_);
  if (row.kind == Kind::rowid) row.rowid = take_number<std::int64_t>(rest_);
  row.bytes = take_bytes(rest_, size);
  return row;
}

std::vector<Cell> cells_of(const RecordReader::Row& row, const RecordLayout& layout) {
  std::size_t count = 0;
  for (const RecordLayout::Column& column : layout.columns) count += column.cell ? 1 : 0;
  std::vector<Cell> cells(count);
  if (row.kind == RowKind::cells) {
    CellReader reader(row.bytes);
    for (Cell& cell : cells) cell = reader.next();
    return cells;
  }
  std::span<const char> types = row.bytes;
  std::span<const char> body = row.bytes;
  take_bytes(body, take_varint(types));
  for (const RecordLayout::Column& column : layout.columns) {
    const Cell value = take_value(take_varint(types), body);
    if (!column.cell) continue;
    const bool has_rowid = column.is_rowid && row.kind == RowKind::rowid;
    cells.at(*column.cell) = has_rowid ? Cell::of(row.rowid) : value;
  }
  return cells;
}

}  // namespace dbmig::backend::sqlite
