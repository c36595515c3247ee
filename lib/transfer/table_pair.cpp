#include "transfer/table_pair.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "import/plan.hpp"
#include "import/shown.hpp"
#include "transfer/table_order.hpp"
#include "transfer/value_text.hpp"

namespace dbmig::transfer {
namespace {

using backend::Cell;
using schema::TypeKind;

const schema::Column* find_stored(const std::vector<schema::Column>& columns,
                                  const std::string& name) {
  for (const schema::Column& column : columns) {
    if (text::equals_ignoring_case(column.name, name)) return &column;
  }
  return nullptr;
}

bool is_any_generated(const schema::Table& table, const std::string& name) {
  return std::any_of(table.columns.begin(), table.columns.end(), [&](const schema::Column& column) {
    return column.generated && text::equals_ignoring_case(column.name, name);
  });
}

}  // namespace

TablePair::TablePair(const schema::Table& source, const schema::Table& target, DialectKind kind)
    : source_(source), target_(target) {
  const std::vector<schema::Column> given = stored_columns(source_);
  const std::vector<schema::Column> wanted = stored_columns(target_);
  for (const schema::Column& column : given) {
    if (find_stored(wanted, column.name) != nullptr || is_any_generated(target_, column.name)) {
      continue;
    }
    throw Error(ErrorCode::invalid, fmt::format("the target's table '{}' has no column '{}'",
                                                target_.name, column.name))
        .hint("nothing was copied; bring the target to the source's schema first");
  }
  for (const schema::Column& column : wanted) {
    const schema::Column* found = find_stored(given, column.name);
    const import::TargetColumn shape = import::target_column(target_, column, kind);
    if (found == nullptr) {
      if (shape.nullable || shape.fills_null || column.default_value) continue;
      throw Error(ErrorCode::invalid,
                  fmt::format("column '{}' of the target's table '{}' needs a value, and the "
                              "source has none",
                              column.name, target_.name))
          .hint("nothing was copied; give the column a default");
    }
    source_columns_.push_back(*found);
    target_columns_.push_back(column);
    types_.push_back(shape.type);
    converters_.emplace_back(shape, kind, import::ValueFormat{.binary = import::BinaryText::raw});
  }
  if (target_.primary_key) {
    for (const std::string& name : target_.primary_key->columns) {
      for (std::size_t i = 0; i < target_columns_.size(); ++i) {
        if (text::equals_ignoring_case(target_columns_[i].name, name)) key_.push_back(i);
      }
    }
  }
  texts_.resize(target_columns_.size());
  cells_.resize(target_columns_.size());
  needs_.resize(target_columns_.size());
}

std::vector<std::string> TablePair::column_names() const {
  std::vector<std::string> names;
  for (const schema::Column& column : target_columns_) names.push_back(column.name);
  return names;
}

std::string TablePair::select_source(const dialect::Dialect& dialect) const {
  return select_rows(source_, source_columns_, dialect);
}

std::string TablePair::select_target(const dialect::Dialect& dialect) const {
  return select_rows(target_, target_columns_, dialect);
}

bool TablePair::convert_value(std::size_t i, const Cell& cell, std::string& reason) {
  if (cell.kind == Cell::Kind::null) return converters_[i].convert_null(cells_[i], reason);
  const bool is_bytes = schema::is_binary(types_[i].kind);
  if (cell.kind == Cell::Kind::blob && !is_bytes) {
    reason = fmt::format("is bytes, and the column is {}", schema::to_string(types_[i]));
    return false;
  }
  // Kept until the row is encoded: what is converted may point into it.
  texts_[i] = value_text(cell);
  // MariaDB's year 0 is written with four digits.
  if (types_[i].kind == TypeKind::year && texts_[i] == "0") texts_[i] = "0000";
  return converters_[i].convert(texts_[i], cells_[i], reason);
}

void TablePair::note(std::size_t i, const Cell& cell) {
  if (cell.kind != Cell::Kind::text) return;
  Need& need = needs_[i];
  need.characters = std::max(need.characters, text::utf8_length(cell.bytes));
  const std::size_t point = cell.bytes.rfind('.');
  if (point == std::string_view::npos) return;
  const std::size_t end = cell.bytes.find_last_not_of('0');
  if (end > point) need.fraction = std::max(need.fraction, end - point);
}

std::span<const Cell> TablePair::convert(std::span<const Cell> row,
                                         std::vector<InvalidCast>& invalid_casts) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (convert_value(i, row[i], reason_)) continue;
    note(i, row[i]);
    InvalidCast invalid_cast;
    invalid_cast.column = i;
    invalid_cast.reason = reason_;
    if (row[i].kind == Cell::Kind::null) {
      invalid_cast.shown = "NULL";
    } else if (row[i].kind != Cell::Kind::blob) {
      invalid_cast.shown = import::shown(value_text(row[i]));
    }
    invalid_casts.push_back(std::move(invalid_cast));
  }
  return cells_;
}

std::string TablePair::canonical_row(std::span<const Cell> row) const {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string value = canonical_value(row[i], types_[i]);
    out += std::to_string(value.size());
    out.push_back(':');
    out += value;
  }
  return out;
}

std::string TablePair::describe_key(std::span<const Cell> row, std::uint64_t number) const {
  if (key_.empty()) return fmt::format("row {}", number);
  std::string out;
  for (const std::size_t place : key_) {
    out += fmt::format(
        "{}{} {}", out.empty() ? "" : ", ", target_columns_[place].name,
        row[place].kind == Cell::Kind::blob ? "in bytes" : import::shown(value_text(row[place])));
  }
  return out;
}

std::optional<std::string> TablePair::remedy(std::size_t i) const {
  schema::Type type = types_[i];
  const Need& need = needs_[i];
  if (type.kind == TypeKind::datetime || type.kind == TypeKind::timestamp ||
      type.kind == TypeKind::time) {
    constexpr std::size_t kMaxFraction = 6;
    if (need.fraction == 0 || need.fraction > kMaxFraction) return std::nullopt;
    type.length = static_cast<int>(need.fraction > 3 ? kMaxFraction : 3);
  } else if (type.kind == TypeKind::char_ || type.kind == TypeKind::varchar) {
    constexpr std::size_t kLongest = 1000;
    const auto had = static_cast<std::size_t>(std::max(type.length.value_or(0), 0));
    if (need.characters <= had) return std::nullopt;
    if (need.characters > kLongest) {
      type = {};
      type.kind = TypeKind::text;
    } else {
      type.kind = TypeKind::varchar;
      type.length = static_cast<int>((need.characters / 50 + 1) * 50);
    }
  } else if (schema::is_integer(type.kind) && type.kind != TypeKind::bigint) {
    if (need.characters != 0) return std::nullopt;  // text is no number of any size
    type = {};
    type.kind = TypeKind::bigint;
  } else {
    return std::nullopt;
  }
  return fmt::format("{}: {}", target_columns_[i].name, schema::to_string(type));
}

}  // namespace dbmig::transfer
