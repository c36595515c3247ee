// Rows without a parent that were there before an upgrade, and those that it would add, on SQLite.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backend/backend.hpp"
#include "base/text.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using testing::HasSubstr;

/// How a child table tells its rows apart.
enum class RowKey { none, integer, text, composite, without_rowid };

/// A parent and a child on a database of their own, with old orphans, and revisions over them.
class Family {
 public:
  explicit Family(std::uint64_t seed) : random_(seed) {
    key_ = static_cast<RowKey>(random_.below(5));
    const std::string key = key_ == RowKey::none        ? ""
                            : key_ == RowKey::composite ? ", primary_key: [k, n]"
                                                        : ", primary_key: [k]";
    const std::string type =
        key_ == RowKey::text || key_ == RowKey::without_rowid ? "varchar(20)" : "integer";
    const std::string options =
        key_ == RowKey::without_rowid ? ", sqlite: {without_rowid: true}" : "";
    revisions_.push_back(fmt::format(
        "{}  - create_table: {{parent: {{columns: {{id: integer, code: {{type: integer}}}}, "
        "primary_key: [id]}}}}\n"
        "  - create_table: {{child: {{columns: {{k: {{type: {}, nullable: false}}, n: {{type: "
        "integer, nullable: false}}, p: integer, q: integer}}{}{}, foreign_keys: {{fk_p: "
        "{{columns: "
        "[p], references: parent(id)}}}}}}}}\n",
        head(), type, key, options));
  }

  const std::vector<std::string>& revisions() const { return revisions_; }
  std::string child() const { return child_; }
  std::string parent() const { return parent_; }
  std::string p() const { return p_; }

  /// Rows with and without parents, `orphans` of these.
  std::vector<std::string> fill(std::size_t orphans) {
    std::vector<std::string> sql = {"PRAGMA foreign_keys = OFF"};
    for (int i = 1; i <= 5; ++i)
      sql.push_back(fmt::format("INSERT INTO parent VALUES ({0}, {0})", i));
    for (int i = 1; i <= 6; ++i)
      sql.push_back(insert("child", 1 + static_cast<int>(random_.below(5))));
    for (std::size_t i = 0; i < orphans; ++i) {
      sql.push_back(insert("child", 100 + static_cast<int>(random_.below(3))));
    }
    return sql;
  }

  /// A revision of random changes that leaves rows as they are.
  void change() {
    std::string text = head();
    const std::size_t count = 1 + random_.below(4);
    for (std::size_t i = 0; i < count; ++i) text += "  - " + one_change() + "\n";
    revisions_.push_back(text);
  }

  /// Adds to the newest revision what makes `added` rows lose their parents, or none.
  std::size_t harm() {
    std::string& text = revisions_.back();
    switch (random_.below(4)) {
      case 0: {
        const std::size_t count = 1 + random_.below(3);
        for (std::size_t i = 0; i < count; ++i) {
          text +=
              "  - execute: \"" + insert(child_, 100 + static_cast<int>(random_.below(3))) + "\"\n";
        }
        return count;
      }
      case 1:  // an old one finds a parent, another one loses its own
        if (key_ == RowKey::none) return 0;
        text += fmt::format(
            "  - execute: \"UPDATE {0} SET {1} = 1 WHERE {1} = (SELECT min({1}) FROM {0} WHERE {1} "
            "> "
            "99) ; UPDATE {0} SET {1} = 100 WHERE n = 1\"\n",
            child_, p_);
        return 1;
      case 2:
        text += fmt::format("  - execute: \"DELETE FROM {0} WHERE {1} > 99\"\n", child_, p_);
        return 0;
      default:
        return 0;
    }
  }

 private:
  std::string head() {
    const std::string id = fmt::format("{:012x}", revisions_.size() + 0xa00);
    const std::string before =
        revisions_.empty() ? "" : fmt::format("{:012x}", revisions_.size() - 1 + 0xa00);
    return fmt::format(
        "revision: \"{}\"\nparents: [{}]\nmessage: x\ncreated: 2026-01-01\nupgrade:\n", id,
        before.empty() ? "" : "\"" + before + "\"");
  }

  std::string insert(const std::string& table, int parent) {
    const int n = ++rows_;
    return fmt::format("INSERT INTO {} ({}, n, {}) VALUES ({}, {}, {})", table, k_, p_,
                       key_ == RowKey::integer || key_ == RowKey::composite || key_ == RowKey::none
                           ? std::to_string(n)
                           : fmt::format("'k{}'", n),
                       n, parent);
  }

  std::string one_change() {
    const auto fresh = [&](const char* word) { return fmt::format("{}{}", word, ++names_); };
    switch (random_.below(9)) {
      case 0: {
        const std::string from = std::exchange(child_, fresh("child"));
        return fmt::format("rename_table: {{name: {}, to: {}}}", from, child_);
      }
      case 1: {
        const std::string from = std::exchange(parent_, fresh("parent"));
        return fmt::format("rename_table: {{name: {}, to: {}}}", from, parent_);
      }
      case 2: {
        const std::string from = std::exchange(p_, fresh("p"));
        return fmt::format("alter_column: {{table: {}, name: {}, rename: {}}}", child_, from, p_);
      }
      case 3: {
        const std::string from = std::exchange(k_, fresh("k"));
        return fmt::format("alter_column: {{table: {}, name: {}, rename: {}}}", child_, from, k_);
      }
      case 4:  // a rebuild that changes how values are kept
        return fmt::format("alter_column: {{table: {}, name: {}, type: varchar(30)}}", child_,
                           random_.chance(50) ? k_ : "q");
      case 5:
        return fmt::format("add_column: {{table: {}, name: {}, type: integer}}", child_,
                           fresh("extra"));
      case 6:
        return fmt::format("create_check_constraint: {{table: {}, name: {}, sql: n > 0}}", child_,
                           fresh("ck"));
      case 7: {
        const std::string from = std::exchange(child_, fresh("child"));
        return fmt::format(
            "execute: {{sql: ALTER TABLE {0} RENAME TO {1}, state: [rename_table: {{name: {0}, to: "
            "{1}}}]}}",
            from, child_);
      }
      default:
        return fmt::format("create_index: {{table: {}, name: {}, columns: [{}]}}", child_,
                           fresh("ix"), p_);
    }
  }

  test::RandomSource random_;
  RowKey key_;
  std::vector<std::string> revisions_;
  std::string child_ = "child";
  std::string parent_ = "parent";
  std::string p_ = "p";
  std::string k_ = "k";
  int rows_ = 0;
  int names_ = 0;
};

class OrphansTest : public RunTest {
 protected:
  void start_anew() {
    Url url;
    url.database = ":memory:";
    connection_ = backend::connect(url, {.create = true});
  }
  void run_all(const std::vector<std::string>& statements) {
    for (const std::string& sql : statements) connection_->execute(sql);
  }
  /// What the upgrade says, empty when it goes through.
  std::string upgrade(const history::Graph& graph) {
    try {
      runner(graph).upgrade("head", {});
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }
};

TEST_P(OrphansTest, OldOnesStayAndNewOnesAreRefusedWhateverIsRenamed) {
  for (std::uint64_t seed = 1; seed <= test::property_seeds(120); ++seed) {
    start_anew();
    Family family(seed);
    ASSERT_EQ(upgrade(graph(family.revisions())), "") << seed;
    run_all(family.fill(1 + seed % 4));
    for (std::uint64_t i = 0; i <= seed % 3; ++i) family.change();
    const std::size_t added = family.harm();
    const std::string said = upgrade(graph(family.revisions()));
    std::string story = fmt::format("seed {}: {} added\n", seed, added);
    for (const std::string& revision : family.revisions()) story += revision;
    if (added == 0) {
      ASSERT_EQ(said, "") << story;
    } else {
      ASSERT_THAT(said, HasSubstr(fmt::format("{} would refer to a row that does not exist",
                                              text::count(added, "row"))))
          << story;
    }
  }
}

TEST_P(OrphansTest, ThousandsOfOldOnesHideNoNewOne) {
  for (const std::string options : {"", " WITHOUT ROWID"}) {
    start_anew();
    const std::string first =
        "revision: aaa\nparents: []\nmessage: x\ncreated: 2026-01-01\nupgrade:\n"
        "  - execute: {sql: \"CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a TEXT, b "
        "INTEGER, p INTEGER REFERENCES p, PRIMARY KEY (a, b))" +
        options + "\"}\n";
    upgrade(graph({first}));
    run_all(
        {"PRAGMA foreign_keys = OFF",
         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT "
         "INTO c SELECT 'x' || i, i, i FROM n"});
    const std::string second =
        "revision: bbb\nparents: [aaa]\nmessage: x\ncreated: 2026-01-01\nupgrade:\n"
        "  - execute: \"ALTER TABLE c RENAME TO d; ALTER TABLE d RENAME COLUMN b TO e\"\n";
    EXPECT_THAT(upgrade(graph({first, second + "  - execute: INSERT INTO d VALUES ('a', 0, 7)\n"})),
                HasSubstr("1 row would refer to a row that does not exist: row 'a', '0' of 'd'"));
    EXPECT_EQ(upgrade(graph({first, second})), "");
  }
}

TEST_P(OrphansTest, ATableBuiltAnewByHandKeepsItsOldOnes) {
  const std::string first =
      "revision: aaa\nparents: []\nmessage: x\ncreated: 2026-01-01\nupgrade:\n"
      "  - execute: {sql: \"CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER "
      "PRIMARY KEY, p INTEGER REFERENCES p)\"}\n";
  upgrade(graph({first}));
  run_all({"PRAGMA foreign_keys = OFF", "INSERT INTO c VALUES (1, 9), (2, NULL)"});
  const std::string second =
      "revision: bbb\nparents: [aaa]\nmessage: x\ncreated: 2026-01-01\nupgrade:\n"
      "  - execute: |\n"
      "      CREATE TABLE c_new (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p, more TEXT);\n"
      "      INSERT INTO c_new (id, p) SELECT id, p FROM c;\n"
      "      DROP TABLE c;\n"
      "      ALTER TABLE c_new RENAME TO c;\n";
  EXPECT_THAT(upgrade(graph({first, second + "  - execute: UPDATE c SET p = 9 WHERE id = 2\n"})),
              HasSubstr("1 row would refer to a row that does not exist: row 2 of 'c'"));
  EXPECT_EQ(upgrade(graph({first, second})), "");
}

/// As SQLite compares: with the parent's affinity and collation.
TEST_P(OrphansTest, AreWhatSqliteTakesForThem) {
  const std::vector<std::pair<std::string, std::string>> types = {{"INTEGER", "TEXT"},
                                                                  {"TEXT", "INTEGER"},
                                                                  {"TEXT COLLATE NOCASE", "TEXT"},
                                                                  {"TEXT", "TEXT COLLATE NOCASE"},
                                                                  {"BLOB", "TEXT"},
                                                                  {"REAL", "TEXT"},
                                                                  {"NUMERIC", "BLOB"}};
  for (const auto& [parent, child] : types) {
    start_anew();
    run_all({"PRAGMA foreign_keys = OFF", "CREATE TABLE p (id " + parent + " UNIQUE)",
             "CREATE TABLE c (p " + child + " REFERENCES p (id))"});
    connection_->begin();
    const auto watch = connection_->watch_orphans();
    for (const std::string value :
         {"1", "'1'", "'01'", "1.0", "'1.0'", "'a'", "'A'", "x'31'", "NULL"}) {
      connection_->execute("INSERT OR IGNORE INTO p VALUES (" + value + ")");
      connection_->execute("DELETE FROM p WHERE id = 'A'");
      connection_->execute("INSERT INTO c VALUES (" + value + ")");
      ASSERT_EQ(watch->added(0).count, connection_->foreign_key_violations(100).size())
          << parent << ", " << child << ": " << value;
    }
    connection_->rollback();
  }
}

INSTANTIATE_TEST_SUITE_P(Sqlite, OrphansTest, ::testing::Values(DialectKind::sqlite), name_of_kind);

}  // namespace
}  // namespace dbmig::run
