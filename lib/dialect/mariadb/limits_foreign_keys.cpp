#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "dialect/mariadb/limit_checks.hpp"
#include "dialect/mariadb/types.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::dialect::mariadb::limit_checks {
namespace {

using schema::ForeignKey;
using schema::ReferentialAction;

/// Engines that read a foreign key and forget it, and whose tables InnoDB refers to by none.
bool forgets_foreign_keys(const Table& table) {
  constexpr std::array kEngines{"myisam", "aria", "memory", "heap", "csv", "archive"};
  const std::string engine = text::lower(table.mariadb.engine);
  return std::find(kEngines.begin(), kEngines.end(), engine) != kEngines.end();
}

/// Says what is wrong with one foreign key.
class ForeignKeyJudge {
 public:
  ForeignKeyJudge(const Table& table, const ForeignKey& key, const LimitCheck& in)
      : table_(table), key_(key), in_(in) {}

  void run() {
    const Table* parent = key_.external ? nullptr : in_.schema.find_table(key_.referenced_table);
    judge_table(table_, "is in");
    if (parent == nullptr) return;
    if (parent != &table_) judge_table(*parent, "refers to");
    for (std::size_t i = 0; i < key_.columns.size() && i < key_.referenced_columns.size(); ++i) {
      const Column* column = table_.find_column(key_.columns[i]);
      const Column* referenced = parent->find_column(key_.referenced_columns[i]);
      if (column != nullptr && referenced != nullptr) judge(*column, *parent, *referenced);
    }
  }

 private:
  void judge_table(const Table& table, const char* relation) {
    if (forgets_foreign_keys(table)) {
      refuse(fmt::format("{} a table of the engine {}, which has no foreign keys", relation,
                         table.mariadb.engine),
             "leave out the engine, so that it is InnoDB, or the foreign key");
    }
    if (!table.mariadb.partition.empty()) {
      refuse(fmt::format("{} a table with partitions, for which MariaDB has no foreign keys",
                         relation),
             "leave out the partitions or the foreign key");
    }
  }

  void judge(const Column& column, const Table& parent, const Column& referenced) {
    for (const auto& [owner, one] :
         {std::pair(&table_, &column), std::pair(&parent, &referenced)}) {
      if (!is_large(type_of(*one))) continue;
      refuse(
          fmt::format("is over {}, which is {}: InnoDB has foreign keys over whole columns alone",
                      column_name(*owner, *one), to_string(type_of(*one))),
          "make both columns a varchar of the same character set, or leave it out");
      return;
    }
  }

  void refuse(const std::string& why, const char* hint) {
    in_.found.push_back(
        {{"tables", table_.name, "foreign_keys", key_.name},
         fmt::format("foreign key '{}' of table '{}' {}", key_.name, table_.name, why),
         hint});
  }

  const Table& table_;
  const ForeignKey& key_;
  const LimitCheck& in_;
};

/// MariaDB would have to check the row that the foreign key changes, and does not (error 1901).
void actions_on_checked_columns(const Table& table, const LimitCheck& in) {
  const auto changes = [](const ForeignKey& key) {
    return key.on_delete == ReferentialAction::set_null ||
           key.on_update == ReferentialAction::set_null ||
           key.on_update == ReferentialAction::cascade;
  };
  for (const ForeignKey& key : table.foreign_keys) {
    if (!changes(key)) continue;
    const std::set<std::string> own(key.columns.begin(), key.columns.end());
    for (const schema::Check& check : table.checks) {
      const std::string& sql = check.sql.for_dialect(DialectKind::mariadb);
      if (sql.empty() || !ops::mentions_any({sql, {}, {}}, table.name, own)) continue;
      in.found.push_back(
          {{"tables", table.name, "checks", check.name},
           fmt::format("check '{}' of table '{}' uses a column that foreign key '{}' changes (on "
                       "delete set null, on update cascade or set null); MariaDB does not allow it",
                       check.name, table.name, key.name),
           "leave the action or the check out, or write the check for SQLite alone: {sqlite: …}"});
    }
  }
}

}  // namespace

void foreign_keys(const Table& table, const LimitCheck& in) {
  for (const ForeignKey& key : table.foreign_keys) ForeignKeyJudge(table, key, in).run();
  actions_on_checked_columns(table, in);
}

}  // namespace dbmig::dialect::mariadb::limit_checks
