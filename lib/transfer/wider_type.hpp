#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "import/converter.hpp"
#include "schema/type.hpp"

namespace dbmig::transfer {

/// Finds the type that a column needs for values that it cannot hold: a type of the same kind with
/// more room, the next larger one, or text for values that are not numbers or times (0000-00-00,
/// infinite numbers).
class WiderType {
 public:
  /// What the values need, as exchanged between ranks.
  struct Needs {
    std::uint32_t taken_by = ~std::uint32_t{0};  ///< a bit for each type that accepts all of them
    bool has_null = false;
    std::uint64_t characters = 0;
    std::uint64_t whole_digits = 0;
    std::uint64_t scale = 0;
  };

  WiderType(const import::TargetColumn& column, DialectKind kind);

  /// Adds a value that the column cannot hold.
  void add(const backend::Cell& value);
  void add(const Needs& needs);
  const Needs& needs() const { return needs_; }
  /// The type that holds all of them, and everything that the column's own type does.
  std::optional<schema::Type> type() const;

 private:
  schema::Type own_;
  bool is_text_of_sqlite_;  ///< its candidate is text because of SQLite's limits, not because of
                            ///< words
  std::vector<import::Converter> candidates_;  ///< narrowest first
  Needs needs_;
  std::string buffer_;
  std::string reason_;
};

}  // namespace dbmig::transfer
