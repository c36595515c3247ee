#include "run/backfill_values.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "dialect/backfill_value.hpp"
#include "ops/apply.hpp"

namespace dbmig::run {
namespace {

const ops::AddColumn* as_gap(const ops::Operation& operation) {
  const auto* add = std::get_if<ops::AddColumn>(&operation);
  return add == nullptr || add->column.nullable ? nullptr : add;
}

class Filler {
 public:
  Filler(const std::vector<ops::Operation>& operations, const schema::Schema& before,
         DialectKind kind)
      : operations_(operations),
        after_(ops::apply(before, std::span<const ops::Operation>(operations))),
        kind_(kind) {}

  WithBackfillValues run() {
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if (!can_wait(operations_[i])) take_defaults_away();
      if (!fill(i)) put(operations_[i], i);
    }
    take_defaults_away();
    return std::move(result_);
  }

 private:
  void put(ops::Operation operation, std::size_t origin) {
    result_.operations.push_back(std::move(operation));
    result_.origins.push_back(origin);
  }

  /// The temporary defaults are added as late as possible: all changes of the table are then one
  /// statement on MariaDB, as AUTO_INCREMENT and its key require, and dropping the defaults is
  /// another one.
  bool can_wait(const ops::Operation& operation) const {
    if (ops::table_of(operation) != table_ || std::holds_alternative<ops::RenameTable>(operation) ||
        std::holds_alternative<ops::DropTable>(operation)) {
      return false;
    }
    const auto* alter = std::get_if<ops::AlterColumn>(&operation);
    return alter == nullptr || std::none_of(waiting_.begin(), waiting_.end(), [&](const auto& one) {
             return one.first.name == alter->name;
           });
  }

  bool fill(std::size_t i) {
    const ops::AddColumn* add = as_gap(operations_[i]);
    if (add == nullptr) return false;
    std::string table = add->table;
    std::string column = add->column.name;
    if (!follow(i, table, column)) return false;
    const schema::Table& end = after_.table(table);
    schema::Column gap = add->column;
    gap.name = column;
    // A column becomes AUTO_INCREMENT when it has its key.
    gap.autoincrement = end.column(column).autoincrement;
    const auto value = dialect::backfill_value(gap, end, kind_);
    if (!value) return false;
    ops::AddColumn filled = *add;
    filled.column.default_value = *value;
    put(std::move(filled), i);
    ops::AlterColumn without;
    without.table = add->table;
    without.name = add->column.name;
    without.default_value.emplace(add->column.default_value);
    table_ = add->table;
    waiting_.emplace_back(std::move(without), i);
    result_.backfill_values.push_back(
        {table, column, dialect::describe_backfill_value(*value, kind_)});
    return true;
  }

  /// Follows the names through the operations after `i`; false if the table or column is dropped
  /// again.
  bool follow(std::size_t i, std::string& table, std::string& column) const {
    for (std::size_t next = i + 1; next < operations_.size(); ++next) {
      if (const auto* rename = std::get_if<ops::RenameTable>(&operations_[next])) {
        if (rename->name == table) table = rename->to;
      } else if (const auto* alter = std::get_if<ops::AlterColumn>(&operations_[next])) {
        const bool same = alter->table == table && alter->name == column;
        if (same && alter->rename) column = *alter->rename;
      } else if (const auto* drop = std::get_if<ops::DropColumn>(&operations_[next])) {
        if (drop->table == table && drop->name == column) return false;
      } else if (const auto* gone = std::get_if<ops::DropTable>(&operations_[next])) {
        if (gone->name == table) return false;
      }
    }
    const schema::Table* found = after_.find_table(table);
    return found != nullptr && found->find_column(column) != nullptr &&
           found->only.value_or(kind_) == kind_;
  }

  void take_defaults_away() {
    for (auto& [alter, origin] : waiting_) put(std::move(alter), origin);
    waiting_.clear();
    table_.clear();
  }

  const std::vector<ops::Operation>& operations_;
  const schema::Schema after_;
  DialectKind kind_;
  std::string table_;  ///< table whose columns have temporary defaults
  std::vector<std::pair<ops::AlterColumn, std::size_t>> waiting_;
  WithBackfillValues result_;
};

}  // namespace

WithBackfillValues with_backfill_values(const std::vector<ops::Operation>& operations,
                                        const schema::Schema& before, DialectKind kind) {
  const bool any = std::any_of(operations.begin(), operations.end(),
                               [](const ops::Operation& one) { return as_gap(one) != nullptr; });
  if (any) return Filler(operations, before, kind).run();
  WithBackfillValues same{operations, {}, {}};
  for (std::size_t i = 0; i < operations.size(); ++i) same.origins.push_back(i);
  return same;
}

}  // namespace dbmig::run
