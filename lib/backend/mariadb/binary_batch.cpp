#include "backend/mariadb/binary_batch.hpp"

#include <fmt/core.h>
#include <mysql.h>

#include <bit>
#include <cstring>
#include <deque>
#include <utility>

#include "backend/mariadb/typed_text.hpp"

namespace dbmig::backend::mariadb {
namespace {

/// The first `size` bytes of `rest`, which it loses.
std::span<const char> take(std::span<const char>& rest, std::size_t size) {
  if (rest.size() < size) batch_cut_short();
  const std::span<const char> taken = rest.first(size);
  rest = rest.subspan(size);
  return taken;
}

/// A number in the machine's byte order.
std::uint32_t take_u32(std::span<const char>& rest) {
  std::uint32_t value = 0;
  std::memcpy(&value, take(rest, sizeof value).data(), sizeof value);
  return value;
}

/// Reads the values of a row, parameter by parameter.
class ValueReader {
 public:
  ValueReader(std::span<const char> types, std::span<const char> row) : types_(types), rest_(row) {}

  /// Skips the next value; whether it is NULL.
  bool skip() {
    const std::uint16_t type = next_type();
    if (take(rest_, 1)[0] != STMT_INDICATOR_NONE) return true;
    take_value(type);
    return false;
  }

  /// The next value; text that stands nowhere goes to `texts`.
  Cell next(int fraction_digits, std::deque<std::string>& texts) {
    const std::uint16_t type = next_type();
    if (take(rest_, 1)[0] != STMT_INDICATOR_NONE) return Cell::null();
    const std::span<const char> bytes = take_value(type);
    const std::string_view text(bytes.data(), bytes.size());
    switch (type & ~kUnsignedType) {
      case MYSQL_TYPE_LONGLONG:
        return (type & kUnsignedType) != 0 ? Cell::of_unsigned(number(bytes))
                                           : Cell::of(static_cast<std::int64_t>(number(bytes)));
      case MYSQL_TYPE_DOUBLE:
        return Cell::of(std::bit_cast<double>(number(bytes)));
      case MYSQL_TYPE_DATE:
      case MYSQL_TYPE_DATETIME:
        texts.push_back(moment_text(moment(bytes), type == MYSQL_TYPE_DATE, fraction_digits));
        return Cell::of_text(texts.back());
      case MYSQL_TYPE_BLOB:
        return Cell::of_blob(text);
      default:
        return Cell::of_text(text);
    }
  }

 private:
  static std::uint64_t number(std::span<const char> bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
      value = value << 8U | static_cast<unsigned char>(bytes[i - 1]);
    }
    return value;
  }

  static Moment moment(std::span<const char> bytes) {
    if (bytes.size() != 4 && bytes.size() != 7 && bytes.size() != 11) batch_cut_short();
    const auto part = [&](std::size_t at, std::size_t size) {
      return at < bytes.size() ? static_cast<unsigned>(number(bytes.subspan(at, size))) : 0U;
    };
    return {part(0, 2), part(2, 1), part(3, 1), part(4, 1), part(5, 1), part(6, 1), part(7, 4)};
  }

  std::uint16_t next_type() { return static_cast<std::uint16_t>(number(take(types_, kTypeBytes))); }

  std::span<const char> take_value(std::uint16_t type) {
    switch (type & ~kUnsignedType) {
      case MYSQL_TYPE_LONGLONG:
      case MYSQL_TYPE_DOUBLE:
        return take(rest_, 8);
      default:
        return take(rest_, take_length());
    }
  }

  std::size_t take_length() {
    const std::uint64_t first = number(take(rest_, 1));
    switch (first) {
      case 0xFC:
        return number(take(rest_, 2));
      case 0xFD:
        return number(take(rest_, 3));
      case 0xFE:
        return number(take(rest_, 8));
      default:
        return first;
    }
  }

  std::span<const char> types_;
  std::span<const char> rest_;
};

class BinaryRowReader final : public RowReader {
 public:
  BinaryRowReader(BinaryLayout layout, std::span<const char> batch)
      : layout_(std::move(layout)), batch_(batch, layout_.parameters()), values_(layout_) {}

  std::size_t rows() const override { return batch_.rows(); }

  bool skip(std::size_t column) override {
    const std::span<const char> row = next_row();
    return parameter_is_null(rows_.types, row, layout_.parameter_of(column));
  }

  std::span<const Cell> next() override {
    const std::span<const char> row = next_row();
    values_.clear();
    values_.add(rows_.types, row);
    cells_.clear();
    shapes_.clear();
    auto value = values_.cells().begin();
    for (const ColumnForm& form : layout_.columns) {
      cells_.push_back(*value++);
      if (form.value == ValueForm::geometry) put_srid(cells_.back(), (value++)->integer);
    }
    return cells_;
  }

 private:
  std::span<const char> next_row() {
    while (row_ == rows_.count()) {
      if (!batch_.next(rows_)) batch_cut_short();
      row_ = 0;
    }
    return rows_.row(row_++);
  }

  /// Puts the number of the reference system back into the text.
  void put_srid(Cell& shape, std::int64_t srid) {
    if (srid == 0) return;
    shapes_.push_back(fmt::format("SRID={};{}", srid, shape.bytes));
    shape.bytes = shapes_.back();
  }

  BinaryLayout layout_;
  BinaryBatch batch_;
  BinaryRows rows_;
  std::size_t row_ = 0;
  BinaryValues values_;
  std::vector<Cell> cells_;
  std::deque<std::string> shapes_;
};

}  // namespace

std::unique_ptr<RowReader> binary_row_reader(BinaryLayout layout, std::span<const char> batch) {
  return std::make_unique<BinaryRowReader>(std::move(layout), batch);
}

BinaryBatch::BinaryBatch(std::span<const char> batch, std::size_t parameters)
    : types_size_(parameters * kTypeBytes) {
  rows_ = take_u32(batch);
  if (batch.size() < sizeof(std::uint32_t)) batch_cut_short();
  std::span<const char> last = batch.last(sizeof(std::uint32_t));
  const std::size_t runs = take_u32(last);
  const std::size_t runs_size = runs * (sizeof(std::uint32_t) + types_size_);
  const std::size_t trailer = rows_ * sizeof(std::uint32_t) + runs_size + sizeof(std::uint32_t);
  if (batch.size() < trailer) batch_cut_short();
  bytes_ = take(batch, batch.size() - trailer);
  sizes_ = take(batch, rows_ * sizeof(std::uint32_t));
  runs_ = take(batch, runs_size);
}

bool BinaryBatch::next(BinaryRows& rows) {
  if (runs_.empty()) {
    if (!sizes_.empty() || !bytes_.empty()) batch_cut_short();
    return false;
  }
  const std::size_t count = take_u32(runs_);
  rows.types = take(runs_, types_size_);
  rows.ends.clear();
  std::size_t end = 0;
  for (std::size_t i = 0; i < count; ++i) rows.ends.push_back(end += take_u32(sizes_));
  rows.bytes = take(bytes_, end);
  return true;
}

BinaryValues::BinaryValues(const BinaryLayout& layout) {
  for (const ColumnForm& form : layout.columns) {
    fraction_digits_.push_back(form.fraction_digits);
    if (form.value == ValueForm::geometry) fraction_digits_.push_back(0);
  }
}

void BinaryValues::clear() {
  cells_.clear();
  texts_.clear();
}

void BinaryValues::add(std::span<const char> types, std::span<const char> row) {
  if (types.size() != fraction_digits_.size() * kTypeBytes) batch_cut_short();
  ValueReader reader(types, row);
  for (const int digits : fraction_digits_) cells_.push_back(reader.next(digits, texts_));
}

bool parameter_is_null(std::span<const char> types, std::span<const char> row,
                       std::size_t parameter) {
  ValueReader reader(types, row);
  for (std::size_t i = 0; i < parameter; ++i) reader.skip();
  return reader.skip();
}

}  // namespace dbmig::backend::mariadb
