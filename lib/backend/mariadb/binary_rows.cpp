#include "backend/mariadb/binary_rows.hpp"

#include <fmt/core.h>
#include <mysql.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "backend/batch_buffer.hpp"
#include "backend/mariadb/typed_text.hpp"
#include "schema/geometry_text.hpp"

namespace dbmig::backend::mariadb {
namespace {

using Kind = Cell::Kind;

constexpr std::string_view kEncodingPrefix = "mariadb-rows:";
constexpr std::string_view kForms = "pdtnug";

/// The most bytes of a parameter besides its text: indicator, and a length or a number.
constexpr std::size_t kMostBesideText = 14;

/// Writes the `Bytes` low bytes of `value`, the lowest first, as the protocol has all numbers.
template <std::size_t Bytes>
char* put_number(char* at, std::uint64_t value) {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(at, &value, Bytes);
  } else {
    for (std::size_t i = 0; i < Bytes; ++i) at[i] = static_cast<char>(value >> (8 * i));
  }
  return at + Bytes;
}

char* put_length(char* at, std::uint64_t length) {
  if (length < 251) return put_number<1>(at, length);
  if (length < 1U << 16U) return put_number<2>(put_number<1>(at, 0xFC), length);
  if (length < 1U << 24U) return put_number<3>(put_number<1>(at, 0xFD), length);
  return put_number<8>(put_number<1>(at, 0xFE), length);
}

char* put_text(char* at, std::string_view text) {
  at = put_length(at, text.size());
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

/// The length says which parts follow; those that would be zero are left out.
/// Source: https://mariadb.com/kb/en/resultset-row/#timestamp-binary-encoding
char* put_moment(char* at, const Moment& moment) {
  const bool has_time = moment.hour != 0 || moment.minute != 0 || moment.second != 0;
  const bool has_fraction = moment.microsecond != 0;
  at = put_number<1>(at, has_fraction ? 11 : has_time ? 7 : 4);
  at = put_number<2>(at, moment.year);
  at = put_number<1>(at, moment.month);
  at = put_number<1>(at, moment.day);
  if (!has_time && !has_fraction) return at;
  at = put_number<1>(at, moment.hour);
  at = put_number<1>(at, moment.minute);
  at = put_number<1>(at, moment.second);
  return has_fraction ? put_number<4>(at, moment.microsecond) : at;
}

class BinaryRowEncoder final : public RowEncoder {
 public:
  explicit BinaryRowEncoder(BinaryLayout layout)
      : layout_(std::move(layout)), parameters_(layout_.parameters()) {
    clear();
  }

  void add(std::span<const Cell> row) override {
    remove_trailer();
    std::size_t most = parameters_ * kMostBesideText;
    for (const Cell& cell : row) most += cell.bytes.size();
    char* const begin = batch_.room(most);
    at_ = begin;
    std::size_t parameter = 0;
    for (std::size_t column = 0; column < layout_.columns.size(); ++column) {
      parameter = add_cell(row[column], column, parameter);
    }
    batch_.put_up_to(at_);
    batch_.count_row();
    sizes_.push_back(static_cast<std::uint32_t>(at_ - begin));
  }

  std::span<const char> batch() override {
    remove_trailer();
    rows_end_ = batch_.size();
    put_trailer(sizes_.data(), sizes_.size());
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const std::size_t end = i + 1 < runs_.size() ? runs_[i + 1].first_row : sizes_.size();
      const auto rows = static_cast<std::uint32_t>(end - runs_[i].first_row);
      put_trailer(&rows, 1);
      put_types(runs_[i].types);
    }
    const auto runs = static_cast<std::uint32_t>(runs_.size());
    put_trailer(&runs, 1);
    return batch_.bytes();
  }

  void clear() override {
    batch_.clear();
    rows_end_.reset();
    sizes_.clear();
    runs_.assign(1, {0, std::vector<std::uint16_t>(parameters_, kNoType)});
    types_ = runs_.back().types.data();
    is_text_.assign(layout_.columns.size(), false);
  }

 private:
  /// Of a parameter that has been NULL so far.
  static constexpr std::uint16_t kNoType = MYSQL_TYPE_NULL;

  /// Rows whose parameters have the same types.
  struct Run {
    std::size_t first_row;
    std::vector<std::uint16_t> types;
  };

  /// The parameter behind those of the cell.
  std::size_t add_cell(const Cell& cell, std::size_t column, std::size_t parameter) {
    const ValueForm form = layout_.columns[column].value;
    if (form == ValueForm::geometry) {
      Cell shape = cell;
      const auto parts = schema::split_srid(cell.bytes);
      if (parts) shape.bytes = parts->shape;
      put(shape, parameter++);
      put(Cell::of(std::int64_t{parts ? parts->srid : 0}), parameter++);
      return parameter;
    }
    const bool has_form = form != ValueForm::plain && cell.kind == Kind::text && !is_text_[column];
    if (!has_form || !put_typed(cell.bytes, form, parameter)) {
      if (has_form) is_text_[column] = true;
      put(cell, parameter);
    }
    return parameter + 1;
  }

  /// Whether the text could be put in the column's own type.
  bool put_typed(std::string_view text, ValueForm form, std::size_t parameter) {
    if (form == ValueForm::decimal || form == ValueForm::utf8mb4) {
      const bool is_decimal = form == ValueForm::decimal;
      if (is_decimal && !is_plain_decimal(text)) return false;
      put_value(is_decimal ? std::uint16_t{MYSQL_TYPE_NEWDECIMAL} : kUtf8mb4Type, parameter);
      at_ = put_text(at_, text);
      return true;
    }
    Moment moment;
    const bool is_date = form == ValueForm::date;
    if (!read_moment(text, is_date, moment)) return false;
    put_value(is_date ? MYSQL_TYPE_DATE : MYSQL_TYPE_DATETIME, parameter);
    at_ = put_moment(at_, moment);
    return true;
  }

  void put(const Cell& cell, std::size_t parameter) {
    switch (cell.kind) {
      case Kind::null:
        *at_++ = static_cast<char>(STMT_INDICATOR_NULL);
        return;
      case Kind::integer:
        put_value(MYSQL_TYPE_LONGLONG, parameter);
        at_ = put_number<8>(at_, static_cast<std::uint64_t>(cell.integer));
        return;
      case Kind::unsigned_integer:
        put_value(MYSQL_TYPE_LONGLONG | kUnsignedType, parameter);
        at_ = put_number<8>(at_, static_cast<std::uint64_t>(cell.integer));
        return;
      case Kind::real:
        put_value(MYSQL_TYPE_DOUBLE, parameter);
        at_ = put_number<8>(at_, std::bit_cast<std::uint64_t>(cell.real));
        return;
      case Kind::text:
      case Kind::blob:
        put_value(cell.kind == Kind::text ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB, parameter);
        at_ = put_text(at_, cell.bytes);
        return;
    }
  }

  /// Says that a value of `type` follows. Earlier rows with values of another type stay in a run of
  /// their own.
  void put_value(int type, std::size_t parameter) {
    const auto wanted = static_cast<std::uint16_t>(type);
    if (types_[parameter] != wanted) change_type(wanted, parameter);
    *at_++ = static_cast<char>(STMT_INDICATOR_NONE);
  }

  void change_type(std::uint16_t type, std::size_t parameter) {
    if (types_[parameter] != kNoType && runs_.back().first_row < sizes_.size()) {
      runs_.push_back({sizes_.size(), runs_.back().types});
    }
    types_ = runs_.back().types.data();
    types_[parameter] = type;
  }

  template <class Number>
  void put_trailer(const Number* numbers, std::size_t count) {
    char* const at = batch_.room(count * sizeof(Number));
    if (count != 0) std::memcpy(at, numbers, count * sizeof(Number));
    batch_.put_up_to(at + count * sizeof(Number));
  }

  void put_types(const std::vector<std::uint16_t>& types) {
    char* at = batch_.room(types.size() * kTypeBytes);
    for (const std::uint16_t type : types) {
      at = put_number<kTypeBytes>(at, type != kNoType ? type : std::uint16_t{MYSQL_TYPE_STRING});
    }
    batch_.put_up_to(at);
  }

  void remove_trailer() {
    if (rows_end_) batch_.shrink(*rows_end_);
    rows_end_.reset();
  }

  BinaryLayout layout_;
  std::size_t parameters_;
  BatchBuffer batch_;
  std::optional<std::size_t> rows_end_;  ///< where the trailer begins, when the batch has one
  std::vector<std::uint32_t> sizes_;     ///< of each row
  std::vector<Run> runs_;
  std::uint16_t* types_ = nullptr;  ///< of the last run
  std::vector<bool> is_text_;  ///< columns with a text that is not written as their form wants it
  char* at_ = nullptr;         ///< in the row that is being added
};

}  // namespace

ColumnForm form_of(const schema::Type& type) {
  using schema::TypeKind;
  if (type.kind == TypeKind::date) return {ValueForm::date};
  if (type.kind == TypeKind::datetime || type.kind == TypeKind::timestamp) {
    return {ValueForm::datetime, type.length.value_or(0)};
  }
  if (type.kind == TypeKind::decimal) return {ValueForm::decimal};
  return {schema::is_geometry(type.kind) ? ValueForm::geometry : ValueForm::plain};
}

std::size_t BinaryLayout::parameters() const {
  return parameter_of(columns.size());
}

std::size_t BinaryLayout::parameter_of(std::size_t column) const {
  const auto end = columns.begin() + static_cast<std::ptrdiff_t>(column);
  const auto has_two = [](const ColumnForm& form) { return form.value == ValueForm::geometry; };
  return column + static_cast<std::size_t>(std::count_if(columns.begin(), end, has_two));
}

std::string BinaryLayout::name() const {
  std::string name(kEncodingPrefix);
  for (const ColumnForm& form : columns) {
    name += static_cast<char>(form.value);
    if (form.value == ValueForm::datetime) name += std::to_string(form.fraction_digits);
  }
  return name;
}

std::optional<BinaryLayout> BinaryLayout::of_name(std::string_view name) {
  if (!name.starts_with(kEncodingPrefix)) return std::nullopt;
  name.remove_prefix(kEncodingPrefix.size());
  BinaryLayout layout;
  while (!name.empty()) {
    ColumnForm form{static_cast<ValueForm>(name.front())};
    if (kForms.find(name.front()) == std::string_view::npos) return std::nullopt;
    name.remove_prefix(1);
    if (form.value == ValueForm::datetime) {
      if (name.empty() || name.front() < '0' || name.front() > '6') return std::nullopt;
      form.fraction_digits = name.front() - '0';
      name.remove_prefix(1);
    }
    layout.columns.push_back(form);
  }
  return layout;
}

std::size_t length_bytes(std::size_t length) {
  return length < 251 ? 1 : length < 1U << 16U ? 3 : length < 1U << 24U ? 4 : 9;
}

std::unique_ptr<RowEncoder> binary_row_encoder(BinaryLayout layout) {
  return std::make_unique<BinaryRowEncoder>(std::move(layout));
}

}  // namespace dbmig::backend::mariadb
