// `dbmig import --create` and `--evolve`: from a file to a table in one line, on both databases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CreateTable : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (testing::Test::IsSkipped()) return;
    project.start(url);
  }
};
DBMIG_ON_EACH_DATABASE(CreateTable);

TEST_P(CreateTable, FromAFileToRowsInOneLine) {
  project.write("Item List.csv",
                "Item No;Postcode;Price (net);Sold;Miles/Gallon\n"
                "1;01234;9.90;31/12/2024;\n2;;12;01/02/2025;7.5\n");
  const Result made = project.expect(0, {"import", "--create", "Item List.csv"});
  EXPECT_THAT(made.out, HasSubstr("Imported 2 rows into 'item_list'"));
  EXPECT_EQ(sql("SELECT item_no, postcode, sold, miles_gallon FROM item_list WHERE item_no = 1"),
            on_mariadb() ? "1|01234|2024-12-31|NULL\n" : "1|01234|2024-12-31|\n");
  EXPECT_EQ(sql("SELECT sold FROM item_list WHERE item_no = 2"), "2025-02-01\n");
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.read("schemas/item_list.yaml"), HasSubstr("postcode:     varchar(10)"));
  // Again: the table is there, and so are the rows.
  const Result again = project.expect(1, {"import", "--create", "Item List.csv"});
  EXPECT_THAT(again.err, HasSubstr("--evolve"));
  EXPECT_EQ(sql("SELECT count(*) FROM item_list"), "2\n");
}

TEST_P(CreateTable, HeadersThatBecomeTheSameNameAreToldApart) {
  project.write("g.csv", "a-b,a b,name,name \n1,2,3,4\n");
  project.expect(0, {"import", "--create", "g.csv"});
  EXPECT_EQ(sql("SELECT a_b, a_b_2, name, name_2 FROM g"), "1|2|3|4\n");
}

TEST_P(CreateTable, ALaterFileMakesItWider) {
  project.write("sale.csv", "id,name,price,day,kind\n1,Ana,1.5,2024-01-01,x\n");
  project.expect(0, {"import", "--create", "sale.csv"});
  project.write("more.csv",
                "id,name,price,day,note,kind\n3000000000,A name that is longer than any before,"
                "12345.125,2024-01-02 10:00:00.5,new,\n");
  const Result evolved = project.expect(0, {"import", "--evolve", "more.csv", "--table", "sale"});
  EXPECT_THAT(evolved.err, AllOf(HasSubstr("'sale.id' becomes bigint from integer"),
                                 HasSubstr("'sale' gets column note: varchar(10)"),
                                 HasSubstr("'sale.kind' may be NULL")));
  EXPECT_EQ(sql("SELECT name, price, day, note FROM sale WHERE id > 1"),
            "A name that is longer than any before|12345.125|2024-01-02 10:00:00.500|new\n");
  EXPECT_EQ(sql("SELECT name FROM sale WHERE id = 1"), "Ana\n");
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  // Once more with what is there: nothing to change.
  project.write("third.csv", "id,name,price,day,note,kind\n7,B,1.00,2024-01-01,,y\n");
  project.expect(0, {"import", "--evolve", "third.csv", "--table", "sale"});
  EXPECT_EQ(project.files("migrations").size(), 2U);
  EXPECT_EQ(sql("SELECT count(*) FROM sale"), "3\n");
}

TEST_P(CreateTable, WhatIsNoNumberMakesTextOfThoseThatAreThere) {
  project.write("sale.csv", "id,n\n1,5\n");
  project.expect(0, {"import", "--create", "sale.csv"});
  project.write("more.csv", "id,n\n2,05\n");
  EXPECT_THAT(project.expect(0, {"import", "--evolve", "more.csv", "--table", "sale"}).err,
              HasSubstr("'sale.n' becomes varchar(50) from integer"));
  EXPECT_EQ(sql("SELECT id, n FROM sale ORDER BY id"), "1|5\n2|05\n");
}

TEST_P(CreateTable, AnEvolutionThatIsNotProvedLeavesTheModel) {
  project.write("sale.csv", "id,n\n1,5\n");
  project.expect(0, {"import", "--create", "sale.csv"});
  project.write("schemas/other.yaml", "tables:\n  other:\n    columns: {id: integer}\n");
  const std::string before = project.read("schemas/sale.yaml");
  project.write("more.csv", "id,n\n2,3000000000\n");
  EXPECT_THAT(project.expect(1, {"import", "--evolve", "more.csv", "--table", "sale"}).err,
              HasSubstr("run `dbmig migrate` first"));
  EXPECT_EQ(project.read("schemas/sale.yaml"), before);
  EXPECT_EQ(project.files("migrations").size(), 1U);
  EXPECT_EQ(sql("SELECT count(*) FROM sale"), "1\n");
}

TEST_P(CreateTable, NothingIsChangedForAHeaderThatTheImportWouldRefuse) {
  project.write("sale.csv", "id,name,made\n1,Ana,2026-01-02\n");
  project.expect(0, {"import", "--create", "sale.csv"});
  const std::string before = project.read("schemas/sale.yaml");
  project.write("renamed.csv", "id,full_name,made\n2,Bob,2026-01-03\n");
  EXPECT_THAT(project.expect(1, {"import", "--evolve", "renamed.csv", "--table", "sale"}).err,
              AllOf(HasSubstr("renamed.csv:1: column 'name' of 'sale' needs a value"),
                    HasSubstr("nothing was changed")));
  project.write("twice.csv", "id,name,name,made\n1,a,b,2026-01-03\n");
  EXPECT_THAT(project.expect(1, {"import", "--evolve", "twice.csv", "--table", "sale"}).err,
              HasSubstr("twice.csv:1: column 'name' is named twice"));
  project.write("bare.csv", "2,Bob,2026-01-03\n");
  EXPECT_THAT(
      project.expect(2, {"import", "--evolve", "bare.csv", "--table", "sale", "--no-header"}).err,
      HasSubstr("leave out --no-header"));
  EXPECT_EQ(project.read("schemas/sale.yaml"), before);
  EXPECT_EQ(project.files("migrations").size(), 1U);
  EXPECT_EQ(sql("SELECT count(*) FROM sale"), "1\n");
  // A byte order mark, CRLF, a header alone and a single column are no trouble.
  project.write("marked.csv", "\xEF\xBB\xBFid,note\r\n1,x\r\n2,\r\n");
  project.expect(0, {"import", "--create", "marked.csv"});
  EXPECT_EQ(sql("SELECT id, coalesce(note, 'none') FROM marked ORDER BY id"), "1|x\n2|none\n");
  project.write("bare_header.csv", "id,note\n");
  project.expect(0, {"import", "--create", "bare_header.csv"});
  project.write("one.csv", "word\nalpha\nbeta\n");
  project.expect(0, {"import", "--create", "one.csv"});
  EXPECT_EQ(sql("SELECT count(*) FROM one"), "2\n");
}

TEST_P(CreateTable, RowsThatAreRefusedLeaveModelRevisionsAndDatabaseAsTheyWere) {
  project.write("sale.csv", "id,name,day\n1,Ana,2024-01-01\n2,Bob,2024-01-02\n");
  project.expect(0, {"import", "--create", "sale.csv"});
  const std::string model = project.read("schemas/sale.yaml");
  const std::vector<std::string> revisions = project.files("migrations");
  const auto tables = [&] { return project.expect(0, {"inspect"}).out; };
  const std::string before = tables();
  project.write("wide.csv",
                "id,name,day,note\n3000000000,Eve,2024-01-03,new\n2,A name that is longer than any "
                "before,2024-01-04,\n");
  for (const char* ranks : {"1", "2"}) {
    const Result refused =
        project.expect(1, {"import", "--evolve", "wide.csv", "--table", "sale", "-j", ranks});
    EXPECT_THAT(refused.err,
                AllOf(HasSubstr("wide.csv:3"),
                      HasSubstr("No row of 'sale' was imported: model, revisions and database are "
                                "unchanged")));
    EXPECT_EQ(project.read("schemas/sale.yaml"), model);
    EXPECT_EQ(project.files("migrations"), revisions);
    EXPECT_EQ(tables(), before);
    EXPECT_EQ(sql("SELECT id, name, day FROM sale ORDER BY id"),
              "1|Ana|2024-01-01\n2|Bob|2024-01-02\n");
    EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  }
  // All of them go aside: the same.
  project.write("again.csv", "id,name,day,note\n1,Ana,2024-01-01,x\n");
  project.expect(1, {"import", "--evolve", "again.csv", "--table", "sale", "--on-error", "reject",
                     "--rejects", "bad.csv"});
  EXPECT_EQ(project.files("migrations"), revisions);
  EXPECT_EQ(tables(), before);
  // A table that was made for them goes, too.
  const Result nowhere = project.expect(1, {"import", "--create", "again.csv", "--on-error",
                                            "reject", "--rejects", "no_folder/bad.csv"});
  EXPECT_THAT(nowhere.err, HasSubstr("No row of 'again' was imported"));
  EXPECT_FALSE(std::filesystem::exists(project.path() / "schemas/again.yaml"));
  EXPECT_EQ(project.files("migrations"), revisions);
  EXPECT_EQ(tables(), before);
  // Mended, it comes in.
  project.write("wide.csv", "id,name,day,note\n3000000000,Eve,2024-01-03,new\n");
  project.expect(0, {"import", "--evolve", "wide.csv", "--table", "sale"});
  EXPECT_EQ(sql("SELECT count(*), max(id) FROM sale"), "3|3000000000\n");
}

TEST_P(CreateTable, ParentsAreFoundByEveryValue) {
  project.write("countries.csv", "code,name\nES,España\nPT,Portugal\n");
  project.write("city.csv", "id,country_code,name\n1,ES,Ávila\n2,PT,Évora\n3,ES,Ñora\n");
  project.write("town.csv", "id,country_code\n1,ES\n2,XX\n");
  project.expect(0, {"import", "--create", "countries.csv"});
  EXPECT_THAT(
      project.expect(0, {"import", "--create", "city.csv"}).err,
      HasSubstr("country_code refers to 'countries.code', which has all of its 2 different"));
  EXPECT_THAT(project.read("schemas/city.yaml"), HasSubstr("countries"));
  EXPECT_THAT(project.expect(0, {"import", "--create", "town.csv"}).err,
              Not(HasSubstr("refers to")));
}

TEST_P(CreateTable, RanksDoTheSame) {
  std::string text = "id,name\n";
  for (int i = 1; i <= 5000; ++i) text += std::to_string(i) + ",name " + std::to_string(i) + "\n";
  project.write("people.csv", text);
  project.expect(0, {"import", "--create", "people.csv", "-j", "2", "--chunk-size", "4096"});
  EXPECT_EQ(sql("SELECT count(*), max(id) FROM people"), "5000|5000\n");
}

TEST(CreateTableUsage, IsSaidBeforeAnythingIsDone) {
  Project project;
  project.start();
  project.write("a.csv", "id\n1\n");
  EXPECT_THAT(project.expect(2, {"import", "--create", "a.csv", "--binary", "hex"}).err,
              AllOf(HasSubstr("--binary hex would have no effect"), HasSubstr("schemas/a.yaml")));
  EXPECT_THAT(project.expect(2, {"import", "--create", "-"}).err, HasSubstr("standard input"));
  EXPECT_THAT(project.expect(2, {"import", "--create", "a.csv", "--columns", "id"}).err,
              HasSubstr("--columns"));
  EXPECT_THAT(project.expect(2, {"import", "--create", "a.csv", "--dry-run"}).err,
              HasSubstr("--dry-run changes nothing, and --create would change the schema first"));
  EXPECT_THAT(project.expect(1, {"import", "--evolve", "a.csv"}).err, HasSubstr("--create"));
  EXPECT_EQ(project.files("migrations"), std::vector<std::string>{});
}

}  // namespace
}  // namespace dbmig::test
