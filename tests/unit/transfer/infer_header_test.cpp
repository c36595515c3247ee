// What comes before the records of a file, and how its columns are found again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.hpp"
#include "base/identifier.hpp"
#include "import/communicator.hpp"
#include "import/plain_name.hpp"
#include "support/temp_dir.hpp"
#include "transfer/infer.hpp"
#include "transfer/name_columns.hpp"

namespace dbmig::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using transfer::Inferred;

std::atomic<bool> nothing_stops{false};

class InferHeader : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

  Inferred infer(const std::string& text) {
    options_.files = {write("t.csv", text)};
    return infer();
  }
  Inferred infer() {
    return transfer::infer(options_, *import::local_communicator(), nothing_stops);
  }

  std::string failure(const std::string& text) {
    try {
      infer(text);
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing";
  }

  static std::vector<std::string> columns_of(const Inferred& inferred) {
    return inferred.table.column_names();
  }

  InferHeader() { options_.find_delimiter = true; }

  import::Options options_;

 private:
  TempDir folder_;
};

TEST_F(InferHeader, NamesAreOnesThatEveryDatabaseTakes) {
  EXPECT_THAT(transfer::name_columns({"Full Name", "full-name", "Price ($)", " x ", ""}),
              ElementsAre("full_name", "full_name_2", "price____", "x", "column_5"));
  // One name for MariaDB; and characters that it has not.
  EXPECT_THAT(transfer::name_columns({"É", "é", "e", "a\xF0\x9F\x98\x80z"}),
              ElementsAre("É", "é_2", "e", "a_z"));
  const std::string enie = "ñ";
  std::string longest;
  for (int i = 0; i < 70; ++i) longest += enie;
  const std::vector<std::string> names = transfer::name_columns({longest, longest + "x", longest});
  EXPECT_EQ(names[0].size(), 128U);
  EXPECT_EQ(names[1], names[0].substr(0, 124) + "_2");
  EXPECT_EQ(names[2], names[0].substr(0, 124) + "_3");
  EXPECT_THAT(transfer::name_columns({"a", "a", "a_2", "A"}),
              ElementsAre("a", "a_2", "a_2_2", "a_3"));
}

TEST_F(InferHeader, FieldsFindTheirColumnsAgain) {
  EXPECT_EQ(infer("id,name\n1,x\n").import_options, "");
  EXPECT_EQ(infer("user.id,name,user_id\n1,x,2\n").import_options, " --map user_id=user_id_2");
  EXPECT_EQ(infer("id,price,price\n1,2,3\n").import_options,
            " --header --columns id,price,price_2");
  EXPECT_EQ(infer("x,a=b,a-b\n1,2,3\n").import_options, " --map a-b=a_b_2");
  EXPECT_EQ(infer("x,a-b,a=b\n1,2,3\n").import_options, " --header --columns x,a_b,a_b_2");
  EXPECT_EQ(infer("x;y;y\n1;2;3\n").import_options, " --delimiter ';' --header --columns x,y,y_2");
  EXPECT_EQ(infer("-,b\n1,2\n").import_options, " --map -=_");
  EXPECT_EQ(infer("\n\nx,y,y\n1,2,3\n").import_options,
            " --header --skip-lines 2 --columns x,y,y_2");
  options_.header = true;
  EXPECT_EQ(infer("y,y\n1,2\n").import_options, " --columns y,y_2");
}

TEST_F(InferHeader, AFieldWithoutANameGetsOneUnlessItIsEmptyAtTheEnd) {
  const Inferred index = infer(",x,y\n1,2,3\n");
  EXPECT_THAT(columns_of(index), ElementsAre("column_1", "x", "y"));
  EXPECT_THAT(index.notes, ElementsAre(HasSubstr("field 1 has no name: its column is 'column_1'")));
  const Inferred trailing = infer("state,al,\na,1,\nb,2,\n");
  EXPECT_THAT(columns_of(trailing), ElementsAre("state", "al"));
  EXPECT_EQ(trailing.import_options, " --header --columns state,al,-");
  EXPECT_THAT(trailing.notes, ElementsAre(HasSubstr("it is left out")));
  EXPECT_THAT(columns_of(infer("state,\na,\nb,2\n")), ElementsAre("state", "column_2"));
  EXPECT_THAT(failure(",,\n1,2,3\n"), HasSubstr("t.csv:1: the header names no column"));
}

TEST_F(InferHeader, ARaggedRecordIsRefusedWhateverTheDelimiter) {
  EXPECT_THAT(failure("a\tb\n1\t2\n3\t4\t\n"), HasSubstr("t.csv:3: the record has 3 fields"));
  EXPECT_THAT(failure("AAA|BBB|CCC\n4|5|6\n7|8|9\n1|2\n"),
              HasSubstr("t.csv:4: the record has 2 fields, and the header 3"));
  EXPECT_THAT(columns_of(infer("weight; kg\n5\n6\n")), ElementsAre("weight__kg"));
  // All alike counts more than the header.
  EXPECT_THAT(columns_of(infer("a;b\n1,5;2\n3,5;4\n")), ElementsAre("a", "b"));
}

TEST_F(InferHeader, LinesBeforeTheHeaderAreThoseOfAnImport) {
  EXPECT_THAT(columns_of(infer("sep=;\na;b\n1;2\n")), ElementsAre("a", "b"));
  EXPECT_THAT(columns_of(infer("\n\r\na,b\n1,2\n")), ElementsAre("a", "b"));
  EXPECT_EQ(infer("\n\na\n1\n").rows, 1U);
  options_.header = false;
  EXPECT_EQ(infer("\n\n7\n").rows, 3U);
  EXPECT_EQ(infer("\n\n7,8\n").rows, 1U);
  options_.header = std::nullopt;
  options_.find_delimiter = false;
  EXPECT_THAT(failure("sep=;\na;b\n1;2\n"), HasSubstr("another separator than --delimiter"));
}

TEST_F(InferHeader, BytesThatNoTextHasAreNamed) {
  EXPECT_THAT(failure("caf\xE9,b\n1,2\n"), HasSubstr("t.csv:1: a byte that is not UTF-8: 0xE9; "
                                                     "name the file's encoding"));
  EXPECT_THAT(failure(std::string("a,b\n1,2\nx,\"y\0\"\n", 16)),
              HasSubstr("t.csv:3: field 2 has a NUL byte at offset 1"));
  options_.is_json = true;
  EXPECT_THAT(failure("{\"a\": \"x\\u0000\"}\n"), HasSubstr("t.csv:1: field 1 has a NUL byte"));
}

TEST_F(InferHeader, NumbersAsNamesAndYearsOfTwoDigitsAreNoted) {
  EXPECT_THAT(infer("1,2.5\n3,4\n").notes, ElementsAre(HasSubstr("use --no-header")));
  EXPECT_THAT(infer("1,b\n3,4\n").notes, ElementsAre());
  EXPECT_THAT(infer("d\n31/12/75\n").notes,
              ElementsAre(HasSubstr("69 to 99 are read as 1969 to 1999")));
  EXPECT_THAT(infer("d\n31/12/1975\n").notes, ElementsAre());
  // What the user says is not guessed.
  options_.date_formats = {{"", "%d/%m/%y"}};
  const Inferred said = infer("d\n31/12/75\n");
  EXPECT_THAT(said.notes, ElementsAre());
  EXPECT_TRUE(said.date_formats.empty());
}

TEST_F(InferHeader, FilesMayHaveTheirColumnsInAnyOrder) {
  options_.files = {write("a.csv", "id,name\n1,x\n"),
                    write("b.csv", "name;id\ny;2\nz;3000000000\n")};
  for (const bool is_turned : {false, true}) {
    const Inferred found = infer();
    EXPECT_EQ(found.rows, 3U);
    EXPECT_EQ(schema::to_string(found.table.find_column("id")->type), "bigint") << is_turned;
    std::swap(options_.files[0], options_.files[1]);
  }
  options_.files = {write("a.csv", ",a-b,a=b\n1,2,3\n"), write("b.csv", "a=b,,a-b\n3,1,2\n")};
  EXPECT_THAT(infer().import_options, EndsWith(" --map '=column_1' --map a=b=a_b_2"));
  options_.files.push_back(write("c.csv", "id,name,id\n1,x,2\n"));
  EXPECT_THROW(infer(), Error);
}

TEST_F(InferHeader, RecordsThatTheImportTakesOrRejectsAreNoMistakes) {
  options_.fill_missing = true;
  EXPECT_TRUE(infer("a,b\n1\n2,3\n").table.find_column("b")->nullable);
  EXPECT_NE(failure("a,b\n1,2,3\n"), "nothing");
  options_.ignore_unknown = true;
  EXPECT_EQ(infer("a,b\n1\n2,3,4\n").rows, 2U);
  options_.fill_missing = options_.ignore_unknown = false;
  options_.on_error = import::OnError::reject;
  EXPECT_EQ(infer("a,b\n1\n2,3,4\n5,6\n7,\xE9\n8,9\n\xE9,1\n").rows, 2U);
}

}  // namespace
}  // namespace dbmig::test
