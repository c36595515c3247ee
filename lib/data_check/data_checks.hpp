#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "ops/operation.hpp"

namespace dbmig::data_check {

/// What is wrong with the rows that a check finds.
enum class Concern { no_value, null, invalid_cast, duplicate, check, orphan };

/// What has to be asked of the rows before operations run: whether any stands in the way of one.
struct DataCheck {
  std::size_t operation = 0;  ///< index of the operation
  Concern concern = Concern::invalid_cast;
  std::string table;      ///< whose rows are counted, by its live name
  std::string violation;  ///< what is wrong with the rows that are found
  std::string hint;       ///< what to do about them
  std::string count;      ///< SQL: one number, the rows in the way
  std::string examples;   ///< SQL: up to three of them, `labels` wide
  std::vector<std::string> labels;
  bool any_row = false;  ///< every row is in the way, whatever it holds
};

/// The checks that `operations`, planned on a database with the schema `before`, put to its
/// rows: NULL where it is no longer allowed, values that a new type would cut, duplicates under a
/// new key, rows that a new check or foreign key refuses, a NOT NULL column without a default. They
/// are asked before the first operation; columns and tables renamed or added on the way are
/// followed. What comes after plain SQL, which may change any row, is not asked.
///
/// `is_downgrade`: a column that comes back without a default is none, since its values were given
/// up when it was dropped; its rows are filled (run/backfill_values.hpp).
///
/// `connection` tells its database's default character set; the rows are not asked yet.
std::vector<DataCheck> data_checks(backend::Connection& connection, const schema::Schema& before,
                                   std::span<const ops::Operation> operations, bool is_downgrade);

}  // namespace dbmig::data_check
