#include "transfer/convert_cell.hpp"

#include <fmt/core.h>

#include <cmath>
#include <cstdint>

#include "transfer/value_text.hpp"

namespace dbmig::transfer {
namespace {

using backend::Cell;
using schema::TypeKind;

/// Whether an integer column of `type` holds `value`: the fast path for most numbers of a copy,
/// without converting them to text.
bool holds_integer(const schema::Type& type, std::int64_t value) {
  const auto within = [&](int bits) {
    const std::int64_t end = std::int64_t{1} << (type.is_unsigned ? bits : bits - 1);
    return type.is_unsigned ? value >= 0 && value < end : value >= -end && value < end;
  };
  if (type.kind == TypeKind::integer) return within(32);
  if (type.kind == TypeKind::bigint) return !type.is_unsigned || value >= 0;
  if (type.kind == TypeKind::smallint) return within(16);
  if (type.kind == TypeKind::tinyint) return within(8);
  return type.kind == TypeKind::mediumint && within(24);
}

}  // namespace

bool convert_cell(const Cell& cell, import::Converter& converter, std::string& buffer, Cell& out,
                  std::string& reason) {
  const schema::Type& type = converter.column().type;
  switch (cell.kind) {
    case Cell::Kind::null:
      return converter.convert_null(out, reason);
    case Cell::Kind::integer:
      if (holds_integer(type, cell.integer)) {
        out = cell;
        return true;
      }
      break;
    case Cell::Kind::real:
      if (type.kind == TypeKind::double_ && std::isfinite(cell.real)) {
        out = cell;
        return true;
      }
      break;
    case Cell::Kind::text:
      return converter.convert(cell.bytes, out, reason);
    case Cell::Kind::blob:
      if (schema::is_binary(type.kind)) return converter.convert(cell.bytes, out, reason);
      reason = fmt::format("is a blob, and the column is {}", schema::to_string(type));
      return false;
    case Cell::Kind::unsigned_integer:
      break;
  }
  buffer = value_text(cell);
  // MariaDB's year 0 has four digits.
  if (type.kind == TypeKind::year && buffer == "0") buffer = "0000";
  return converter.convert(buffer, out, reason);
}

}  // namespace dbmig::transfer
