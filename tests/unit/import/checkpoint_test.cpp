// Imports that commit as they go: what is refused, and what they say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kSimple = "CREATE TABLE t (n INTEGER UNIQUE, a TEXT)";

std::string numbered_rows(int count) {
  std::string csv = "n,a\n";
  for (int i = 0; i < count; ++i) csv += std::to_string(i) + ",x\n";
  return csv;
}

Options in_steps(const std::string& file, std::uint64_t rows) {
  Options options = options_for(file);
  options.commit_every = rows;
  return options;
}

/// An import that stopped at a bad record behind 20 good ones.
class Interrupted : public testing::Test {
 protected:
  void SetUp() override {
    file = job.write("t.csv", numbered_rows(25) + "bad,x\n" + "100,y\n");
    EXPECT_THAT(job.failure(in_steps(file, 10)),
                AllOf(HasSubstr("t.csv:27"), HasSubstr("the first 20 rows are in the database"),
                      HasSubstr("--resume --on-error reject")));
    EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "20\n");
  }
  Options resumed() const {
    Options options = options_for(file);
    options.resume = true;
    return options;
  }
  ErrorCode code_of(const Options& options) {
    try {
      job.run(options);
    } catch (const Error& error) {
      return error.code();
    }
    ADD_FAILURE() << "it was not refused";
    return ErrorCode::failed;
  }

  ImportJob job{kSimple};
  std::string file;
};

TEST_F(Interrupted, IsNotLoadedTwiceByMistake) {
  EXPECT_THAT(job.failure(options_for(file)), AllOf(HasSubstr("--resume"), HasSubstr("20 rows")));
  EXPECT_EQ(code_of(options_for(file)), ErrorCode::refused);
  EXPECT_EQ(code_of(in_steps(file, 10)), ErrorCode::refused);
}

TEST_F(Interrupted, GoesOnWithoutTheBadRecord) {
  Options options = resumed();
  options.on_error = import::OnError::reject;
  for (int ranks = 3; ranks <= 3; ++ranks) {
    const Summary summary = job.run(options, ranks);
    EXPECT_EQ(summary.rows, 26U);
    EXPECT_EQ(summary.rejected, 1U);
  }
  EXPECT_EQ(job.rows("SELECT count(*), max(n), count(DISTINCT n) FROM t"), "26|100|26\n");
  EXPECT_THAT(job.read("t.rejects.csv"), HasSubstr(",27,"));
  // A command that is run again and again does no harm.
  EXPECT_EQ(job.run(options).rows, 26U);
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "26\n");
}

TEST_F(Interrupted, IsForgottenWhenAskedTo) {
  job.database().execute("DELETE FROM t");
  job.write("t.csv", numbered_rows(25));
  Options options = options_for(file);
  EXPECT_EQ(code_of(options), ErrorCode::refused);
  options.resume = false;
  job.run(options);
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "25\n");
  EXPECT_EQ(job.rows("SELECT count(*) FROM dbmig_imports"), "0\n");
}

TEST_F(Interrupted, AChangedFileIsRefused) {
  for (const std::string& changed :
       {numbered_rows(25) + "25,x\n", numbered_rows(25) + "bad,x\n100,z\n", std::string()}) {
    job.write("t.csv", changed);
    EXPECT_THAT(job.failure(resumed()), HasSubstr("has changed since its import was interrupted"));
    EXPECT_EQ(code_of(resumed()), ErrorCode::refused);
  }
}

TEST_F(Interrupted, OtherOptionsAreRefusedAndNamed) {
  Options options = resumed();
  options.on_duplicate = backend::OnDuplicate::skip;
  EXPECT_THAT(job.failure(options), HasSubstr("different --on-duplicate: 'abort'"));
  options = resumed();
  options.columns = {"a", "n"};
  options.header = true;
  EXPECT_THAT(job.failure(options), HasSubstr("different columns"));
  options = resumed();
  options.decimal = ',';
  EXPECT_THAT(job.failure(options), HasSubstr("different format options"));
  job.database().execute("ALTER TABLE t ADD COLUMN more TEXT");
  options = resumed();
  options.set = {{"more", "x"}};
  EXPECT_THAT(job.failure(options), HasSubstr("different columns, or the table has changed"));
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "20\n");
}

TEST_F(Interrupted, AFileThatMovedIsKnownByItsContent) {
  std::filesystem::rename(file, job.path("other.csv"));
  Options options = resumed();
  options.files = {job.path("other.csv")};
  EXPECT_THAT(job.failure(options), HasSubstr("other.csv:27"));
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "20\n");
}

TEST_F(Interrupted, OtherFilesAreLoadedAsAlways) {
  const std::string other = job.write("o.csv", "n,a\n500,x\n");
  job.run(options_for(other));
  EXPECT_EQ(job.rows("SELECT max(n) FROM t"), "500\n");
}

/// Neither the order of the files, nor others beside them, nor another name make it another import.
TEST_F(Interrupted, AFileOfItIsNotLoadedTwiceAmongOthers) {
  const std::string more = job.write("more.csv", "n,a\n500,x\n");
  std::filesystem::copy(file, job.path("moved.csv"));
  for (const std::vector<std::string>& files : {std::vector<std::string>{more, file},
                                                {file, more},
                                                {job.path("moved.csv")},
                                                {more, job.path("moved.csv")}}) {
    for (const std::uint64_t steps : {0, 10}) {
      Options options = in_steps(files.front(), steps);
      options.files = files;
      const bool is_known = steps != 0 && files.size() == 1;
      EXPECT_THAT(
          job.failure(options),
          AllOf(HasSubstr(is_known ? "an import of" : "would be loaded twice: an import of"),
                HasSubstr("20 rows of it are in the database"), HasSubstr("--resume")));
      options.resume = true;
      if (files.size() > 1) {
        EXPECT_EQ(code_of(options), ErrorCode::refused);
      }
    }
  }
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "20\n");
  job.database().execute("DELETE FROM t");
  job.write("t.csv", numbered_rows(25));
  Options options = options_for(more);
  options.files = {more, file};
  options.resume = false;
  EXPECT_EQ(job.run(options).rows, 26U);
  EXPECT_EQ(job.rows("SELECT count(*) FROM dbmig_imports"), "0\n");
}

/// As two people do it who do not know of each other.
TEST_F(Interrupted, WhoIsTakenOverStopsAndAddsNothing) {
  ImportJob two(kSimple);
  const std::string rows = two.write("t.csv", numbered_rows(60));
  Options options = in_steps(rows, 10);
  two.database().execute(
      "CREATE TRIGGER take_over AFTER INSERT ON t WHEN NEW.n = 35 BEGIN "
      "UPDATE dbmig_imports SET owner = 'another'; END");
  EXPECT_THAT(two.failure(options), HasSubstr("taken over"));
  EXPECT_EQ(two.rows("SELECT count(*) FROM t"), "30\n");
}

TEST(Checkpoints, NothingToResumeIsSaid) {
  ImportJob job(kSimple);
  Options options = options_for(job.write("t.csv", numbered_rows(3)));
  options.resume = true;
  EXPECT_THAT(job.failure(options), HasSubstr("was interrupted"));
  options.commit_every = 2;
  EXPECT_EQ(job.run(options).rows, 3U);
}

TEST(Checkpoints, WhatCanBeReadOnceIsRefused) {
  ImportJob job(kSimple);
  Options options = options_for("-");
  options.commit_every = 2;
  EXPECT_THAT(job.failure(options), HasSubstr("standard input can be read only once"));
  options.files = {"/dev/null"};
  EXPECT_THAT(job.failure(options), HasSubstr("/dev/null can be read only once"));
  options.files = {job.write("t.csv", numbered_rows(3))};
  options.dry_run = true;
  EXPECT_THAT(job.failure(options), HasSubstr("--dry-run"));
}

/// Rows whose parents come later are in memory: nothing is committed while one waits.
TEST(Checkpoints, RowsThatWaitAreNotLost) {
  ImportJob job("CREATE TABLE t (n INTEGER PRIMARY KEY, p INTEGER REFERENCES t (n))");
  job.database().execute("PRAGMA foreign_keys = ON");
  const std::string file = job.write("t.csv", "n,p\n1,\n2,1\n3,9\n4,1\n5,4\nbad,\n");
  EXPECT_THAT(job.failure(in_steps(file, 2)), HasSubstr("the first 2 rows are in the database"));
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "2\n");
}

/// Also if the message lists all keys that occur again.
TEST(Checkpoints, AFailureSaysWhatIsInTheDatabase) {
  ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT UNIQUE, v TEXT)");
  Options options =
      in_steps(job.write("t.csv", "id,code,v\n1,a,x\n2,b,x\n3,c,x\n4,d,x\n4,k,x\n3,a,x\n"), 2);
  options.on_duplicate = backend::OnDuplicate::update;
  EXPECT_THAT(job.failure(options),
              AllOf(HasSubstr("t.csv:7"), HasSubstr("the first 4 rows are in the database"),
                    Not(HasSubstr("nothing was imported"))));
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "4\n");
}

/// Constraints that wait for the commit do not end an import whose next rows satisfy them.
TEST(Checkpoints, DeferredForeignKeysAreGivenTime) {
  ImportJob job(
      "CREATE TABLE t (n INTEGER PRIMARY KEY, p INTEGER REFERENCES t (n) "
      "DEFERRABLE INITIALLY DEFERRED)");
  job.database().execute("PRAGMA foreign_keys = ON");
  const std::string file = job.write("t.csv", "n,p\n1,\n2,5\n3,2\n4,1\n5,4\n6,\n");
  EXPECT_EQ(job.run(in_steps(file, 1), 2).rows, 6U);
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "6\n");
  const std::string orphan = job.write("o.csv", "n,p\n11,\n12,99\n13,\n");
  EXPECT_THAT(job.failure(in_steps(orphan, 1)), HasSubstr("FOREIGN KEY"));
}

}  // namespace
}  // namespace dbmig::test
