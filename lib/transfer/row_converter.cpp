#include "transfer/row_converter.hpp"

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <utility>

#include "base/hex.hpp"
#include "import/shown.hpp"
#include "transfer/convert_cell.hpp"
#include "transfer/value_text.hpp"

namespace dbmig::transfer {

using backend::Cell;

namespace {

std::optional<double> number_of(const Cell& cell) {
  if (cell.kind == Cell::Kind::real) return cell.real;
  if (cell.kind == Cell::Kind::integer) return static_cast<double>(cell.integer);
  return std::nullopt;
}

/// The FLOAT nearest to `number`; a number that is too large stays as it is.
double nearest_float(double number) {
  constexpr double kMax = std::numeric_limits<float>::max();
  return std::fabs(number) > kMax ? number : double{static_cast<float>(number)};
}

}  // namespace

RowConverter::RowConverter(const std::vector<import::TargetColumn>& columns, DialectKind kind,
                           const std::vector<std::uint8_t>& as_is)
    : columns_(columns),
      kind_(kind),
      as_is_(as_is),
      texts_(columns.size()),
      cells_(columns.size()) {
  as_is_.resize(columns.size());
  for (const import::TargetColumn& column : columns_) {
    converters_.emplace_back(column, kind, kValuesOfDatabase);
  }
}

std::span<const Cell> RowConverter::convert(std::span<const Cell> row,
                                            std::vector<InvalidCast>& invalid_casts) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (as_is_[i] != kConverted) {
      cells_[i] = row[i];
      continue;
    }
    if (convert_cell(row[i], converters_[i], texts_[i], cells_[i], reason_)) continue;
    InvalidCast invalid_cast;
    invalid_cast.column = i;
    invalid_cast.reason = reason_;
    if (row[i].kind == Cell::Kind::null) {
      invalid_cast.shown = "NULL";
    } else if (row[i].kind != Cell::Kind::blob) {
      invalid_cast.shown = import::shown(value_text(row[i]));
    } else {
      constexpr std::size_t kShownBytes = 8;
      const std::string_view bytes = row[i].bytes;
      invalid_cast.shown = fmt::format("x'{}{}'", to_hex(bytes.substr(0, kShownBytes)),
                                       bytes.size() > kShownBytes ? "…" : "");
    }
    invalid_casts.push_back(std::move(invalid_cast));
  }
  return cells_;
}

const std::string& RowConverter::canonical_row(std::span<const Cell> row) {
  canonical_.clear();
  if (!as_float_.empty()) row = rounded(row);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (as_is_[i] == kUnchangedWithClass) {
      canonical_.push_back(static_cast<char>('a' + static_cast<int>(row[i].kind)));
    }
    append_canonical(canonical_, row[i], columns_[i].type);
  }
  return canonical_;
}

std::span<const Cell> RowConverter::rounded(std::span<const Cell> row) {
  rounded_.assign(row.begin(), row.end());
  for (const std::size_t i : as_float_) {
    if (const auto number = number_of(row[i])) rounded_[i] = Cell::of(nearest_float(*number));
  }
  return rounded_;
}

void RowConverter::count_beyond_float(std::span<const Cell> row,
                                      std::vector<std::uint64_t>& beyond_float) const {
  if (as_float_.empty()) return;
  beyond_float.resize(row.size());
  for (const std::size_t i : as_float_) {
    const auto number = number_of(row[i]);
    if (number && nearest_float(*number) != *number) ++beyond_float[i];
  }
}

WiderType& RowConverter::wider_of(std::size_t column) {
  return wider_.try_emplace(column, columns_[column], kind_).first->second;
}

void RowConverter::widen(std::size_t column, const Cell& value) {
  wider_of(column).add(value);
}

void RowConverter::widen(std::size_t column, const WiderType::Needs& needs) {
  wider_of(column).add(needs);
}

std::optional<schema::Type> RowConverter::wider_type(std::size_t column) const {
  const auto found = wider_.find(column);
  return found == wider_.end() ? std::nullopt : found->second.type();
}

}  // namespace dbmig::transfer
