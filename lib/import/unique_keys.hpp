#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/bulk.hpp"
#include "import/plan.hpp"
#include "import/wire.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// What makes two values of a key's column the same value for the database.
struct KeyColumn {
  enum class Compare : std::uint8_t {
    bytes,
    without_blanks,  ///< but for spaces at the end
    without_case,    ///< but for the case of ASCII letters
    weights,         ///< as `collation` says, which only the database knows
  };
  std::uint32_t at = 0;  ///< in a row of the plan
  Compare compare = Compare::bytes;
  bool pads = false;            ///< weights: but for spaces at the end
  bool has_idle_zeros = false;  ///< zeros at the end of a fraction say nothing
  bool is_filled = false;       ///< with NULs up to its length
  std::uint32_t prefix = 0;     ///< characters, or bytes of binary values; 0 for all
  std::string charset = {};     ///< weights
  std::string collation = {};   ///< weights
};

/// A unique key as the rows of one file have it.
struct FileKey {
  std::uint32_t key = 0;  ///< number among all keys of the scan
  std::vector<KeyColumn> columns;
};

/// The columns of a unique key, and what compares them.
struct UniqueKey {
  std::vector<std::string> columns;
  std::vector<KeyColumn> compared;  ///< `at` is of the plan that it was made for
};

/// The unique keys of `table` of which the rows of `plan` have all columns. Left out are those of
/// expressions, of part of the rows, and with a collation of the application's own. Asks
/// `connection` for collations on MariaDB.
std::vector<UniqueKey> unique_keys(backend::Connection& connection, const schema::Table& table,
                                   const Plan& plan);

/// The text of `cell` whose weights are needed, without what does not count; for Compare::weights.
std::string_view weighed_text(const backend::Cell& cell, const KeyColumn& column);

/// Appends `cell` so that equal bytes mean values that the database calls equal. `weights` is what
/// it says of weighed_text(). False for NULL, which equals nothing.
bool append_key(const backend::Cell& cell, const KeyColumn& column, std::string_view weights,
                std::string& out);

/// The weights of `texts` under the collation of `column`, each as a text of its own.
std::vector<std::string> ask_weights(backend::Connection& connection, const KeyColumn& column,
                                     const std::vector<std::string>& texts);

void encode(const FileKey& key, WireWriter& out);
FileKey decode_file_key(WireReader& in);

}  // namespace dbmig::import
