// Revisions over foreign keys to tables that others manage are proved like any other, with rows.
// DBMIG_PROPERTY_SEEDS says how many (support/property.hpp).
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "proof/proof.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"
#include "yaml/revision.hpp"

namespace dbmig::proof {
namespace {

const std::vector<std::string>& types() {
  static const std::vector<std::string> kTypes{
      "integer",      "bigint unsigned", "varchar(20)", "char(6)",
      "decimal(8,2)", "smallint",        "datetime",    "date",
      "uuid",         "varbinary(12)",   "tinyint"};
  return kTypes;
}

/// A child table whose foreign keys lead to up to three tables that no revision makes. Of those,
/// column `r<i>` has type i, so that several keys may meet in one column. Each column is in one
/// key: rows for more are another matter.
class Child {
 public:
  explicit Child(std::uint64_t seed) : random_(seed) {
    for (int i = random_.between(3, 6); i > 0; --i) {
      free_.push_back(columns_.size());
      columns_.push_back(random_.below(types().size()));
    }
    random_.shuffle(free_);
  }

  std::string create() {
    std::string keys;
    const int count = random_.between(1, 3);
    for (int i = 1; i <= count && !free_.empty(); ++i) {
      keys += "\n          fk_" + std::to_string(i) + ": {" + key() + "}";
    }
    std::string columns;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      columns += "\n          c" + std::to_string(i) + ": {type: \"" + types()[columns_[i]] + "\"" +
                 (random_.chance(40) ? ", nullable: false" : "") + "}";
    }
    return "  - create_table:\n      child:\n        columns:\n          id: integer" + columns +
           "\n          note: varchar(10)\n        primary_key: [id]\n        foreign_keys:" +
           keys + "\n";
  }

  /// SQLite makes the table anew for most of it.
  std::string change() {
    std::string out;
    if (random_.chance(60)) {
      out += "  - alter_column: {table: child, name: note, type: varchar(90)}\n";
    }
    const std::string table = random_.chance(40) ? "kid" : "child";
    if (table == "kid") out += "  - rename_table: {name: child, to: kid}\n";
    if (!free_.empty() && random_.chance(50)) {
      out += "  - create_foreign_key: {table: " + table + ", name: fk_more, " + key() + "}\n";
    }
    if (random_.chance(40) || out.empty()) {
      out += "  - drop_constraint: {table: " + table + ", name: fk_1, kind: foreign_key}\n";
    }
    return out;
  }

 private:
  /// Over one or two of the columns that are in none yet.
  std::string key() {
    std::vector<std::string> from;
    std::vector<std::string> to;
    const std::size_t wanted = random_.chance(30) ? 2 : 1;
    while (!free_.empty() && from.size() < wanted) {
      const std::string other = "r" + std::to_string(columns_[free_.back()]);
      if (!to.empty() && other == to.front()) break;
      from.push_back("c" + std::to_string(free_.back()));
      to.push_back(other);
      free_.pop_back();
    }
    return "columns: [" + text::join(from, ", ") + "], references: \"other" +
           std::to_string(random_.below(3)) + "(" + text::join(to, ", ") + ")\", external: true" +
           (random_.chance(30) ? ", on_delete: cascade" : "");
  }

  test::RandomSource random_;
  std::vector<std::size_t> columns_;  ///< their types
  std::vector<std::size_t> free_;     ///< columns that are in no key
};

history::Graph graph_of(const std::vector<std::string>& upgrades) {
  std::vector<history::Revision> revisions;
  for (std::size_t i = 0; i < upgrades.size(); ++i) {
    const std::string id = "r" + std::to_string(i);
    const std::string parents = i == 0 ? "[]" : "[r" + std::to_string(i - 1) + "]";
    revisions.push_back(yaml::parse_revision(
        "revision: " + id + "\nparents: " + parents +
            "\nmessage: m\ncreated: 2026-11-22T05:10:22Z\nupgrade:\n" + upgrades[i],
        "migrations/" + id + ".yaml"));
  }
  return history::Graph(std::move(revisions));
}

std::string failure(const backend::ScratchOptions& options, std::uint64_t seed) {
  Child child(seed);
  const std::string create = child.create();
  const std::string change = child.change();
  const history::Graph graph = graph_of({create, change});
  try {
    for (const char* id : {"r0", "r1"}) {
      const Proof proof = prove(options, graph, id, yaml::parse_revision);
      // Before a key comes, nothing says which rows it will want.
      const bool may_lack = id[1] == '1' && change.find("fk_more") != std::string::npos;
      if (!proof.empty.empty() && !may_lack)
        return "no rows: " + proof.empty.front() + '\n' + create + change;
    }
  } catch (const Error& error) {
    return std::string(error.what()) + '\n' + create + change;
  }
  return {};
}

TEST(ExternalProperty, AForeignKeyToATableOfOthersIsProvedWithRowsOnSqlite) {
  for (std::uint64_t seed = 0; seed < test::property_seeds(40); ++seed) {
    ASSERT_EQ(failure({.kind = DialectKind::sqlite}, seed), "") << "seed " << seed;
  }
}

TEST(ExternalProperty, AForeignKeyToATableOfOthersIsProvedWithRowsOnMariadb) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  for (std::uint64_t seed = 0; seed < test::property_seeds(10); ++seed) {
    ASSERT_EQ(failure({.kind = DialectKind::mariadb, .server = test::mariadb_url()}, seed), "")
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace dbmig::proof
