// Character sets and collations on MariaDB: what an upgrade says of them, and what it counts.

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::string charset_revision(const std::string& id, const std::string& parent,
                             const std::string& upgrade) {
  return fmt::format(
      "revision: {}\nparents: [{}]\nmessage: m\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n{}", id,
      parent, upgrade);
}

class CharsetTest : public RunTest {};

TEST_P(CharsetTest, AnUpgradeSaysThatTheDatabaseCannotHoldEveryText) {
  struct Case {
    const char* charset;
    const char* tables;
    const char* said;  ///< empty: nothing
  };
  const std::vector<Case> cases{
      {"latin1", "  - create_table: {a: {columns: {x: text}}}\n",
       "has character set latin1, which cannot hold every text (emoji, for example), and table 'a' "
       "will use it"},
      {"utf8mb3",
       "  - create_table: {b: {columns: {x: \"enum('a')\"}}}\n"
       "  - create_table: {c: {columns: {x: varchar(9)}}}\n",
       "tables 'b', 'c' will use it"},
      {"ascii", "  - create_table: {d: {columns: {x: varchar(9)}}}\n", "character set ascii"},
      {"latin1", "  - create_table: {e: {columns: {x: integer, y: json, z: blob}}}\n", ""},
      {"latin1",
       "  - create_table: {f: {columns: {x: text}, mariadb: {charset: utf8mb4}}}\n"
       "  - create_table: {g: {columns: {x: {type: text, mariadb: {collation: latin1_bin}}}}}\n",
       ""},
      {"utf8mb4", "  - create_table: {h: {columns: {x: text}}}\n", ""},
      {"utf16", "  - create_table: {i: {columns: {x: text}}}\n", ""},
  };
  std::string parent;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].tables);
    texts.push_back(charset_revision(fmt::format("r{}", i), parent, cases[i].tables));
    parent = fmt::format("r{}", i);
    connection_->execute(std::string("ALTER DATABASE CHARACTER SET ") + cases[i].charset);
    const history::Graph history = graph(texts);
    sink_.lines.clear();
    runner(history).upgrade("head", {});
    if (*cases[i].said == '\0') {
      EXPECT_THAT(sink_.lines, Not(Contains(HasSubstr("cannot hold every text"))));
    } else {
      EXPECT_THAT(sink_.lines, Contains(AllOf(HasSubstr(cases[i].said), HasSubstr(cases[i].charset),
                                              HasSubstr("ALTER DATABASE"))));
    }
  }
}

TEST_P(CharsetTest, AnUpgradeSaysThatATableCannotHoldEveryText) {
  connection_->execute("ALTER DATABASE CHARACTER SET latin1");
  const std::string base = charset_revision("aaa", "",
                                            "  - create_table: {t: {columns: {x: integer}}}\n"
                                            "  - create_table: {u: {columns: {x: integer}}}\n");
  {
    const history::Graph history = graph({base});
    runner(history).upgrade("head", {});
  }
  connection_->execute("ALTER DATABASE CHARACTER SET utf8mb4");
  connection_->execute("ALTER TABLE u CHARACTER SET utf8mb4");
  const history::Graph history = graph(
      {base,
       charset_revision("bbb", "aaa",
                        "  - add_column: {table: t, name: y, type: varchar(9)}\n"
                        "  - add_column: {table: u, name: y, type: varchar(9)}\n"
                        "  - add_column: {table: t, name: z, type: varchar(9), mariadb: {charset: "
                        "utf8mb4}}\n"
                        "  - alter_column: {table: t, name: x, type: varchar(20)}\n"),
       charset_revision("ccc", "bbb",
                        "  - alter_column: {table: t, name: y, type: varchar(12)}\n")});
  sink_.lines.clear();
  runner(history).upgrade("bbb", {});
  EXPECT_THAT(sink_.lines,
              Contains(HasSubstr(
                  "table 't' has character set latin1, which cannot "
                  "hold every text (emoji, for example), and columns 'y', 'x' will use it")));
  EXPECT_THAT(sink_.lines, Not(Contains(HasSubstr("table 'u'"))));
  sink_.lines.clear();
  runner(history).upgrade("ccc", {});
  EXPECT_THAT(sink_.lines, Not(Contains(HasSubstr("cannot hold"))));
}

TEST_P(CharsetTest, AnUpgradeSaysThatTheDatabasesCollationIsForgotten) {
  connection_->execute("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  const history::Graph history =
      graph({charset_revision("aaa", "", "  - create_table: {t: {columns: {x: text}}}\n"),
             charset_revision("bbb", "aaa",
                              "  - alter_table: {table: t, mariadb: {charset: utf8mb4}}\n")});
  runner(history).upgrade("head", {});
  EXPECT_THAT(sink_.lines, Contains(HasSubstr("table 't' was compared by utf8mb4_bin, the "
                                              "database's collation")));
}

/// However the collation of a unique key changes: rows that become equal are counted before
/// anything runs, and an upgrade that goes on goes through.
TEST_P(CharsetTest, RowsThatACollationMakesEqualAreCountedWhicheverWayItComes) {
  const std::vector<std::string> collations{"utf8mb4_bin",        "utf8mb4_general_ci",
                                            "utf8mb4_unicode_ci", "latin1_bin",
                                            "latin1_swedish_ci",  "latin1_general_cs"};
  // Where the collation stands before and afterwards; of the database: said nowhere.
  enum class Place { column, table, database };
  const std::vector<std::pair<Place, Place>> ways{{Place::column, Place::column},
                                                  {Place::table, Place::table},
                                                  {Place::database, Place::table},
                                                  {Place::table, Place::database},
                                                  {Place::database, Place::column}};
  int refused = 0;
  int done = 0;
  std::string failed;
  for (const auto& [from, to] : ways) {
    for (const std::string& old : collations) {
      for (const std::string& now : collations) {
        if (old == now) continue;
        const auto block = [](Place place, Place here, const std::string& collation) {
          return place == here ? "{collation: " + collation + "}" : std::string("{}");
        };
        if (from == Place::database || to == Place::database) {
          const std::string& own = from == Place::database ? old : now;
          connection_->execute("ALTER DATABASE CHARACTER SET " + own.substr(0, own.find('_')) +
                               " COLLATE " + own);
        }
        std::string change;
        if (from == Place::table || to == Place::table) {
          change += "  - alter_table: {table: t, mariadb: " + block(to, Place::table, now) + "}\n";
        }
        if (from == Place::column || to == Place::column) {
          change +=
              "  - alter_column: {table: t, name: x, mariadb: " + block(to, Place::column, now) +
              "}\n";
        }
        const history::Graph history = graph(
            {charset_revision(
                 "aaa", "",
                 fmt::format("  - create_table: {{t: {{columns: {{x: {{type: varchar(9), "
                             "mariadb: {}}}}}, unique: {{u: [x]}}, mariadb: {}}}}}\n",
                             block(from, Place::column, old), block(from, Place::table, old))),
             charset_revision("bbb", "aaa", change)});
        Runner runner = this->runner(history);
        runner.upgrade("aaa", {});
        for (const char* value : {"'a'", "'A'", "'é'"}) {
          try {
            connection_->execute(std::string("INSERT INTO t VALUES (") + value + ")");
          } catch (const Error&) {
            // The same as one that is there already.
          }
        }
        const std::string rows = scalar("SELECT COUNT(*) FROM t");
        try {
          runner.upgrade("bbb", {});
          ++done;
        } catch (const Error& error) {
          ++refused;
          const std::string said = error.what();
          if (said.find(" in the way: ") == std::string::npos) {
            failed += old + " -> " + now + ": " + said + '\n';
          }
        }
        EXPECT_EQ(scalar("SELECT COUNT(*) FROM t"), rows);
        connection_->execute("DROP TABLE t");
        connection_->execute("DELETE FROM dbmig_revisions");
      }
    }
  }
  EXPECT_EQ(failed, "");
  EXPECT_GT(refused, 20);
  EXPECT_GT(done, 40);
}

INSTANTIATE_TEST_SUITE_P(Mariadb, CharsetTest, ::testing::Values(DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
