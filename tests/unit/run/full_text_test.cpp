// SQLite's full-text tables over the text of another table, when that table or its columns get
// other names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

class FullText : public RunTest {
 protected:
  std::string found(const std::string& word) {
    return scalar("SELECT group_concat(rowid) FROM ft WHERE ft MATCH '" + word + "'");
  }
  void check_index() { connection_->execute("INSERT INTO ft(ft) VALUES ('integrity-check')"); }
};

constexpr const char* kDocuments = R"yaml(revision: aaa
parents: []
message: first
created: 2026-01-01T00:00:00Z
upgrade:
  - create_table: {doc: {columns: {id: integer, body: text}, primary_key: [id]}}
  - create_table: {ft: {only: sqlite, sqlite: {module: "fts5(body, content='doc', content_rowid=id)"}}}
  - create_trigger:
      name: added
      table: doc
      sql: AFTER INSERT ON doc BEGIN INSERT INTO ft(rowid, body) VALUES (new.id, new.body); END
  - create_trigger:
      name: gone
      table: doc
      sql: >-
        AFTER DELETE ON doc BEGIN
        INSERT INTO ft(ft, rowid, body) VALUES ('delete', old.id, old.body); END
)yaml";

TEST_P(FullText, FollowsItsTable) {
  const history::Graph graph = this->graph({kDocuments, R"(revision: bbb
parents: [aaa]
message: second
created: 2026-01-02T00:00:00Z
upgrade:
  - rename_table: {name: doc, to: "the text"}
  - alter_column: {table: "the text", name: body, rename: words}
  - alter_column: {table: "the text", name: id, rename: key}
)"});
  runner(graph).upgrade("aaa", {});
  connection_->execute("INSERT INTO doc VALUES (1, 'hello world'), (2, 'good bye')");
  ASSERT_EQ(found("hello"), "1");

  runner(graph).upgrade("head", {});
  EXPECT_EQ(found("hello"), "1");
  EXPECT_EQ(scalar("SELECT words FROM ft WHERE ft MATCH 'bye'"), "good bye");
  connection_->execute("INSERT INTO \"the text\" VALUES (3, 'hello again')");
  connection_->execute("DELETE FROM \"the text\" WHERE key = 1");
  EXPECT_EQ(found("hello"), "3");
  check_index();

  runner(graph).downgrade("aaa", {});
  EXPECT_EQ(found("hello"), "3");
  EXPECT_EQ(scalar("SELECT body FROM ft WHERE ft MATCH 'bye'"), "good bye");
  connection_->execute("DELETE FROM doc WHERE id = 3");
  check_index();
  runner(graph).upgrade("head", {});
  EXPECT_EQ(found("hello"), "NULL");
  check_index();
}

TEST_P(FullText, ThatComesLaterFindsWhatIsThere) {
  const std::string all = kDocuments;
  const auto table = all.find("  - create_table: {ft");
  const history::Graph graph = this->graph({all.substr(0, table),
                                            "revision: bbb\nparents: [aaa]\nmessage: second\n"
                                            "created: 2026-01-02T00:00:00Z\nupgrade:\n" +
                                                all.substr(table)});
  runner(graph).upgrade("aaa", {});
  connection_->execute("INSERT INTO doc VALUES (1, 'hello world')");
  runner(graph).upgrade("head", {});
  EXPECT_EQ(found("hello"), "1");
  connection_->execute("DELETE FROM doc");
  check_index();
}

TEST_P(FullText, ThatIsBrokenInAnAdoptedDatabaseIsMadeAsItIs) {
  std::string text = kDocuments;
  text.replace(text.find("body: text}"), 4, "word");
  runner(this->graph({text})).upgrade("head", {});
  EXPECT_EQ(scalar("SELECT count(*) FROM doc"), "0");
}

TEST_P(FullText, OverAColumnThatIsNotThereIsRefused) {
  schema::Schema schema = this->graph({kDocuments}).fold();
  const dialect::Dialect& dialect = connection_->dialect();
  EXPECT_TRUE(dialect.refusals(schema).empty());
  schema::Table& doc = schema.table("doc");
  doc.find_column("body")->name = "words";
  doc.find_column("id")->name = "key";
  const auto refused = dialect.refusals(schema);
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_THAT(refused[0].message, ::testing::HasSubstr("'doc.body', which does not exist"));
  EXPECT_THAT(refused[1].message, ::testing::HasSubstr("'doc.id', which does not exist"));
  EXPECT_EQ(refused[0].path.at(1), "ft");
}

INSTANTIATE_TEST_SUITE_P(Databases, FullText, ::testing::Values(DialectKind::sqlite), name_of_kind);

}  // namespace
}  // namespace dbmig::run
