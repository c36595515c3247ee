#pragma once

#include <dbmig/dbmig.hpp>
#include <deque>
#include <string>
#include <vector>

#include "yaml/revision.hpp"

namespace dbmig::test {

/// What `dbmig embed` writes into a program, made while the test runs. Must outlive its History.
class Embedded {
 public:
  explicit Embedded(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) add(text);
  }
  History history() const { return History(revisions_); }
  /// The text of one revision is something else from now on, its head stays.
  void spoil(std::size_t index) { revisions_[index].text = "{ no revision"; }

 private:
  void add(const std::string& text) {
    const std::string& kept = texts_.emplace_back(text);
    const history::Revision& revision =
        read_.emplace_back(yaml::parse_revision(kept, "revision.yaml"));
    const std::string& checksum = texts_.emplace_back(revision.checksum.get());
    std::vector<std::string_view>& parents =
        parents_.emplace_back(revision.parents.begin(), revision.parents.end());
    revisions_.push_back({.name = "revision.yaml",
                          .id = revision.id,
                          .parents = parents,
                          .depends_on = {},
                          .labels = {},
                          .message = revision.message,
                          .created = revision.created,
                          .checksum = checksum,
                          .changes_rows = false,
                          .text = kept});
  }

  std::deque<std::string> texts_;
  std::deque<history::Revision> read_;
  std::deque<std::vector<std::string_view>> parents_;
  std::vector<EmbeddedRevision> revisions_;
};

/// Three revisions: a table with rows, a child of it, and a change that rebuilds on SQLite.
inline std::vector<std::string> shop_revisions() {
  return {R"yaml(revision: aaaaaaaaaaa1
parents: []
message: items
created: 2026-11-28T08:00:00Z
upgrade:
  - create_table:
      item:
        columns:
          id: bigint
          price: {type: "decimal(10,2)", nullable: false, default: 1.5}
        primary_key: [id]
  - bulk_insert: {table: item, columns: [id, price], rows: [[1, 2.25], [2, 3.75]]}
)yaml",
          R"yaml(revision: aaaaaaaaaaa2
parents: [aaaaaaaaaaa1]
message: orders
created: 2026-11-28T08:00:01Z
upgrade:
  - create_table:
      orders:
        columns:
          id: bigint
          item_id: {type: bigint, nullable: false}
        primary_key: [id]
        foreign_keys:
          fk_orders_item: {columns: [item_id], references: item(id)}
  - bulk_insert: {table: orders, columns: [id, item_id], rows: [[1, 1], [2, 2]]}
)yaml",
          R"yaml(revision: aaaaaaaaaaa3
parents: [aaaaaaaaaaa2]
message: checked prices
created: 2026-11-28T08:00:02Z
upgrade:
  - create_check_constraint: {table: item, name: ck_item_price, sql: price >= 0}
)yaml"};
}

/// One that fails after it has made something.
inline std::string failing_revision() {
  return R"yaml(revision: aaaaaaaaaaa4
parents: [aaaaaaaaaaa3]
message: fails
created: 2026-11-28T08:00:03Z
upgrade:
  - create_table:
      half:
        columns: {id: bigint}
        primary_key: [id]
  - execute: "INSERT INTO nowhere VALUES (1)"
downgrade:
  - drop_table: half
)yaml";
}

}  // namespace dbmig::test
