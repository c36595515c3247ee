#include "import/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "import/input.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using import::OnError;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// What an import says whose other rank is silent, as one that is stopped between the start of MPI
/// and its first message.
std::string failure_beside_a_silent_rank(ImportJob& job, Options options) {
  options.rank_limit = std::chrono::seconds(1);
  ThreadJob ranks(2);
  std::string failure;
  std::atomic<bool> is_over{false};
  ranks.run([&](import::Communicator& communicator) {
    try {
      if (communicator.rank() == 1) {
        while (!is_over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return;
      }
      static_cast<void>(import::run(
          options, communicator, [&]() -> backend::Connection& { return job.database(); },
          job.events, job.stop));
    } catch (const Error& error) {
      failure = error.what();
    }
    is_over = true;
  });
  return failure;
}

TEST(Import, ARankThatNeverSaysAnythingIsWaitedForUntilTheLimit) {
  ImportJob job("CREATE TABLE t (a INTEGER)");
  std::string text = "a\n";
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + "\n";
  Options options = options_for(job.write("t.csv", text));
  options.chunk_bytes = 512;
  EXPECT_THAT(failure_beside_a_silent_rank(job, options),
              HasSubstr("rank 1 has not answered for 1 s"));
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "0\n");
}

/// The root loads small files alone, but a lost rank must not be noticed only after the commit.
TEST(Import, ARankThatNeverSaysAnythingIsNoticedBeforeSmallFilesAreCommitted) {
  ImportJob job("CREATE TABLE t (a INTEGER)");
  Options options = options_for(job.write("1.csv", "a\n1\n"));
  for (const char* name : {"2.csv", "3.csv"}) options.files.push_back(job.write(name, "a\n2\n"));
  EXPECT_THAT(failure_beside_a_silent_rank(job, options),
              HasSubstr("rank 1 has not answered for 1 s"));
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "0\n");
}

TEST(Import, MapsTheHeadersNamesToColumnsInAnyOrder) {
  ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, full_name TEXT, age INT)");
  const std::string file = job.write("t.csv", "Age,Full Name,ID\n7,Ana,1\n,\"\",2\n");
  EXPECT_EQ(job.run(options_for(file)).rows, 2U);
  EXPECT_EQ(job.rows("SELECT * FROM t"), "1|Ana|7\n2||NULL\n");
}

TEST(Import, TakesTheTableFromTheFilesName) {
  ImportJob job("CREATE TABLE People (name TEXT)");
  import::Options options;
  options.files = {job.write("people.csv", "name\nAna\n")};
  const import::Summary summary = job.run(options);
  EXPECT_EQ(summary.files.at(0).table, "People");
  EXPECT_EQ(job.rows("SELECT * FROM People"), "Ana\n");
}

TEST(Import, ColumnsSayThatThereIsNoHeader) {
  ImportJob job("CREATE TABLE t (a TEXT, b TEXT)");
  import::Options options = options_for(job.write("t.csv", "1,x,2\n3,x,4\n"));
  options.columns = {"b", "-", "a"};
  EXPECT_EQ(job.run(options).rows, 2U);
  EXPECT_EQ(job.rows("SELECT a, b FROM t"), "2|1\n4|3\n");
}

TEST(Import, ColumnsWithAHeaderSkipIt) {
  ImportJob job("CREATE TABLE t (a TEXT, b TEXT)");
  import::Options options = options_for(job.write("t.csv", "what,ever\n1,2\n"));
  options.columns = {"a", "b"};
  options.header = true;
  job.run(options);
  EXPECT_EQ(job.rows("SELECT a, b FROM t"), "1|2\n");
}

TEST(Import, WithoutHeaderAndColumnsFieldsAreTheTablesColumns) {
  ImportJob job("CREATE TABLE t (a TEXT, g TEXT GENERATED ALWAYS AS (a || '!') STORED, b TEXT)");
  import::Options options = options_for(job.write("t.csv", "1,2\n"));
  options.header = false;
  job.run(options);
  EXPECT_EQ(job.rows("SELECT a, b, g FROM t"), "1|2|1!\n");
}

TEST(Import, MissingColumnsTakeTheirDefault) {
  ImportJob job(
      "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b TEXT NOT NULL DEFAULT 'x', "
      "c TEXT)");
  job.run(options_for(job.write("t.csv", "a\n1\n2\n")));
  EXPECT_EQ(job.rows("SELECT * FROM t"), "1|1|x|NULL\n2|2|x|NULL\n");
}

TEST(Import, AnEmptyKeyIsNumberedByTheDatabase) {
  ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)");
  job.run(options_for(job.write("t.csv", "id,a\n,1\n7,2\n,3\n")));
  EXPECT_EQ(job.rows("SELECT * FROM t"), "1|1\n7|2\n8|3\n");
}

TEST(Import, NullTextMakesEmptyFieldsText) {
  ImportJob job("CREATE TABLE t (a TEXT, b TEXT)");
  import::Options options = options_for(job.write("t.csv", "a,b\n\\N,\n\"\\N\",x\n"));
  options.nulls.texts = {"\\N"};
  job.run(options);
  EXPECT_EQ(job.rows("SELECT a, b FROM t"), "NULL|\n\\N|x\n");
}

TEST(Import, AnEmptyLineIsNoRecordExceptInAFileOfOneColumn) {
  ImportJob job("CREATE TABLE t (a TEXT, b TEXT); CREATE TABLE one (a TEXT)");
  EXPECT_EQ(job.run(options_for(job.write("t.csv", "a,b\n\n1,2\n\r\n\n"))).rows, 1U);
  EXPECT_EQ(job.run(options_for(job.write("one.csv", "a\n\nx\n"), "one")).rows, 2U);
}

TEST(Import, HeaderAloneIsNoRows) {
  ImportJob job("CREATE TABLE t (a TEXT)");
  for (const char* content : {"a", "a\n",
                              "\xEF\xBB\xBF"
                              "a\r\n"}) {
    EXPECT_EQ(job.run(options_for(job.write("t.csv", content)), 3).rows, 0U);
  }
}

TEST(Import, SeveralFilesAreOneTransaction) {
  ImportJob job(
      "CREATE TABLE p (id INTEGER PRIMARY KEY); "
      "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id))");
  import::Options options;
  options.files = {job.write("p.csv", "id\n1\n2\n"), job.write("c.csv", "p,id\n1,1\n3,2\n")};
  EXPECT_THAT(job.failure(options, 2), HasSubstr("c.csv:3: the database refused"));
  EXPECT_EQ(job.rows("SELECT count(*) FROM p"), "0\n");
  job.write("c.csv", "p,id\n1,1\n2,2\n");
  const import::Summary summary = job.run(options, 2);
  EXPECT_EQ(summary.rows, 4U);
  EXPECT_EQ(summary.files.at(1).rows, 2U);
}

TEST(Import, ReportsFileLineColumnValueAndReason) {
  ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, age SMALLINT)");
  const std::string file = job.write("t.csv", "id,age\n1,5\n2,70000\n3,x\n");
  EXPECT_THAT(job.failure(options_for(file)),
              AllOf(StartsWith(file + ":3: column 'age' (field 2): '70000' is out of range for "
                                      "smallint (-32768 to 32767)"),
                    HasSubstr("nothing was imported")));
}

TEST(Import, CutsALongValueInTheMessage) {
  ImportJob job("CREATE TABLE t (a VARCHAR(5))");
  const std::string message =
      job.failure(options_for(job.write("t.csv", "a\n" + std::string(5000, 'x') + "\n")));
  EXPECT_THAT(message, HasSubstr("'" + std::string(60, 'x') + "…' is too long: 5000 characters"));
  EXPECT_LT(message.size(), 400U);
}

TEST(Import, SaysHowManyFieldsItExpected) {
  ImportJob job("CREATE TABLE t (a TEXT, b TEXT)");
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", "a,b\n1,2,3\n"))),
              HasSubstr("t.csv:2: the record has 3 fields, expected 2"));
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", "a,b\n1,2\n1\n"))),
              HasSubstr("t.csv:3: the record has 1 field, expected 2"));
}

TEST(Import, NamesTheLineOfAQuoteThatIsNeverClosed) {
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{1} << 20}) {
    ImportJob job("CREATE TABLE t (a TEXT, b TEXT)");
    import::Options options =
        options_for(job.write("t.csv", "a,b\n1,\"x\ny\"\n3,\"never\nclosed\n5,6\n"));
    options.chunk_bytes = chunk;
    EXPECT_THAT(job.failure(options, 3),
                HasSubstr("t.csv:4:3: the quote opened here is never closed"));
    // What follows the quote may be anything: to go on would lose it.
    options.on_error = OnError::reject;
    EXPECT_THAT(job.failure(options, 3), HasSubstr("t.csv:4:3"));
    EXPECT_EQ(job.files(), (std::vector<std::string>{"t.csv"}));
  }
}

TEST(Import, ABadRecordBeforeTheOpenQuoteIsReportedFirst) {
  ImportJob job("CREATE TABLE t (a INT)");
  import::Options options = options_for(job.write("t.csv", "a\n1\nx\n\"never"));
  options.chunk_bytes = 1;
  EXPECT_THAT(job.failure(options, 4), HasSubstr("t.csv:3: column 'a'"));
}

TEST(Import, ARecordOverTheLimitIsAnError) {
  ImportJob job("CREATE TABLE t (a TEXT)");
  import::Options options =
      options_for(job.write("t.csv", "a\nx\n" + std::string(3 << 20, 'y') + "\nz\n"));
  options.record_bytes = 1 << 20;
  options.chunk_bytes = 1000;
  EXPECT_THAT(job.failure(options), HasSubstr("t.csv:3:1: the record that starts here is longer "
                                              "than 1 MiB"));
  options.record_bytes = 4 << 20;
  EXPECT_EQ(job.run(options).rows, 3U);
}

TEST(Import, TextAfterAClosingQuoteIsAnError) {
  ImportJob job("CREATE TABLE t (a TEXT, b TEXT)");
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", "a,b\n\"x\"y,2\n"))),
              HasSubstr("t.csv:2:4: column 'a' (field 1): there is text after the closing quote"));
}

TEST(Import, BrokenUtf8AndNulBytesAreErrors) {
  ImportJob job("CREATE TABLE t (a TEXT)");
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", "a\nok\nni\xF1o\n"))),
              HasSubstr("t.csv:3: column 'a' (field 1): 'ni\\xF1o' is not UTF-8: byte 0xF1 at "
                        "offset 2"));
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", std::string("a\nx\0y\n", 6)))),
              HasSubstr("NUL byte at offset 1"));
}

TEST(Import, ANullInAColumnThatTakesNoneIsAnError) {
  ImportJob job("CREATE TABLE t (a TEXT NOT NULL, b TEXT)");
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", "a,b\n,x\n"))),
              HasSubstr("column 'a' (field 1): NULL (an empty field) is not allowed"));
  job.run(options_for(job.write("t.csv", "a,b\n\"\",x\n")));
  EXPECT_EQ(job.rows("SELECT a FROM t"), "\n");
}

TEST(Import, NamesMeanTheColumnsThatInferMakesOfThem) {
  ImportJob job("CREATE TABLE t (first_name TEXT, price____ TEXT, a_b TEXT)");
  job.run(options_for(job.write("t.csv", "A.B,FIRST-NAME,Price ($)\n1,x,2\n")));
  EXPECT_EQ(job.rows("SELECT * FROM t"), "x|2|1\n");
}

TEST(Import, NamesMeanTheColumnsThatAPersonMakesOfThem) {
  ImportJob job("CREATE TABLE t (price_eur TEXT, is_active TEXT, e_mail TEXT, a_ TEXT, _a TEXT)");
  job.run(options_for(job.write("t.csv", "E-Mail:,Is active?,Price  (EUR),a_,_a\n1,2,3,4,5\n")));
  EXPECT_EQ(job.rows("SELECT * FROM t"), "3|2|1|4|5\n");
  // Which of two is meant?
  EXPECT_THAT(job.failure(options_for(job.write("u.csv", "e_mail,(a)\n1,2\n"), "t")),
              HasSubstr("has no column '(a)'"));
}

TEST(Import, FieldsThatWereNotSeparatedAreNoColumn) {
  ImportJob job("CREATE TABLE t (first_name TEXT)");
  EXPECT_THAT(job.failure(options_for(job.write("u.csv", "first;name\nx;y\n"), "t")),
              HasSubstr("does not name any column"));
}

TEST(Import, AMappedNameIsTheOneInTheFile) {
  ImportJob job("CREATE TABLE t (a INTEGER, b INTEGER, c INTEGER)");
  import::Options options = options_for(job.write("t.csv", "b,a,,x=y\n1,2,3,4\n"));
  options.map = {{"b", "a"}, {"a", "b"}, {"", "-"}, {"x", "y=c"}};
  job.run(options);
  EXPECT_EQ(job.rows("SELECT * FROM t"), "1|2|4\n");
  options = options_for(job.write("t.csv", "a,b,b\n1,2,3\n"));
  options.map = {{"b", "c"}};
  EXPECT_THAT(job.failure(options), HasSubstr("2 fields of the header have the name 'b'"));
}

TEST(Import, NamesEveryMistakeOfAHeader) {
  ImportJob job(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, mail TEXT, "
      "g TEXT GENERATED ALWAYS AS (mail) VIRTUAL)");
  const std::string message =
      job.failure(options_for(job.write("t.csv", "id,nam,mail,Mail,g\n1,a,b,c,d\n")));
  EXPECT_THAT(message, HasSubstr("table 't' has no column 'nam'; did you mean 'name'"));
  EXPECT_THAT(message, HasSubstr("column 'mail' is named twice"));
  EXPECT_THAT(message, HasSubstr("column 'g' of 't' is generated"));
  EXPECT_THAT(message, HasSubstr("column 'name' of 't' needs a value in every row"));
}

TEST(Import, AFirstLineThatIsNoHeaderIsSaidToBeNone) {
  ImportJob job("CREATE TABLE t (a TEXT, b TEXT)");
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", "1,2\n3,4\n"))),
              AllOf(HasSubstr("the first line, '1,2', does not name any column of 't'"),
                    HasSubstr("use --columns when the file has no header")));
}

TEST(Import, AnEmptyFileIsAnErrorUnlessNoHeaderIsExpected) {
  ImportJob job("CREATE TABLE t (a TEXT)");
  import::Options options = options_for(job.write("t.csv", ""));
  EXPECT_THAT(job.failure(options, 2), HasSubstr("t.csv is empty"));
  options.columns = {"a"};
  EXPECT_EQ(job.run(options, 2).rows, 0U);
}

TEST(Import, AnUnknownTableIsNamedWithASuggestion) {
  ImportJob job("CREATE TABLE people (a TEXT); CREATE VIEW v AS SELECT * FROM people");
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", "a\n"), "peple"), 2),
              AllOf(HasSubstr("there is no table 'peple'"), HasSubstr("did you mean 'people'")));
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", "a\n"), "v")), HasSubstr("is a view"));
}

TEST(Import, MissingFilesAndFoldersAreNamed) {
  ImportJob job("CREATE TABLE t (a TEXT)");
  EXPECT_THAT(job.failure(options_for(job.path("none.csv")), 2), HasSubstr("none.csv"));
  std::filesystem::create_directory(job.path("folder"));
  EXPECT_THAT(job.failure(options_for(job.path("folder"))), HasSubstr("is a folder"));
}

TEST(Import, ArchivesAreRecognised) {
  ImportJob job("CREATE TABLE t (a TEXT)");
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", "\x1F\x8B\x08"))), HasSubstr("gzip"));
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", "PK\x03\x04"))), HasSubstr("spreadsheet"));
}

TEST(Import, ARefusalOfTheDatabaseNamesTheLine) {
  std::string csv = "id,a\n";
  for (int i = 1; i <= 500; ++i) csv += std::to_string(i == 321 ? 777 : i) + ",x\n";
  for (int ranks : {1, 3}) {
    ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)");
    job.database().execute("INSERT INTO t VALUES (777, 'there')");
    import::Options options = options_for(job.write("t.csv", csv));
    options.chunk_bytes = 700;
    EXPECT_THAT(job.failure(options, ranks),
                AllOf(HasSubstr("t.csv:322: the database refused the record '777,x'"),
                      HasSubstr("UNIQUE constraint failed: t.id")));
    EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "1\n");
  }
}

/// SQLite itself would say it at the commit, and not of which row.
TEST(Import, ARowWithoutTheParentOfADeferredForeignKeyIsNamed) {
  using backend::OnDuplicate;
  for (const OnDuplicate how : {OnDuplicate::abort, OnDuplicate::skip, OnDuplicate::update}) {
    ImportJob job(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);"
        "CREATE TABLE t (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY "
        "DEFERRED)");
    import::Options options = options_for(job.write("t.csv", "id,p\n1,1\n2,5\n3,1\n4,\n5,7\n"));
    options.on_duplicate = how;
    EXPECT_THAT(job.failure(options, 2),
                AllOf(HasSubstr("t.csv:3: the database refused the record '2,5'"),
                      HasSubstr("FOREIGN KEY constraint failed")));
    EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "0\n");
    options.on_error = OnError::reject;
    EXPECT_EQ(job.run(options, 2).rejected, 2U);
    EXPECT_EQ(job.rows("SELECT id FROM t"), "1\n3\n4\n");
  }
}

/// They cannot wait: the parent may come until the commit.
TEST(Import, ADeferredForeignKeyLetsRowsThatCannotWaitComeBeforeTheirParents) {
  ImportJob job(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, p INTEGER REFERENCES t (id) DEFERRABLE INITIALLY "
      "DEFERRED)");
  import::Options options = options_for(job.write("t.csv", "id,p\n2,1\n1,\n"));
  options.on_duplicate = backend::OnDuplicate::update;
  job.run(options);
  job.run(options_for(job.write("u.csv", "p\n4\n3\n")));
  EXPECT_EQ(job.rows("SELECT id, p FROM t"), "1|NULL\n2|1\n3|4\n4|3\n");
  EXPECT_THAT(job.failure(options_for(job.write("v.csv", "p\n99\n"))), HasSubstr("row 5 of 't'"));
}

TEST(Import, TriggersFire) {
  ImportJob job("CREATE TABLE t (a INT); CREATE TABLE log (a INT)");
  job.database().execute(
      "CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END");
  job.run(options_for(job.write("t.csv", "a\n1\n2\n")));
  EXPECT_EQ(job.rows("SELECT a FROM log"), "1\n2\n");
}

/// Otherwise rows would be lost in silence, be it those of the file or those of the table.
TEST(Import, OnDuplicateDecidesAndNotTheConflictClauseOfTheTable) {
  using backend::OnDuplicate;
  const std::pair<OnDuplicate, const char*> outcomes[] = {
      {OnDuplicate::abort, "1|old\n2|a\n3|b\n"},
      {OnDuplicate::skip, "1|old\n2|a\n3|b\n"},
      {OnDuplicate::update, "1|x\n2|a\n3|b\n"},
      {OnDuplicate::replace, "1|x\n2|a\n3|b\n"}};
  for (const char* clause : {"REPLACE", "IGNORE", "FAIL", "ROLLBACK"}) {
    for (const bool has_trigger : {false, true}) {
      for (const auto& [how, rows] : outcomes) {
        SCOPED_TRACE(std::string(clause) + (has_trigger ? ", trigger " : " ") + rows);
        ImportJob job(std::string("CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT ") + clause +
                      ", a TEXT); INSERT INTO t VALUES (1, 'old'); CREATE TABLE log (id INTEGER "
                      "PRIMARY KEY)");
        if (has_trigger) {
          job.database().execute(
              "CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT OR IGNORE INTO log VALUES (7); "
              "END");
        }
        import::Options options = options_for(job.write("t.csv", "id,a\n2,a\n1,x\n3,b\n"));
        options.on_duplicate = how;
        if (how == OnDuplicate::abort) {
          EXPECT_THAT(job.failure(options), HasSubstr("t.csv:3: the database refused"));
          EXPECT_EQ(job.rows("SELECT * FROM t"), "1|old\n");
          options.on_error = OnError::reject;
        }
        const import::Summary summary = job.run(options);
        EXPECT_EQ(summary.rejected, how == OnDuplicate::abort ? 1U : 0U);
        EXPECT_EQ(summary.files.at(0).skipped, how == OnDuplicate::skip ? 1U : 0U);
        EXPECT_EQ(job.rows("SELECT id, a FROM t ORDER BY id"), rows);
      }
    }
  }
}

TEST(Import, ATriggerThatRollsBackEndsTheImport) {
  ImportJob job("CREATE TABLE t (a INT)");
  job.database().execute(
      "CREATE TRIGGER tr BEFORE INSERT ON t WHEN (SELECT count(*) FROM t WHERE a = NEW.a) > 0 "
      "BEGIN SELECT RAISE(ROLLBACK, 'twice'); END");
  import::Options options = options_for(job.write("t.csv", "a\n1\n1\n2\n"));
  options.on_error = OnError::reject;
  EXPECT_THAT(job.failure(options), HasSubstr("has undone the whole import"));
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "0\n");
  EXPECT_EQ(job.files(), (std::vector<std::string>{"t.csv"}));
}

TEST(ImportRejects, AreAFileThatCanBeMendedAndImported) {
  ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)");
  import::Options options =
      options_for(job.write("t.csv", "a,id\r\nx,1\r\n\"o,\"\"k\",two\r\ny,1\r\n"));
  options.on_error = OnError::reject;
  const import::Summary summary = job.run(options, 2);
  EXPECT_EQ(summary.rejected, 2U);
  EXPECT_EQ(summary.files.at(0).rejects, job.path("t.rejects.csv"));
  const std::string name = "\"" + job.path("t.csv") + "\"";
  EXPECT_EQ(job.read("t.rejects.csv"),
            "dbmig_file,dbmig_line,dbmig_reason,a,id\n" +  //
                name + ",3,\"column 'id' (field 2): 'two' is not an integer\",\"o,\"\"k\",two\r\n" +
                name + ",4,\"UNIQUE constraint failed: t.id\",y,1\r\n");
  struct stat info = {};
  ASSERT_EQ(::stat(job.path("t.rejects.csv").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);

  std::string mended = job.read("t.rejects.csv");
  mended.replace(mended.find(",two\r"), 5, ",2\r");
  mended.replace(mended.find("y,1"), 3, "y,3");
  import::Options again;
  again.files = {job.write("t.rejects.csv", mended)};
  EXPECT_EQ(job.run(again).rows, 2U);
  EXPECT_EQ(job.rows("SELECT * FROM t ORDER BY id"), "1|x\n2|o,\"k\n3|y\n");
}

TEST(ImportRejects, NoFileWithoutRejects) {
  ImportJob job("CREATE TABLE t (a INT)");
  import::Options options = options_for(job.write("t.csv", "a\n1\n"));
  options.on_error = OnError::reject;
  EXPECT_EQ(job.run(options).files.at(0).rejects, "");
  EXPECT_EQ(job.files(), (std::vector<std::string>{"t.csv"}));
}

TEST(ImportRejects, AFileOfAnEarlierImportDoesNotStandForThisOne) {
  ImportJob job("CREATE TABLE t (a INT)");
  job.write("t.rejects.csv", "dbmig_file,dbmig_line,dbmig_reason,a\nold,1,x,y\n");
  import::Options options = options_for(job.write("t.csv", "a\n1\n"));
  options.on_error = OnError::reject;
  job.run(options);
  EXPECT_EQ(job.read("t.rejects.csv"), "dbmig_file,dbmig_line,dbmig_reason,a\n");
}

TEST(ImportRejects, AFailedImportLeavesAnEarlierFileAlone) {
  ImportJob job("CREATE TABLE t (a INT)");
  const std::string old = "dbmig_file,dbmig_line,dbmig_reason,a\nold,1,x,y\n";
  job.write("t.rejects.csv", old);
  import::Options options = options_for(job.write("t.csv", "a\nx\n\"open"));
  options.on_error = OnError::reject;
  job.failure(options);
  EXPECT_EQ(job.read("t.rejects.csv"), old);
  EXPECT_EQ(job.files(), (std::vector<std::string>{"t.csv", "t.rejects.csv"}));
}

TEST(ImportRejects, ADeviceIsWrittenToAndNotReplaced) {
  ImportJob job("CREATE TABLE t (a INT)");
  import::Options options = options_for(job.write("t.csv", "a\nx\n"));
  options.on_error = OnError::reject;
  options.rejects = "/dev/null";
  EXPECT_EQ(job.run(options).rejected, 1U);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(ImportRejects, ThroughALinkTheFileBehindItIsWritten) {
  ImportJob job("CREATE TABLE t (a INT)");
  job.write("real.csv", "dbmig_file;dbmig_line;dbmig_reason;a\n");
  std::filesystem::create_symlink(job.path("real.csv"), job.path("link.csv"));
  import::Options options = options_for(job.write("t.csv", "a\nx\n"));
  options.on_error = OnError::reject;
  options.rejects = job.path("link.csv");
  job.run(options);
  EXPECT_THAT(job.read("real.csv"), HasSubstr("'x' is not an integer"));
  EXPECT_TRUE(std::filesystem::is_symlink(job.path("link.csv")));
}

TEST(ImportRejects, WithoutQuotesTheReasonLosesWhatHasAMeaning) {
  ImportJob job("CREATE TABLE t (a ENUM_TEXT CHECK (a IN ('x', 'y')), b TEXT)");
  import::Options options = options_for(job.write("t.csv", "a,b\nz,\"1\n"));
  options.format.quote.reset();
  options.on_error = OnError::reject;
  job.run(options);
  const std::string rejects = job.read("t.rejects.csv");
  const std::string record = rejects.substr(rejects.find('\n') + 1);
  EXPECT_EQ(std::count(record.begin(), record.end(), ','), 4);
  EXPECT_THAT(record, testing::EndsWith(",z,\"1\n"));
}

TEST(ImportRejects, OneFileForSeveralNeedsTheSameColumns) {
  ImportJob job("CREATE TABLE t (a INT, b INT)");
  import::Options options;
  options.table = "t";
  options.files = {job.write("1.csv", "a,b\nx,1\n"), job.write("2.csv", "b,a\nx,1\n")};
  options.on_error = OnError::reject;
  options.rejects = job.path("r.csv");
  EXPECT_THAT(job.failure(options, 2), HasSubstr("2.csv differ from those of the file before it"));
  job.write("2.csv", "a,b\r\nx,1\r\n");
  EXPECT_EQ(job.run(options, 2).rejected, 2U);
  EXPECT_THAT(job.read("r.csv"), AllOf(HasSubstr("1.csv"), HasSubstr("2.csv")));
}

TEST(Import, StopsAndRollsBackWhenToldTo) {
  for (int ranks : {1, 3}) {
    ImportJob job("CREATE TABLE t (a INT)");
    std::string csv = "a\n";
    for (int i = 0; i < 1000; ++i) csv += "1\n";
    import::Options options = options_for(job.write("t.csv", csv));
    options.chunk_bytes = 100;
    job.stop = true;
    EXPECT_THAT(job.failure(options, ranks), HasSubstr("interrupted; nothing was imported"));
    EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "0\n");
  }
}

TEST(Import, ADatabaseThatCannotBeOpenedEndsEveryRank) {
  ImportJob job;
  const import::Options options = options_for(job.write("t.csv", "a\n1\n"));
  EXPECT_THROW(job.run(options, 4,
                       []() -> backend::Connection& {
                         throw Error(ErrorCode::connection, "cannot reach it");
                       }),
               Error);
}

TEST(Import, AFailingWriteEndsAnImportThatWaitsForAPipe) {
  ImportJob job("CREATE TABLE t (a INT UNIQUE)");
  const std::string pipe = job.path("pipe.csv");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::atomic<bool> ended{false};
  std::thread writer([&] {
    std::ofstream out(pipe);
    out << "a\n1\n1\n" << std::string(70000, '\n') << std::flush;
    while (!ended) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  import::Options options = options_for(pipe);
  options.chunk_bytes = 10;
  const std::string message = job.failure(options, 2);
  ended = true;
  writer.join();
  EXPECT_THAT(message, HasSubstr("pipe.csv:3"));
}

TEST(Import, APipeThatNobodyWritesIsWaitedForUntilInterrupted) {
  ImportJob job("CREATE TABLE t (a INT)");
  const std::string path = job.path("pipe.csv");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread interrupt([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5000));
    job.stop = true;
  });
  EXPECT_THAT(job.failure(options_for(path)), HasSubstr("interrupted; nothing was imported"));
  interrupt.join();
  std::vector<std::string> said;
  for (const Event& event : job.events.events) {
    if (const auto* log = std::get_if<event::Log>(&event)) said.push_back(log->message);
  }
  EXPECT_THAT(said, testing::Contains(HasSubstr("pipe.csv: no process is writing to it yet")));
  job.stop = false;
  std::thread feed([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    std::ofstream(path) << "a\n1\n2\n";
  });
  EXPECT_EQ(job.run(options_for(path)).rows, 2U);
  feed.join();
}

/// Cut between records, inside one and to nothing, whatever was read before.
TEST(Import, AFileThatIsCutWhileItIsReadIsAnError) {
  ImportJob job;
  const std::string path = job.path("cut.csv");
  const std::string text(100000, 'x');
  for (const std::size_t read_before : {0U, 1000U, 60000U}) {
    for (const std::size_t left : {0U, 500U, 60000U, 99999U}) {
      std::ofstream(path, std::ios::trunc) << text;
      std::atomic<bool> stop{false};
      import::FileInput input(path, stop);
      std::string buffer(read_before, '\0');
      ASSERT_EQ(input.read(buffer), read_before);
      std::filesystem::resize_file(path, left);
      std::string rest(text.size() + 1, '\0');
      try {
        input.read(rest);
        ADD_FAILURE() << "read before: " << read_before << ", left: " << left;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::io);
        EXPECT_THAT(error.message(),
                    HasSubstr("was truncated while it was read: it had 100000 bytes"));
      }
    }
  }
}

TEST(Import, ReportsProgressAndASummary) {
  ImportJob job("CREATE TABLE t (a INT)");
  const import::Summary summary = job.run(options_for(job.write("t.csv", "a\n1\n2\n")), 2);
  EXPECT_EQ(summary.rows, 2U);
  EXPECT_EQ(summary.bytes, 6U);
  EXPECT_GT(summary.seconds, 0);
  ASSERT_FALSE(job.events.events.empty());
  const auto& last = std::get<event::ImportProgress>(job.events.events.back());
  EXPECT_EQ(last.rows, 2U);
  EXPECT_EQ(last.bytes_done, 6U);
  EXPECT_EQ(last.bytes_total, 6U);
}

TEST(Import, UsageMistakesAreFoundBeforeTheDatabaseIsTouched) {
  ImportJob job;
  import::Options options;
  options.files = {"-"};
  EXPECT_THAT(job.failure(options), HasSubstr("--table"));
  options.table = "t";
  options.rejects = "r.csv";
  EXPECT_THAT(job.failure(options), HasSubstr("--on-error reject"));
  options.rejects.clear();
  options.format.delimiter = '"';
  EXPECT_THAT(job.failure(options), HasSubstr("cannot be the delimiter"));
}

}  // namespace
}  // namespace dbmig::test
