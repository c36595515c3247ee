// How much a proof on SQLite asks of the database: as much more as there are more tables.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <string_view>

#include "proof/proof.hpp"
#include "yaml/revision.hpp"

namespace dbmig::proof {
namespace {

/// What every SQLite connection of the process has done since it was reset.
struct Work {
  long statements = 0;
  long scanned_rows = 0;  ///< stepped over in searches without an index
};
Work work;

/// SQLite goes through its whole list of objects for each one that comes or goes, whoever asks for
/// it: of N tables that are made and dropped the time grows with N² in its own client, too.
bool reads_by_itself(std::string_view sql) {
  return sql.starts_with("SELECT*FROM") || sql.starts_with("DROP ");
}

extern "C" int count_statement(unsigned what, void*, void* statement, void*) {
  auto* const prepared = static_cast<sqlite3_stmt*>(statement);
  const char* const sql = sqlite3_sql(prepared);
  if (what != SQLITE_TRACE_PROFILE || sql == nullptr) return 0;
  ++work.statements;
  if (reads_by_itself(sql)) return 0;
  work.scanned_rows += sqlite3_stmt_status(prepared, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
  return 0;
}

extern "C" int watch_connection(sqlite3* connection, char**, const sqlite3_api_routines*) {
  return sqlite3_trace_v2(connection, SQLITE_TRACE_PROFILE, count_statement, nullptr);
}

class WorkOfAProof : public testing::Test {
 protected:
  void SetUp() override { sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch_connection)); }
  void TearDown() override { sqlite3_reset_auto_extension(); }

  static std::string tables(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      text += fmt::format(R"(
  - create_table:
      t{0}:
        columns:
          id: bigint
          name: {{type: varchar(50), nullable: false, default: x}}
          parent: bigint
        primary_key: [id]
        indexes: {{ix_t{0}: [name]}}
)",
                          i);
      if (i > 0) {
        text += fmt::format(
            "        foreign_keys: {{fk{0}: {{columns: [parent], references: "
            "t{1}(id)}}}}\n",
            i, i - 1);
      }
    }
    return text;
  }

  static history::Revision revision(const std::string& id, const std::string& parents,
                                    const std::string& upgrade) {
    return yaml::parse_revision(
        "revision: " + id + "\nparents: [" + parents +
            "]\nmessage: m\ncreated: 2026-11-22T05:10:22Z\nupgrade:" + upgrade,
        id + ".yaml");
  }

  /// The work of proving `id` in a history that begins with `count` tables.
  static Work prove(const std::string& id, int count, const std::string& change) {
    const history::Graph graph(
        {revision("first", "", tables(count)), revision("second", "first", change)});
    work = {};
    proof::prove({.kind = DialectKind::sqlite}, graph, id, yaml::parse_revision);
    return work;
  }

  static void expect_linear(const std::string& id, const std::string& change) {
    constexpr int kTables = 60;
    const Work one = prove(id, kTables, change);
    const Work two = prove(id, 2 * kTables, change);
    // Twice the tables, and what does not depend on them.
    EXPECT_GT(one.statements, kTables);
    EXPECT_LE(two.statements, 2 * one.statements + 20);
    EXPECT_LE(two.scanned_rows, 2 * one.scanned_rows + 200);
  }
};

constexpr const char* kChange = R"(
  - add_column: {table: t7, name: more, type: integer}
  - alter_column: {table: t9, name: name, type: varchar(60), nullable: true}
)";

TEST_F(WorkOfAProof, GrowsWithTheTablesThatARevisionCreates) {
  expect_linear("first", kChange);
}

TEST_F(WorkOfAProof, GrowsWithTheTablesThatAreThere) {
  expect_linear("second", kChange);
}

}  // namespace
}  // namespace dbmig::proof
