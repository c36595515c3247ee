#include "transfer/wider_type.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "transfer/convert_cell.hpp"
#include "transfer/evidence_kinds.hpp"
#include "transfer/value_text.hpp"

namespace dbmig::transfer {
namespace {

using schema::Type;
using schema::TypeKind;

constexpr std::uint64_t kMaxVarchar = 1000;  ///< what is longer is better text

/// Whether values of a type are words of letters, such as a varchar holds.
bool is_word_kind(TypeKind kind) {
  return kind == TypeKind::char_ || kind == TypeKind::varchar || kind == TypeKind::uuid ||
         kind == TypeKind::inet4 || kind == TypeKind::inet6 || kind == TypeKind::enum_ ||
         kind == TypeKind::set;
}

/// Numbers that SQLite, which has 64 bits with a sign and 15 digits, holds as text alone.
bool is_beyond_sqlite(const Type& type) {
  return type.kind == TypeKind::decimal || type.kind == TypeKind::bit ||
         (type.kind == TypeKind::bigint && type.is_unsigned);
}

/// Types that hold all that `type` does and more, the nearest first.
std::vector<Type> candidates_for(const Type& type, DialectKind database) {
  const TypeKind kind = type.kind;
  if (database == DialectKind::sqlite && is_beyond_sqlite(type)) return {type_of(TypeKind::text)};
  if (kind == TypeKind::datetime || kind == TypeKind::timestamp || kind == TypeKind::time) {
    return {type_of(kind, 3), type_of(kind, 6)};
  }
  if (kind == TypeKind::date) {
    return {type_of(TypeKind::datetime), type_of(TypeKind::datetime, 3),
            type_of(TypeKind::datetime, 6)};
  }
  if (kind == TypeKind::integer) return {type_of(TypeKind::bigint)};
  if (kind == TypeKind::boolean || (schema::is_integer(kind) && kind != TypeKind::bigint)) {
    return {type_of(TypeKind::integer), type_of(TypeKind::bigint)};
  }
  if (kind == TypeKind::decimal) return {type_of(kind, kMaxDecimalDigits, kMaxDecimalPlaces)};
  if (kind == TypeKind::json) return {type_of(TypeKind::longtext)};
  if (kind == TypeKind::longtext) return {type_of(TypeKind::longblob)};
  if (kind == TypeKind::mediumtext) {
    return {type_of(TypeKind::longtext), type_of(TypeKind::longblob)};
  }
  if (schema::is_text(kind) || is_word_kind(kind)) {
    return {type_of(TypeKind::text), type_of(TypeKind::longtext), type_of(TypeKind::longblob)};
  }
  if (schema::is_binary(kind) && kind != TypeKind::longblob) return {type_of(TypeKind::longblob)};
  return {};
}

}  // namespace

WiderType::WiderType(const import::TargetColumn& column, DialectKind kind) : own_(column.type) {
  for (const Type& type : candidates_for(column.type, kind)) {
    import::TargetColumn wide = column;
    wide.type = type;
    candidates_.emplace_back(wide, kind, kValuesOfDatabase);
  }
}

void WiderType::add(const backend::Cell& value) {
  if (value.kind == backend::Cell::Kind::null) {
    needs_.has_null = true;
    return;
  }
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const std::uint32_t bit = 1U << i;
    backend::Cell out;
    if ((needs_.taken_by & bit) != 0 &&
        !convert_cell(value, candidates_[i], buffer_, out, reason_)) {
      needs_.taken_by &= ~bit;
    }
  }
  const std::string text = value_text(value);
  needs_.characters = std::max<std::uint64_t>(needs_.characters, text::utf8_length(text));
  const std::string_view digits = text::trim(text);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  needs_.whole_digits = std::max<std::uint64_t>(needs_.whole_digits, point);
  if (point < digits.size()) {
    needs_.scale = std::max<std::uint64_t>(needs_.scale, digits.size() - point - 1);
  }
}

void WiderType::add(const Needs& needs) {
  needs_.taken_by &= needs.taken_by;
  needs_.has_null = needs_.has_null || needs.has_null;
  needs_.characters = std::max(needs_.characters, needs.characters);
  needs_.whole_digits = std::max(needs_.whole_digits, needs.whole_digits);
  needs_.scale = std::max(needs_.scale, needs.scale);
}

std::optional<Type> WiderType::type() const {
  if (needs_.has_null) return std::nullopt;
  std::size_t first = 0;
  while (first < candidates_.size() && (needs_.taken_by >> first & 1U) == 0) ++first;
  if (first == candidates_.size()) return std::nullopt;
  Type type = candidates_[first].column().type;
  if (is_word_kind(own_.kind) && schema::is_text(type.kind)) {
    if (needs_.characters > kMaxVarchar) return type;
    constexpr std::uint64_t kStep = 50;
    return type_of(TypeKind::varchar, static_cast<int>((needs_.characters / kStep + 1) * kStep));
  }
  if (type.kind == TypeKind::decimal) {
    // As many digits before the point as it had, too.
    const int had_scale = own_.scale.value_or(0);
    const int had_whole = own_.length.value_or(10) - had_scale;
    const int scale = std::max(had_scale, static_cast<int>(needs_.scale));
    const int whole = std::max(had_whole, static_cast<int>(needs_.whole_digits));
    if (scale > kMaxDecimalPlaces || whole + scale > kMaxDecimalDigits) return std::nullopt;
    return type_of(TypeKind::decimal, whole + scale, scale);
  }
  return type;
}

}  // namespace dbmig::transfer
