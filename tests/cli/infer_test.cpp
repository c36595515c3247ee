// The command that `dbmig infer` prints loads the file as `import --create` does: every value into
// its column, on both databases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

class InferFile : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (testing::Test::IsSkipped()) return;
    project.start(url);
  }

  /// Loads `file` by the commands that a user types; `printed` is the one that infer prints.
  std::string type_through(const std::string& file, const std::string& model,
                           const Words& options = {}) {
    Words command{"infer", file, "-o", "schemas/" + model + ".yaml"};
    command.insert(command.end(), options.begin(), options.end());
    const std::string said = project.expect(0, command).err;
    const std::string mark = "Read it with: dbmig";
    const std::size_t at = said.find(mark);
    EXPECT_NE(at, std::string::npos) << said;
    std::string printed = said.substr(at + mark.size(), said.find('\n', at) - at - mark.size());
    project.expect(0, {"migrate", "-m", model});
    project.expect(0, {"upgrade"});
    const Result read = shell(dbmig_binary().string() + printed, project.path());
    EXPECT_EQ(read.code, 0) << printed << read;
    return printed;
  }

  void create(const std::string& file, const Words& options = {}) {
    Words command{"import", "--create", file};
    command.insert(command.end(), options.begin(), options.end());
    project.expect(0, command);
  }
};
DBMIG_ON_EACH_DATABASE(InferFile);

TEST_P(InferFile, EveryFieldGetsItsColumnHoweverItIsNamed) {
  const struct {
    std::string header;
    std::string columns;
  } cases[] = {
      {"user.id,name,user_id", "user_id, name, user_id_2"},
      {"a.b,a_b,a b", "a_b, a_b_2, a_b_3"},
      {"id,price,price", "id, price, price_2"},
      {"\n\nid,price,price", "id, price, price_2"},
      {"id,ID,Id", "id, id_2, id_3"},
      {",x,y", "column_1, x, y"},
      {"x,-,", "x, _, column_3"},
      {"x,a=b,a-b", "x, a_b, a_b_2"},
      {"Price ($),\"Q,\nty\",It's", "price____, q__ty, it_s"},
      {"É,é,e\xF0\x9F\x98\x80", "É, é_2, e_"},
      {std::string(70, 'x') + ",b," + std::string(70, 'X'),
       std::string(64, 'x') + ", b, " + std::string(62, 'x') + "_2"},
  };
  int number = 0;
  for (const auto& one : cases) {
    const std::string typed = "t" + std::to_string(++number);
    const std::string created = "c" + std::to_string(number);
    const std::string text = one.header + "\n1,zwei,3\n4,fünf,6\n";
    project.write(typed + ".csv", text);
    project.write(created + ".csv", text);
    type_through(typed + ".csv", typed);
    create(created + ".csv");
    for (const std::string& table : {typed, created}) {
      std::string names = one.columns;
      if (on_mariadb()) names = "`" + text::replace_all(names, ", ", "`, `") + "`";
      EXPECT_EQ(sql("SELECT " + names + " FROM " + table + " ORDER BY 1"), "1|zwei|3\n4|fünf|6\n")
          << one.header;
    }
  }
}

TEST_P(InferFile, KeysOfJsonGetTheirColumnsToo) {
  const std::string text =
      "{\"a.b\":1,\"a_b\":2,\"A B\":3,\"\":4,\"a=b\":5}\n{\"a=b\":50,\"\":40,\"A B\":30,\"a_b\":20,"
      "\"a.b\":10}\n";
  project.write("t.jsonl", text);
  project.write("c.jsonl", text);
  type_through("t.jsonl", "t");
  create("c.jsonl");
  for (const char* table : {"t", "c"}) {
    EXPECT_EQ(sql(std::string("SELECT a_b, a_b_2, a_b_3, column_4, a_b_4 FROM ") + table +
                  " ORDER BY a_b"),
              "1|2|3|4|5\n10|20|30|40|50\n");
  }
}

TEST_P(InferFile, OptionsThatChangeHowTheFileIsReadArePrinted) {
  const struct {
    std::string text;
    Words options;
    std::string rows;
  } cases[] = {
      {"a\tb\n1\tx\\ty\n2\tNULL\n", {"--format", "mysql-batch"}, "1|x<tab>y\n2|none\n"},
      {"1\tx\\\\y\n2\t\\N\n", {"--format", "mysql", "--null", "\\N"}, "1|x<escape>y\n2|none\n"},
      {"a,b\n1,\"x\"\n", {"--quote", "none"}, "1|\"x\"\n"},
      {"a,b\n1,x^,y\n", {"--escape", "^"}, "1|x,y\n"},
      {"a,b\n1,  x  \n", {"--trim"}, "1|x\n"},
      {"a,b\r1,x\r", {"--line-end", "cr"}, "1|x\n"},
      {"a,b\n1,\"none\"\n", {"--null", "none", "--null-quoted"}, "1|none\n"},
      {"1;x\n2;y\n", {"--no-header"}, "1|x\n2|y\n"},
      {"!\na,b\n#c\n1,x\n", {"--skip-lines", "1", "--comment", "#"}, "1|x\n"},
      {"a;b\n1;2,5\n", {"--decimal", ","}, "1|2.5\n"},
      {"a,b\n1,\xF1\n", {"--encoding", "latin1"}, "1|ñ\n"},
  };
  int number = 0;
  for (const auto& one : cases) {
    const std::string typed = "t" + std::to_string(++number);
    const std::string created = "c" + std::to_string(number);
    project.write(typed + ".csv", one.text);
    project.write(created + ".csv", one.text);
    type_through(typed + ".csv", typed, one.options);
    create(created + ".csv", one.options);
    const bool is_named = one.text[0] == 'a' || one.text[0] == '!';
    const std::string first = is_named ? "a" : "column_1";
    const std::string second = is_named ? "b" : "column_2";
    // The servers' clients do not print these as they are.
    const std::string shown = "replace(replace(coalesce(" + second +
                              ", 'none'), char(9), '<tab>'), char(92), '<escape>')";
    for (const std::string& table : {typed, created}) {
      EXPECT_EQ(sql("SELECT " + first + ", " + shown + " FROM " + table + " ORDER BY 1"), one.rows)
          << one.text;
    }
  }
}

TEST_P(InferFile, FilesAndTablesHaveNamesThatShellsAndDatabasesTake) {
  for (const auto& [file, table] : {std::pair("my-data.csv", "my_data"),
                                    {"x (1).csv", "x__1_"},
                                    {"it's.csv", "it_s"},
                                    {"a*.csv", "a_"}}) {
    project.write(file, "id\n7\n");
    EXPECT_THAT(type_through(file, table), HasSubstr(std::string("--table ") + table));
    EXPECT_EQ(sql(std::string("SELECT id FROM ") + table), "7\n");
  }
  project.write("plain.csv", "id\n7\n");
  EXPECT_EQ(type_through("plain.csv", "plain"), " import plain.csv");
  EXPECT_THAT(type_through("plain.csv", "mine", {"--table", "my table"}),
              HasSubstr("--table 'my table'"));
}

TEST_P(InferFile, TheNextFileWithTheSameHeaderGoesIn) {
  project.write("jan.csv", "id,Price ($),Qty.\n1,2.5,3\n");
  create("jan.csv", {"--table", "sales"});
  project.write("feb.csv", "id,Qty.,Price ($)\n2,30,2.7\n");
  project.expect(0, {"import", "feb.csv", "--table", "sales"});
  project.write("mar.csv", "Price ($),id,Qty.\n1000.5,3,4\n");
  project.expect(0, {"import", "--evolve", "mar.csv", "--table", "sales"});
  EXPECT_EQ(sql("SELECT id, price____ + 0, qty_ FROM sales ORDER BY id"),
            "1|2.5|3\n2|2.7|30\n3|1000.5|4\n");
  EXPECT_THAT(project.read("schemas/sales.yaml"), Not(HasSubstr("price_____2")));
  // Repeated names as in the file that made the table; others are not told apart.
  project.write("twice.csv", "id,x,x\n1,2,3\n");
  create("twice.csv");
  project.write("again.csv", "id,x,x\n2,20,3000000000\n");
  project.expect(0, {"import", "--evolve", "again.csv", "--table", "twice"});
  EXPECT_EQ(sql("SELECT id, x, x_2 FROM twice ORDER BY id"), "1|2|3\n2|20|3000000000\n");
  EXPECT_THAT(project.expect(1, {"import", "again.csv", "--table", "twice"}).err,
              HasSubstr("--header --columns"));
  project.write("thrice.csv", "id,x,x,x\n3,4,5,6\n");
  EXPECT_THAT(project.expect(1, {"import", "--evolve", "thrice.csv", "--table", "twice"}).err,
              HasSubstr("column 'x' is named twice"));
}

TEST_P(InferFile, TheHintForFieldsWithoutANameWorksWhenTyped) {
  project.write("t.csv", "x,y\n1,2\n");
  create("t.csv");
  for (const auto& [text, hint] : {std::pair(",x,y\n9,3,4\n", "--map '=-'"),
                                   {",x,,y\n9,5,9,4\n", "--header --columns -,x,-,y"}}) {
    project.write("more.csv", text);
    EXPECT_THAT(project.expect(1, {"import", "more.csv", "--table", "t"}).err, HasSubstr(hint));
    const Result read =
        shell(dbmig_binary().string() + " import more.csv --table t " + hint, project.path());
    EXPECT_EQ(read.code, 0) << read;
  }
  EXPECT_EQ(sql("SELECT x, y FROM t ORDER BY x"), "1|2\n3|4\n5|4\n");
}

TEST_P(InferFile, CreateTakesTheRecordsThatTheImportTakes) {
  project.write("r.csv", "a,b\n1,2\n3\n4,5,6\n");
  EXPECT_THAT(project.expect(1, {"import", "--create", "r.csv"}).err,
              HasSubstr("r.csv:3: the record has 1 field, and the header 2"));
  create("r.csv", {"--on-error", "reject"});
  EXPECT_EQ(sql("SELECT a, b FROM r"), "1|2\n");
  project.write("s.csv", "a,b\n1,2\n3\n4,5,6\n");
  create("s.csv", {"--fill-missing", "--ignore-unknown"});
  EXPECT_EQ(sql("SELECT a, coalesce(b, 'none') FROM s ORDER BY a"), "1|2\n3|none\n4|5\n");
  project.write("j.jsonl", "{\"a\": 1}\n{]\n");
  EXPECT_THAT(project.expect(1, {"import", "--create", "j.jsonl"}).err,
              AllOf(HasSubstr("j.jsonl:2"), Not(HasSubstr("--delimiter"))));
  project.write("d.csv", "d\n01/02/2003\n");
  create("d.csv", {"--date-format", "%m/%d/%Y"});
  EXPECT_EQ(sql("SELECT d FROM d"), "2003-01-02\n");
}

}  // namespace
}  // namespace dbmig::test
