#include "import/converter.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.hpp"
#include "dialect/row_storage.hpp"
#include "import/number_text.hpp"

namespace dbmig::import {
namespace {

using backend::Cell;
using schema::TypeKind;

/// Bytes of an integer in MariaDB; SQLite's `integer` always has its largest range.
int width_of(TypeKind kind, const dialect::TypeRanges& ranges) {
  if (kind == TypeKind::tinyint) return 1;
  if (kind == TypeKind::smallint) return 2;
  if (kind == TypeKind::mediumint) return 3;
  if (kind == TypeKind::integer) return ranges.integer_bytes;
  return 8;
}

/// https://mariadb.com/kb/en/string-data-types/ ; SQLite's `text` and `blob` have no limit.
std::size_t byte_limit(TypeKind kind, const dialect::TypeRanges& ranges) {
  if (kind == TypeKind::tinytext || kind == TypeKind::tinyblob) return 255;
  if (kind == TypeKind::mediumtext || kind == TypeKind::mediumblob) return (1U << 24U) - 1;
  if (kind == TypeKind::text || kind == TypeKind::blob) return ranges.max_text_bytes;
  return 0;
}

}  // namespace

bool has_numeric_affinity(std::string_view declared) {
  // ANY is a type of STRICT tables, and stores everything unchanged.
  return dialect::is_numeric(dialect::affinity(declared)) &&
         !text::equals_ignoring_case(declared, "ANY");
}

Converter::Rule Converter::rule_for(const schema::Type& type, DialectKind dialect) {
  switch (type.kind) {
    case TypeKind::tinyint:
    case TypeKind::smallint:
    case TypeKind::mediumint:
    case TypeKind::integer:
    case TypeKind::bigint:
      return Rule::integer;
    case TypeKind::decimal:
      return Rule::decimal;
    case TypeKind::float_:
    case TypeKind::double_:
      return Rule::real;
    case TypeKind::boolean:
      return Rule::boolean;
    case TypeKind::bit:
      return Rule::bit;
    case TypeKind::year:
      return Rule::year;
    case TypeKind::char_:
    case TypeKind::varchar:
    case TypeKind::tinytext:
    case TypeKind::text:
    case TypeKind::mediumtext:
    case TypeKind::longtext:
      return Rule::text;
    case TypeKind::binary:
    case TypeKind::varbinary:
    case TypeKind::tinyblob:
    case TypeKind::blob:
    case TypeKind::mediumblob:
    case TypeKind::longblob:
    case TypeKind::vector:
      return Rule::binary;
    case TypeKind::date:
      return Rule::date;
    case TypeKind::time:
      return Rule::time;
    case TypeKind::datetime:
    case TypeKind::timestamp:
      return Rule::datetime;
    case TypeKind::json:
      return Rule::json;
    case TypeKind::uuid:
      return Rule::uuid;
    case TypeKind::inet4:
      return Rule::inet4;
    case TypeKind::inet6:
      return Rule::inet6;
    case TypeKind::enum_:
      return Rule::enum_;
    case TypeKind::set:
      return Rule::set;
    case TypeKind::geometry:
    case TypeKind::point:
    case TypeKind::linestring:
    case TypeKind::polygon:
    case TypeKind::multipoint:
    case TypeKind::multilinestring:
    case TypeKind::multipolygon:
    case TypeKind::geometrycollection:
      return Rule::geometry;
    case TypeKind::native:
      return dialect::capabilities(dialect).flexible_typing && has_numeric_affinity(type.native)
                 ? Rule::native_number
                 : Rule::native_text;
  }
  return Rule::native_text;
}

Converter::Converter(TargetColumn column, DialectKind dialect, const ValueFormat& format)
    : column_(std::move(column)),
      ranges_(&dialect::type_ranges(dialect)),
      rule_(rule_for(column_.type, dialect)),
      format_(format),
      date_formats_(column_.date_formats.begin(), column_.date_formats.end()) {
  const schema::Type& type = column_.type;
  if (rule_ == Rule::native_text && column_.numeric_affinity) rule_ = Rule::native_number;
  may_become_number_ = column_.numeric_affinity && writes_free_text();
  if (schema::is_integer(type.kind)) {
    const int bits = width_of(type.kind, *ranges_) * 8;
    highest_ =
        std::numeric_limits<std::uint64_t>::max() >> (64 - bits + (type.is_unsigned ? 0 : 1));
    lowest_ = type.is_unsigned ? 0 : -static_cast<std::int64_t>(highest_) - 1;
    // SQLite would turn larger ones into approximate numbers.
    highest_ = std::min(highest_, ranges_->max_unsigned);
  }
  if (type.kind == TypeKind::bit) {
    const int bits = std::min(type.length.value_or(1), ranges_->max_bits);
    highest_ = std::numeric_limits<std::uint64_t>::max() >> (64 - bits);
  }
  if (type.kind == TypeKind::char_ || type.kind == TypeKind::varchar) {
    const int standard = type.kind == TypeKind::char_ ? ranges_->default_length : 0;
    most_characters_ = static_cast<std::size_t>(type.length.value_or(standard));
  }
  most_bytes_ = byte_limit(type.kind, *ranges_);
  if (type.kind == TypeKind::binary || type.kind == TypeKind::varbinary) {
    const int standard = type.kind == TypeKind::binary ? ranges_->default_length : 0;
    most_bytes_ = static_cast<std::size_t>(type.length.value_or(standard));
  }
}

/// Whether a value may be any text: others never look like a number.
bool Converter::writes_free_text() const {
  return rule_ == Rule::text || rule_ == Rule::json || rule_ == Rule::enum_ || rule_ == Rule::set ||
         rule_ == Rule::geometry || rule_ == Rule::native_text;
}

bool Converter::takes_bytes() const {
  const bool is_raw = format_.binary == BinaryText::raw || format_.binary == BinaryText::guarded;
  return rule_ == Rule::binary ? is_raw : rule_ == Rule::bit && format_.bits == BitText::bytes;
}

/// The file was converted to UTF-8: replaces `text` by what was there before.
bool Converter::bytes_of_file(std::string_view& text, std::string& reason) {
  if (!takes_bytes()) {
    const auto byte = FileEncoding::marked_byte(text);
    if (!byte) return true;
    reason = fmt::format("has the byte {:02X}, which is not a character of {}", *byte,
                         format_.encoding->name());
    return false;
  }
  if (!format_.encoding->bytes_of(text, of_file_)) {
    reason = fmt::format(
        "is not ASCII, and the bytes of the file cannot be had back from {}: write the column in "
        "hexadecimal digits or base64, and say so with --binary",
        format_.encoding->name());
    return false;
  }
  text = of_file_;
  return true;
}

bool Converter::convert_null(Cell& cell, std::string& reason) const {
  cell = Cell::null();
  if (column_.nullable || column_.fills_null) return true;
  reason = "is not allowed: the column is NOT NULL";
  return false;
}

bool Converter::takes_numbers() const {
  return rule_ == Rule::integer || rule_ == Rule::decimal || rule_ == Rule::real ||
         rule_ == Rule::native_number;
}

/// Replaces the decimal mark of a number by a point. Other text stays unchanged.
bool Converter::with_point(std::string_view& text, std::string& reason) {
  if (text.find_first_not_of("0123456789+-.,eE \t") != std::string_view::npos) return true;
  if (text.find('.') != std::string_view::npos) {
    reason = fmt::format("has a decimal point, but --decimal sets '{}'", format_.decimal);
    return false;
  }
  if (text.find(format_.decimal) == std::string_view::npos) return true;
  decoded_.assign(text);
  std::replace(decoded_.begin(), decoded_.end(), format_.decimal, '.');
  text = decoded_;
  return true;
}

bool Converter::convert(std::string_view text, Cell& cell, std::string& reason) {
  if (format_.encoding != nullptr && !bytes_of_file(text, reason)) return false;
  if (format_.decimal != '.' && takes_numbers() && !with_point(text, reason)) return false;
  if (!convert_by_rule(text, cell, reason)) return false;
  if (!may_become_number_ || cell.kind != Cell::Kind::text) return true;
  std::array<char, 512> scratch;
  const std::string_view written = cell.bytes;
  if (!parse_decimal(trimmed(written), scratch)) return true;
  return keeps_number(written, reason) && convert_decimal(trimmed(written), cell, reason);
}

bool Converter::convert_by_rule(std::string_view text, Cell& cell, std::string& reason) {
  switch (rule_) {
    case Rule::integer:
      return convert_integer(trimmed(text), cell, reason);
    case Rule::boolean:
      return convert_boolean(trimmed(text), cell, reason);
    case Rule::bit:
      return convert_bit(text, cell, reason);
    case Rule::year:
      return convert_year(trimmed(text), cell, reason);
    case Rule::decimal:
      return convert_decimal(trimmed(text), cell, reason);
    case Rule::real:
      return convert_real(trimmed(text), cell, reason);
    case Rule::text:
      return convert_text(text, cell, reason);
    case Rule::binary:
      return convert_binary(text, cell, reason);
    case Rule::date:
      return convert_date(trimmed(text), cell, reason);
    case Rule::time:
      return convert_time(trimmed(text), cell, reason);
    case Rule::datetime:
      return convert_datetime(trimmed(text), cell, reason);
    case Rule::json:
      return convert_json(text, cell, reason);
    case Rule::uuid:
      return convert_uuid(trimmed(text), cell, reason);
    case Rule::inet4:
    case Rule::inet6:
      return convert_inet(trimmed(text), cell, reason);
    case Rule::enum_:
      return convert_enum(text, cell, reason);
    case Rule::set:
      return convert_set(text, cell, reason);
    case Rule::geometry:
      return convert_geometry(trimmed(text), cell, reason);
    case Rule::native_text:
      return convert_native_text(text, cell, reason);
    case Rule::native_number:
      return convert_native_number(text, cell, reason);
  }
  return convert_native_text(text, cell, reason);
}

}  // namespace dbmig::import
