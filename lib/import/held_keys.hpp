#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "backend/backend.hpp"
#include "backend/bulk.hpp"
#include "import/communicator.hpp"
#include "import/key_weights.hpp"
#include "import/plan.hpp"
#include "import/unique_keys.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// The keys of a row, each as bytes that only an equal key of the same table has.
using RowKeys = std::vector<std::string>;

/// The keys of rows that wait for their parents. A later row with one of them has to wait, too, or
/// it would be in the table before the first one.
class HeldKeys {
 public:
  /// For rows of `plan`, which go into `table`. `connection` must outlive it.
  HeldKeys(backend::Connection& connection, const schema::Table& table, const Plan& plan);

  /// Whether the rows have a unique key, see unique_keys().
  bool has_keys() const { return !keys_.empty(); }
  /// The keys of each row of `batch`. Asks the database where only it can compare. Throws its
  /// errors, and those of backend::row_reader().
  std::vector<RowKeys> keys_of(std::string_view encoding, std::span<const char> batch);

  void hold(const RowKeys& keys) { held_.insert(keys.begin(), keys.end()); }
  bool holds_one_of(const RowKeys& keys) const;
  bool is_empty() const { return held_.empty(); }
  void clear() { held_.clear(); }

 private:
  void ask_weights_of(backend::RowReader& rows);
  RowKeys keys_of(std::span<const backend::Cell> row) const;

  std::string table_;
  std::size_t columns_;  ///< of a row
  std::vector<UniqueKey> keys_;
  bool asks_ = false;  ///< for weights
  const std::unique_ptr<Communicator> alone_ = local_communicator();
  KeyWeights weights_;
  std::unordered_set<std::string> held_;
};

}  // namespace dbmig::import
