#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "import/converter.hpp"
#include "transfer/wider_type.hpp"

namespace dbmig::transfer {

/// A value of the source that the target's column cannot hold.
struct InvalidCast {
  std::size_t column = 0;
  std::string shown;   ///< the value, as messages show it
  std::string reason;  ///< completes "'abc' …"
};

/// Converts rows of the source for the target's columns: all that a rank without schema and target
/// needs.
class RowConverter {
 public:
  /// What becomes of the values of a column.
  enum AsIs : std::uint8_t {
    kConverted,
    kUnchanged,
    kUnchangedWithClass,  ///< a number is not equal to the text of its digits
  };

  /// `as_is`: an AsIs for each column; may be empty for none.
  RowConverter(const std::vector<import::TargetColumn>& columns, DialectKind kind,
               const std::vector<std::uint8_t>& as_is = {});

  const std::vector<import::TargetColumn>& columns() const { return columns_; }
  DialectKind kind() const { return kind_; }
  const std::vector<std::uint8_t>& as_is() const { return as_is_; }

  /// The target's cells for a row of the source, valid until the next call; values that do not fit
  /// are added to `invalid_casts`.
  std::span<const backend::Cell> convert(std::span<const backend::Cell> row,
                                         std::vector<InvalidCast>& invalid_casts);
  /// The bytes by which a row of the target's cells is compared; valid until the next call.
  const std::string& canonical_row(std::span<const backend::Cell> row);

  /// Numbers in these columns are compared as MariaDB's FLOAT, whose four bytes keep about 7
  /// digits.
  void compare_as_float(const std::vector<std::size_t>& columns) { as_float_ = columns; }
  /// Adds to `beyond_float` (see RowSum) the numbers of `row`, as a database stores it, with more
  /// digits than that.
  void count_beyond_float(std::span<const backend::Cell> row,
                          std::vector<std::uint64_t>& beyond_float) const;

  /// Records a value that the column cannot hold, for wider_type().
  void widen(std::size_t column, const backend::Cell& value);
  void widen(std::size_t column, const WiderType::Needs& needs);
  const std::map<std::size_t, WiderType>& wider() const { return wider_; }
  /// The type that would hold all values passed to widen(); nothing if there is none.
  std::optional<schema::Type> wider_type(std::size_t column) const;

 private:
  std::span<const backend::Cell> rounded(std::span<const backend::Cell> row);
  WiderType& wider_of(std::size_t column);

  std::vector<import::TargetColumn> columns_;
  DialectKind kind_;
  std::vector<std::uint8_t> as_is_;
  std::vector<std::size_t> as_float_;
  std::vector<import::Converter> converters_;
  std::vector<std::string> texts_;  ///< of the current row
  std::vector<backend::Cell> cells_;
  std::vector<backend::Cell> rounded_;
  std::string reason_;
  std::string canonical_;
  std::map<std::size_t, WiderType> wider_;  ///< of columns with invalid_casts
};

}  // namespace dbmig::transfer
