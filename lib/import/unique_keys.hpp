#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/bulk.hpp"
#include "import/key_column.hpp"
#include "import/plan.hpp"
#include "import/wire.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// The columns of a unique key, and how they are compared.
struct UniqueKey {
  std::vector<std::string> columns;
  std::vector<KeyColumn> compared;  ///< `at` is for the plan that it was made for
};

/// Whether both are the same columns, compared in the same way, whatever their positions in a row.
bool is_same_key(const UniqueKey& a, const UniqueKey& b);

/// The unique keys of `table`, each once, of which the rows of `plan` have all columns. Left out
/// are keys with expressions, for part of the rows, of periods without overlaps, and with a
/// collation of the application. Asks `connection` for collations on MariaDB.
std::vector<UniqueKey> unique_keys(backend::Connection& connection, const schema::Table& table,
                                   const Plan& plan);

/// The text of `cell` whose weights are needed, without ignored parts; for Compare::weights.
std::string_view weighed_text(const backend::Cell& cell, const KeyColumn& column);

/// Appends `cell` so that equal bytes mean values that the database treats as equal. `weights` are
/// those of weighed_text(). False for NULL, which equals nothing.
bool append_key(const backend::Cell& cell, const KeyColumn& column, std::string_view weights,
                std::string& out);

/// The weights of `texts` under the collation of `column`.
std::vector<std::string> ask_weights(backend::Connection& connection, const KeyColumn& column,
                                     const std::vector<std::string>& texts);

void encode(const FileKey& key, WireWriter& out);
FileKey decode_file_key(WireReader& in);

}  // namespace dbmig::import
