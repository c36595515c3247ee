#include "import/held_keys.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace dbmig::import {
namespace {

bool is_weighed(const KeyColumn& column, const backend::Cell& cell) {
  return column.compare == KeyColumn::Compare::weights && cell.kind == backend::Cell::Kind::text;
}

}  // namespace

HeldKeys::HeldKeys(backend::Connection& connection, const schema::Table& table, const Plan& plan)
    : table_(table.name),
      columns_(plan.columns.size()),
      keys_(unique_keys(connection, table, plan)),
      weights_(*alone_, &connection) {
  for (const UniqueKey& key : keys_) {
    asks_ = asks_ || std::any_of(key.compared.begin(), key.compared.end(), [](const auto& column) {
              return column.compare == KeyColumn::Compare::weights;
            });
  }
}

bool HeldKeys::holds_one_of(const RowKeys& keys) const {
  return std::any_of(keys.begin(), keys.end(),
                     [this](const std::string& key) { return held_.contains(key); });
}

RowKeys HeldKeys::keys_of(std::span<const backend::Cell> row) const {
  RowKeys keys;
  for (const UniqueKey& key : keys_) {
    std::string bytes = table_;
    for (const std::string& column : key.columns) bytes += '\0' + column;
    bytes += '\0';
    const bool is_bound =
        std::all_of(key.compared.begin(), key.compared.end(), [&](const KeyColumn& column) {
          const backend::Cell& cell = row[column.at];
          const std::string_view weights = is_weighed(column, cell)
                                               ? weights_.of(column, weighed_text(cell, column))
                                               : std::string_view();
          return append_key(cell, column, weights, bytes);
        });
    if (is_bound) keys.push_back(std::move(bytes));
  }
  return keys;
}

void HeldKeys::ask_weights_of(backend::RowReader& rows) {
  weights_.forget_old();
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const std::span<const backend::Cell> row = rows.next();
    for (const UniqueKey& key : keys_) {
      for (const KeyColumn& column : key.compared) {
        const backend::Cell& cell = row[column.at];
        if (is_weighed(column, cell)) weights_.want(column, weighed_text(cell, column));
      }
    }
  }
  if (!weights_.fetch()) {
    throw Error(ErrorCode::failed, "the database does not tell how it compares the rows' keys");
  }
}

std::vector<RowKeys> HeldKeys::keys_of(std::string_view encoding, std::span<const char> batch) {
  if (asks_) ask_weights_of(*backend::row_reader(encoding, columns_, batch));
  const auto rows = backend::row_reader(encoding, columns_, batch);
  std::vector<RowKeys> keys;
  keys.reserve(rows->rows());
  for (std::size_t i = 0; i < rows->rows(); ++i) keys.push_back(keys_of(rows->next()));
  return keys;
}

}  // namespace dbmig::import
