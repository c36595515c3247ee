// How a file begins: what is no CSV, whose lines or fields end otherwise, and headers that cannot
// be trusted. Each is refused with what to type, before a row is loaded.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "import/file_kind.hpp"
#include "import/named_format.hpp"
#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kOpenedTable = "CREATE TABLE t (a INT, b TEXT, c TEXT)";

/// `text` in units of `width` bytes, ASCII and Latin-1 only.
std::string wide(std::string_view text, int width, bool big_endian) {
  std::string out;
  for (const char c : text) {
    std::string unit(static_cast<std::size_t>(width), '\0');
    unit[big_endian ? unit.size() - 1 : 0] = c;
    out += unit;
  }
  return out;
}

struct Foreign {
  std::string what;
  std::string content;
  std::string expected;  ///< in the message
  std::string advice;    ///< in the message
};

std::vector<Foreign> foreign_files() {
  using namespace std::string_literals;
  const std::string rows = "a,b,c\n1,x,y\n2,x,y\n";
  std::string tar(512, '\0');
  tar.replace(0, 5, "t.csv");
  tar.replace(257, 5, "ustar");
  return {
      {"UTF-16LE, no mark", wide(rows, 2, false), "UTF-16LE", "--encoding utf-16le"},
      {"UTF-16BE, no mark", wide(rows, 2, true), "UTF-16BE", "--encoding utf-16be"},
      {"UTF-16LE, Chinese", "T\x57,\0P\x50\n\0"s + "T\x57,\0P\x50\n\0"s, "UTF-16LE",
       "--encoding utf-16le"},
      {"UTF-32LE, no mark", wide(rows, 4, false), "UTF-32LE", "--encoding utf-32le"},
      {"UTF-32BE, no mark", wide(rows, 4, true), "UTF-32BE", "--encoding utf-32be"},
      {"gzip", "\x1F\x8B\x08\0\0\0\0\0"s, "gzip", "download the file again"},
      {"bzip2", "BZh91AY&SY\0\1"s, "bzip2", "bunzip2 -c"},
      {"xz", "\xFD"s + "7zXZ\0\0\4"s, "xz", "download the file again"},
      {"zstd", "\x28\xB5\x2F\xFD\x24\0"s, "zstd", "download the file again"},
      {"lz4", "\x04\x22\x4D\x18\x64"s, "lz4", "lz4 -dc"},
      {"zip", "PK\x03\x04\x14\0"s, "spreadsheet", "save it as CSV"},
      {"7z", "7z\xBC\xAF\x27\x1C\0\4"s, "7z", "7z x"},
      {"tar", tar, "tar", "tar -xOf"},
      {"xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0"s, "Office", "save it as CSV"},
      {"SQLite", "SQLite format 3\0\x10"s, "SQLite database", "sqlite3 -header -csv"},
      {"Parquet", "PAR1\x15\4\x15\x10"s, "Parquet", "export"},
      {"ORC", "ORC\x08\3\x10"s, "ORC", "export"},
      {"Avro", "Obj\1\4\x16"s, "Avro", "export"},
      {"Arrow", "ARROW1\0\0"s, "Arrow", "export"},
      {"pg_dump -Fc", "PGDMP\1\x0E\0"s, "pg_dump", "\\copy"},
      {"COPY BINARY", "PGCOPY\n\xFF\r\n\0\0"s, "COPY", "WITH CSV"},
      {"PDF", "%PDF-1.7\n", "PDF", "export"},
      {"JSON lines", "{\"a\": 1, \"b\": 2, \"c\": 3}\n{\"a\": 1}\n", "JSON", "--format jsonl"},
      {"JSON array", "[{\"a\": 1, \"b\": 2},\n {\"a\": 3}]\n", "JSON", "jq"},
      {"HTML", "<!DOCTYPE html>\n<html>\n", "HTML", "web page"},
      {"XML", "<?xml version=\"1.0\"?>\n<a/>\n", "XML", "export"},
      {"mysqldump", "-- MySQL dump 10.19\n--\nCREATE TABLE t (a int);\n", "SQL", "client"},
      {"SQL", "INSERT INTO t VALUES (1,'x','y');\n", "SQL", "client"},
      {"YAML", "---\na: 1\n", "YAML", "export"},
      {"a drawn table", "+---+---+\n| a | b |\n", "formatted for reading", "mysql-batch"},
      {"a comment", "# made by hand\na,b,c\n", "comment", "--comment '#'"},
      {"sep=;", "sep=;\na;b;c\n1;x;y\n", "sep=;", "leave out --delimiter"},
      {"sep with a mark", "\xEF\xBB\xBF\"sep=|\"\r\na|b|c\r\n", "sep=|", "leave out --delimiter"},
      {"sep=tab", "sep=\t\na\tb\tc\n", "sep=", "leave out --delimiter"},
      {"semicolons", "a;b;c\n1;x;y\n", "separated by something else", "--delimiter ';'"},
      {"tabs", "a\tb\tc\n1\tx\ty\n", "separated by something else", "--delimiter '\\t'"},
      {"bars", "\"a\"|\"b\"|\"c\"\n1|x|y\n", "separated by something else", "--delimiter '|'"},
      {"Hive", "a\1b\1c\n1\1x\1y\n", "separated by something else", "--delimiter $'\\x01'"},
      {"single quotes", "'a','b','c'\n", "single quotes", "--quote"},
      {"a blank first line", " \na,b,c\n1,x,y\n", "first line is empty", ""},
      {"no header", "1,x,y\n2,x,y\n", "does not name any column", "--columns"},
      {"Latin-1", "\xF1,\xE9\n1,x,y\n", "not UTF-8", "--encoding latin1"},
      {"CR alone", "a,b,c\r1,x,y\r2,x,y\r", "carriage return", "--line-end cr"},
      {"CR alone, no end", "a,b,c\r1,x,y", "carriage return", "--line-end cr"},
      {"CR alone, then LF", "a,b,c\r1,x,y\n", "carriage return", "--line-end cr"},
      {"an open quote", "a,b,\"c\n1,x,y\n2,z,\"w\"\n3,u,v\n", "text after the closing quote", ""},
      {"a header with rows", "a,b,\"c\n1,x,y\n2,z,\"\n3,u,v\n", "seems to contain records",
       "close the quote"},
      {"a header with a row", "a,\"b,c\n1,x,\",y\n3,u,v\n", "seems to contain records",
       "close the quote"},
  };
}

TEST(Opening, WhatIsNotThisFormatIsNamedWithWhatToType) {
  for (const Foreign& foreign : foreign_files()) {
    for (const int ranks : {1, 3}) {
      ImportJob job(kOpenedTable);
      const std::string message =
          job.failure(options_for(job.write("t.csv", foreign.content)), ranks);
      EXPECT_THAT(message, AllOf(HasSubstr(foreign.expected), HasSubstr(foreign.advice)))
          << foreign.what;
      EXPECT_LT(message.size(), 600U) << foreign.what;
      EXPECT_EQ(job.rows("SELECT * FROM t"), "") << foreign.what;
    }
  }
}

/// With --columns no header vouches for the file: still nothing of it gets in.
TEST(Opening, NoneOfItIsLoadedWithColumnsEither) {
  for (const Foreign& foreign : foreign_files()) {
    // Rows of the table without a header are what --columns is for.
    if (foreign.what == "no header" || foreign.what == "Latin-1") continue;
    for (const bool header : {false, true}) {
      ImportJob job("CREATE TABLE t (a TEXT, b TEXT, c TEXT)");
      import::Options options = options_for(job.write("t.csv", foreign.content));
      options.columns = {"a", "b", "c"};
      if (header) options.header = true;
      if (foreign.what == "single quotes") continue;  // Texts like others.
      // Lines in quotes are data, when the first record is.
      if (!header && foreign.what.rfind("a header with", 0) == 0) continue;
      const std::string message = job.failure(options);
      EXPECT_LT(message.size(), 600U) << foreign.what;
      EXPECT_EQ(job.rows("SELECT * FROM t"), "") << foreign.what;
    }
  }
}

TEST(Opening, TextThatOnlyBeginsLikeSomethingElseIsRead) {
  for (const char* name :
       {"BZh", "PAR1", "ORC", "Obj", "LZIP", "PGDMP", "PK", "sep", "SELECT_1", "create", "7z"}) {
    ImportJob job("CREATE TABLE t (\"" + std::string(name) + "\" TEXT, b TEXT)");
    const std::string file =
        job.write("t.csv", std::string(name) + ",b\n{\"a\": 1},sep=;\n<html>,# x\n");
    EXPECT_EQ(job.run(options_for(file)).rows, 2U) << name;
  }
  ImportJob job("CREATE TABLE one (v TEXT)");
  import::Options options = options_for(job.write("t.csv", "{\"a\": [1]}\n[]\n<a>\n"), "one");
  options.columns = {"v"};
  EXPECT_EQ(job.run(options).rows, 3U);
  options = options_for(job.write("t.csv", "sep=;\n"), "one");
  options.header = false;
  EXPECT_EQ(job.run(options).rows, 1U);
}

/// Bytes of binary columns are no sign of UTF-16 or UTF-32, wherever they stand.
TEST(Opening, BytesOfBinaryColumnsAreNotTakenForWideText) {
  std::mt19937 random(3);
  for (unsigned round = 0; round < property_seeds(2000); ++round) {
    std::string text = random() % 2 == 0 ? "id,b\n" : "";
    for (std::size_t row = 0; row < 1 + random() % 20; ++row) {
      text += fmt::format("{},\"", row);
      for (std::size_t n = random() % 30; n > 0; --n) {
        const char byte = static_cast<char>(random() % 3 == 0 ? 0 : random() % 256);
        text += byte == '"' ? "\"\"" : std::string(1, byte);
      }
      text += "\"\n";
    }
    ASSERT_EQ(import::binary_kind(text), std::nullopt) << testing::PrintToString(text);
  }
}

/// A file whose lines end in CR is read when it is said, by any ranks and chunks.
TEST(Opening, LinesThatEndInCrAreReadWhenItIsSaid) {
  std::string csv = "a,b,c\r";
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    csv += fmt::format("{},\"x\ny\r\",z\n\r", i);
    expected += fmt::format("{}|x\ny\r|z\n\n", i);
  }
  for (const int ranks : {1, 3}) {
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{60}, std::size_t{1} << 20}) {
      ImportJob job(kOpenedTable);
      import::Options options = options_for(job.write("t.csv", csv));
      options.format.line_end = import::LineEnd::cr;
      options.chunk_bytes = chunk;
      EXPECT_EQ(job.run(options, ranks).rows, 50U);
      EXPECT_EQ(job.rows("SELECT * FROM t ORDER BY rowid"), expected);
    }
  }
}

TEST(Opening, TheLineOfAMistakeIsCountedInTheFilesOwnLineEnds) {
  ImportJob job(kOpenedTable);
  import::Options options =
      options_for(job.write("t.csv", "a,b,c\r1,x\n,y\r2,\"x\ry\",z\rzz,x,y\r"));
  options.format.line_end = import::LineEnd::cr;
  EXPECT_THAT(job.failure(options), HasSubstr("t.csv:5: column 'a'"));
}

/// A wrong --line-end makes one record of everything.
TEST(Opening, ALineEndThatTheFileDoesNotHaveIsSaid) {
  const std::vector<std::pair<import::LineEnd, std::string>> cases = {
      {import::LineEnd::cr, "1\n2\n"},
      {import::LineEnd::crlf, "1\n2\n"},
      {import::LineEnd::crlf, "1\r2\r"},
      {import::LineEnd::any, "1\r2\r"}};
  for (const auto& [line_end, text] : cases) {
    ImportJob job("CREATE TABLE t (a TEXT)");
    import::Options options = options_for(job.write("t.csv", text));
    options.columns = {"a"};
    options.format.line_end = line_end;
    EXPECT_THAT(job.failure(options),
                AllOf(HasSubstr("whose lines end in"), HasSubstr("--line-end")));
  }
}

TEST(Opening, AFormatOfLfDoesNotKeepTheCrOfCrlf) {
  ImportJob job(kOpenedTable);
  import::FormatRequest request;
  request.name = "mysql";
  const std::string file = job.write("t.csv", "1\tx\ty\r\n2\tx\ty\r\n");
  import::Options options = options_for(file);
  import::FileFormat format = import::file_format(request);
  options.format = format.csv;
  options.nulls = format.nulls;
  options.has_header = format.has_header;
  options.check_line_end = format.check_line_end;
  EXPECT_THAT(job.failure(options), AllOf(HasSubstr("CRLF"), HasSubstr("--line-end crlf")));
  options.check_line_end = false;
  options.format.line_end = import::LineEnd::crlf;
  job.run(options);
  EXPECT_EQ(job.rows("SELECT c FROM t"), "y\ny\n");
}

TEST(Opening, PostgresMarkMayEndTheDataAndNothingElse) {
  const auto rows = [](const std::string& text, std::size_t chunk, int ranks) -> std::string {
    ImportJob job("CREATE TABLE t (v TEXT)");
    import::Options options = options_for(job.write("t.csv", text));
    import::FormatRequest pg;
    pg.name = "pg-text";
    options.format = import::file_format(pg).csv;
    options.header = false;
    options.chunk_bytes = chunk;
    try {
      job.run(options, ranks);
    } catch (const Error& error) {
      return error.what();
    }
    return job.rows("SELECT v FROM t ORDER BY rowid");
  };
  for (const int ranks : {1, 3}) {
    for (const std::size_t chunk : {1, 4, 1 << 20}) {
      for (const char* end : {"\\.\n", "\\.", "\\.\r\n", ""}) {
        EXPECT_EQ(rows(std::string("a\nb\n") + end, chunk, ranks), "a\nb\n");
        EXPECT_EQ(rows(end, chunk, ranks), "");
        // Behind an escaped line end it is text.
        if (*end == '\0') continue;
        EXPECT_EQ(rows(std::string("a\\\n") + end, chunk, ranks), "a\n.\n");
      }
      EXPECT_EQ(rows("a\\.\n", chunk, ranks), "a.\n");
      EXPECT_THAT(rows("a\n\\.\nb\n", chunk, ranks),
                  AllOf(HasSubstr("t.csv:2:1: "), HasSubstr("end of PostgreSQL's data")));
    }
  }
}

TEST(Opening, AHeaderWithColumnsMustHaveTheirNumber) {
  for (const char* header : {"a,b\n", "a,b,c,d\n", "a;b;c\n", "\n", "x\n"}) {
    ImportJob job(kOpenedTable);
    import::Options options = options_for(job.write("t.csv", std::string(header) + "1,x,y\n"));
    options.columns = {"a", "b", "c"};
    options.header = true;
    EXPECT_THAT(job.failure(options),
                AllOf(HasSubstr("t.csv:1: the header has "), HasSubstr("--columns names 3")));
  }
}

TEST(Opening, AHeaderOfSeveralLinesIsReadWhereItIsOne) {
  ImportJob job(kOpenedTable);
  import::Options options = options_for(job.write("t.csv", "a,\"b\n(text)\",\"c\n\n\"\n1,x,y\n"));
  options.columns = {"a", "b", "c"};
  options.header = true;
  EXPECT_EQ(job.run(options).rows, 1U);
}

TEST(Opening, AHeaderWhereNobodySaidWhetherThereIsOneIsNotLoadedAsARow) {
  ImportJob job("CREATE TABLE t (a TEXT, b TEXT)");
  import::Options options = options_for(job.write("t.csv", "A,b\n1,2\n"));
  options.columns = {"a", "b"};
  EXPECT_THAT(job.failure(options),
              AllOf(HasSubstr("first line names the columns"), HasSubstr("--no-header")));
  options.header = false;
  EXPECT_EQ(job.run(options).rows, 2U);
  options.header = true;
  EXPECT_EQ(job.run(options).rows, 1U);
}

TEST(Opening, MistakesOfAKindAreCountedAfterTheTenth) {
  ImportJob job(kOpenedTable);
  std::string header = "a";
  for (int i = 0; i < 5000; ++i) header += fmt::format(",nothing{}", i);
  const std::string many = job.failure(options_for(job.write("t.csv", header + "\n")), 2);
  EXPECT_EQ(std::count(many.begin(), many.end(), '\n'), 10);
  EXPECT_THAT(many, AllOf(HasSubstr("'nothing9'"), Not(HasSubstr("'nothing10'")),
                          HasSubstr("and 4990 more fields that match no column")));
  for (const char* repeated : {",", ",a", ",\"\""}) {
    header = "a,b,c";
    for (int i = 0; i < 3000; ++i) header += repeated;
    const std::string message = job.failure(options_for(job.write("t.csv", header + "\n")));
    EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 10) << repeated;
    EXPECT_LT(message.size(), 3000U);
  }
}

TEST(Opening, AWrongDelimiterIsSaidWithoutAHeaderToo) {
  ImportJob job(kOpenedTable);
  import::Options options = options_for(job.write("t.csv", "1;x;y\n"));
  options.columns = {"a", "b", "c"};
  EXPECT_THAT(job.failure(options), AllOf(HasSubstr("t.csv:1: the record has 1 field, expected 3"),
                                          HasSubstr("--delimiter ';'")));
}

}  // namespace
}  // namespace dbmig::test
