#include "proof/snapshot.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.hpp"
#include "dialect/row_storage.hpp"
#include "dialect/sql_forms.hpp"
#include "ops/apply.hpp"

namespace dbmig::proof {
namespace {

/// Follows tables and columns through renames while it notes what goes.
class Walk {
 public:
  Walk(DialectKind dialect, const schema::Schema& before) : dialect_(dialect), schema_(before) {
    for (const auto& [name, table] : before.tables) {
      Origin& origin = origins_[name];
      origin.table = name;
      for (const schema::Column& column : table.columns) origin.columns[column.name] = column.name;
    }
  }

  GivenUp run(std::span<const ops::Operation> operations) {
    for (const ops::Operation& operation : operations) {
      std::visit([this](const auto& o) { note(o); }, operation);
      schema_ = ops::apply(std::move(schema_), operation);
    }
    return std::move(result_);
  }

 private:
  struct Origin {
    std::string table;
    std::map<std::string, std::string> columns;  ///< name by now → name before
  };

  template <class Operation>
  void note(const Operation&) {}

  void note(const ops::DropTable& drop) {
    const auto found = origins_.find(drop.name);
    if (found == origins_.end()) return;
    result_.tables.insert(found->second.table);
    origins_.erase(found);
  }

  void note(const ops::RenameTable& rename) {
    auto node = origins_.extract(rename.name);
    if (node.empty()) return;
    node.key() = rename.to;
    origins_.insert(std::move(node));
  }

  void give_up(const std::string& table, const std::string& column) {
    const auto found = origins_.find(table);
    if (found == origins_.end()) return;
    const auto origin = found->second.columns.find(column);
    if (origin != found->second.columns.end()) {
      result_.columns[found->second.table].insert(origin->second);
    }
  }

  void note(const ops::DropColumn& drop) {
    give_up(drop.table, drop.name);
    const auto found = origins_.find(drop.table);
    if (found != origins_.end()) found->second.columns.erase(drop.name);
  }

  void note(const ops::AlterColumn& alter) {
    const schema::Table* table = schema_.find_table(alter.table);
    const schema::Column* from = table == nullptr ? nullptr : table->find_column(alter.name);
    if (from == nullptr) return;
    const schema::Column to = ops::changed(*from, alter);
    const bool strict = table->sqlite.strict;
    const bool narrows = dialect::is_narrowing(dialect_, from->type_on(dialect_),
                                               to.type_on(dialect_), {strict, strict});
    if (narrows || from->generated != to.generated) give_up(alter.table, alter.name);
    if (!alter.rename) return;
    const auto found = origins_.find(alter.table);
    if (found == origins_.end()) return;
    auto node = found->second.columns.extract(alter.name);
    if (node.empty()) return;
    node.key() = *alter.rename;
    found->second.columns.insert(std::move(node));
  }

  void note(const ops::AlterTable& alter) {
    const schema::Table* table = schema_.find_table(alter.table);
    if (table == nullptr || !alter.sqlite) return;
    for (const schema::Column& column : table->columns) {
      const schema::Type& type = column.type_on(dialect_);
      const bool narrows =
          dialect::is_narrowing(dialect_, type, type, {table->sqlite.strict, alter.sqlite->strict});
      if (narrows) give_up(alter.table, column.name);
    }
  }

  void note(const ops::Execute& execute) {
    if (!execute.sql.for_dialect(dialect_).empty()) result_.runs_plain_sql = true;
  }

  DialectKind dialect_;
  schema::Schema schema_;
  std::map<std::string, Origin> origins_;
  GivenUp result_;
};

std::string shown(const backend::Value& value) {
  constexpr std::size_t kShown = 40;
  if (!value) return "NULL";
  const bool is_long = text::find_invalid_utf8(*value) || value->size() > kShown;
  return is_long ? fmt::format("({} bytes)", value->size()) : *value;
}

}  // namespace

GivenUp given_up(DialectKind dialect, const schema::Schema& before,
                 std::span<const ops::Operation> operations) {
  return Walk(dialect, before).run(operations);
}

Snapshot::Snapshot(backend::Connection& connection, const schema::Schema& schema,
                   const GivenUp& without) {
  const dialect::Dialect& dialect = connection.dialect();
  for (const auto& [name, table] : schema.tables) {
    if (without.tables.count(name) != 0 || !table.sqlite.module.empty()) continue;
    const auto lost = without.columns.find(name);
    std::vector<std::string> select;
    Rows rows;
    for (const schema::Column& column : table.columns) {
      // When a row began to be in force is the server's business.
      if (column.mariadb.period != schema::RowPeriod::none) continue;
      if (lost != without.columns.end() && lost->second.count(column.name) != 0) continue;
      const std::string quoted = dialect.quote_identifier(column.name);
      select.push_back(dialect::sql_forms(dialect.kind()).exact_value(quoted));
      rows.columns.push_back(column.name);
    }
    if (select.empty()) select.emplace_back("1");
    rows.rows = connection
                    .query(fmt::format("SELECT {} FROM {}", text::join(select, ", "),
                                       dialect.quote_identifier(name)))
                    .rows;
    std::sort(rows.rows.begin(), rows.rows.end());
    tables_.emplace(name, std::move(rows));
  }
}

std::vector<std::string> Snapshot::differences(const Snapshot& later) const {
  std::vector<std::string> found;
  for (const auto& [name, before] : tables_) {
    const auto after = later.tables_.find(name);
    if (after == later.tables_.end()) {
      found.push_back(fmt::format("table '{}' is gone", name));
      continue;
    }
    const Rows& now = after->second;
    if (before.rows == now.rows) continue;
    if (before.rows.size() != now.rows.size()) {
      found.push_back(fmt::format("table '{}': {} before, {} after", name,
                                  text::count(before.rows.size(), "row"), now.rows.size()));
      continue;
    }
    std::vector<std::vector<backend::Value>> missing;
    std::set_difference(before.rows.begin(), before.rows.end(), now.rows.begin(), now.rows.end(),
                        std::back_inserter(missing));
    std::vector<std::vector<backend::Value>> instead;
    std::set_difference(now.rows.begin(), now.rows.end(), before.rows.begin(), before.rows.end(),
                        std::back_inserter(instead));
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < before.columns.size(); ++i) {
      const backend::Value& was = missing.front()[i];
      const backend::Value& is = instead.front()[i];
      if (was != is) parts.push_back(before.columns[i] + ": " + shown(was) + " → " + shown(is));
    }
    found.push_back(fmt::format("table '{}': {} no longer what they were, for example {}", name,
                                text::count(missing.size(), "row is", "rows are"),
                                text::join(parts, ", ")));
  }
  return found;
}

}  // namespace dbmig::proof
