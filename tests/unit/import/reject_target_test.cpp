// Rejected records replace nothing but the reject file of an earlier import.
#include "import/reject_target.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <map>

#include "import/named_format.hpp"
#include "import/rejects.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

namespace fs = std::filesystem;
using import::OnError;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kRejectTable = "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT)";
constexpr const char* kCsv = "id,n\n1,bad\n2,2\n";
constexpr const char* kOwn = "dbmig_file,dbmig_line,dbmig_reason,id,n\n";

Options rejecting(const std::string& file, std::string rejects = {}) {
  import::Options options = options_for(file);
  options.on_error = OnError::reject;
  options.rejects = std::move(rejects);
  return options;
}

struct Place {
  std::string what;
  /// Makes what stands there, and gives the path for --rejects.
  std::function<std::string(ImportJob&)> make;
  std::string reason;
};

std::vector<Place> forbidden_places() {
  const auto linked = [](const char* target) {
    return [target](ImportJob& job) {
      fs::create_symlink(job.path(target), job.path("link"));
      return job.path("link");
    };
  };
  const auto hard_linked = [](const char* target) {
    return [target](ImportJob& job) {
      fs::create_hard_link(job.path(target), job.path("hard"));
      return job.path("hard");
    };
  };
  const auto as_is = [](const char* name) {
    return [name](ImportJob& job) { return job.path(name); };
  };
  const auto other_path = [](const char* name) {
    return [name](ImportJob& job) {
      fs::create_directory(job.path("folder"));
      fs::create_directory_symlink(job.path("."), job.path("around"));
      return job.path("around/folder/../" + std::string(name));
    };
  };
  const auto other_file = [](const char* content) {
    return [content](ImportJob& job) { return job.write("other.csv", content); };
  };
  return {
      {"the input", as_is("t.csv"), "one of the files to import"},
      {"the input by another path", other_path("t.csv"), "one of the files to import"},
      {"a link to the input", linked("t.csv"), "one of the files to import"},
      {"a hard link to the input", hard_linked("t.csv"), "one of the files to import"},
      {"the database", as_is("test.db"), "the database"},
      {"the database by another path", other_path("test.db"), "the database"},
      {"a link to the database", linked("test.db"), "the database"},
      {"a hard link to the database", hard_linked("test.db"), "the database"},
      {"its journal, not there", as_is("test.db-journal"), "a file of the database"},
      {"its log, not there", as_is("test.db-wal"), "a file of the database"},
      {"its index by another path", other_path("test.db-shm"), "a file of the database"},
      {"a configuration", [](ImportJob& job) { return job.write("dbmig.yaml", "url: x\n"); },
       "exists already"},
      {"somebody's data", other_file("id,n\n1,2\n"), "exists already"},
      {"somebody's empty file", other_file(""), "exists already"},
      {"nearly a reject file", other_file("dbmig_file,dbmig_line;dbmig_reason,id\n"),
       "exists already"},
      {"nearly a reject file", other_file("dbmig_files,dbmig_line,dbmig_reason,id\n"),
       "exists already"},
      {"the first bytes of one", other_file("dbmig_file,dbmig_line,dbmig_reason"),
       "exists already"},
      {"a link to nothing", linked("nothing"), "broken link"},
      {"a folder",
       [](ImportJob& job) {
         fs::create_directory(job.path("f"));
         return job.path("f");
       },
       "is a folder"},
      {"a link to a folder", linked("."), "is a folder"},
      {"in no folder", as_is("none/r.csv"), "cannot write"},
      {"below a file", as_is("t.csv/r.csv"), "cannot write"},
      {"a read-only file system", [](ImportJob&) { return std::string("/proc/r.csv"); },
       "cannot write"},
      {"a pipe without a reader",
       [](ImportJob& job) {
         ::mkfifo(job.path("p").c_str(), 0600);
         return job.path("p");
       },
       "no process reads"},
      {"a dash", [](ImportJob&) { return std::string("-"); }, "/dev/stdout"},
  };
}

/// Everything in the folder, with its content; a link as where it leads.
std::map<std::string, std::string> contents(const ImportJob& job) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::directory_iterator(job.path("."))) {
    const std::string name = entry.path().filename().string();
    if (entry.is_symlink()) {
      found[name] = fs::read_symlink(entry.path()).string();
    } else {
      found[name] = entry.is_regular_file() ? job.read(name) : "no file";
    }
  }
  return found;
}

TEST(RejectTarget, NothingElseIsReplaced) {
  for (const Place& place : forbidden_places()) {
    ImportJob job(kRejectTable);
    job.database().execute("INSERT INTO t VALUES (77, 77)");
    const std::string file = job.write("t.csv", kCsv);
    const std::string rejects = place.make(job);
    const auto before = contents(job);
    EXPECT_THAT(job.failure(rejecting(file, rejects), 2), HasSubstr(place.reason)) << place.what;
    EXPECT_EQ(contents(job), before) << place.what;
    EXPECT_EQ(job.rows("SELECT * FROM t"), "77|77\n") << place.what;
  }
}

/// The same where the name is the default one.
TEST(RejectTarget, NeitherByTheDefaultName) {
  for (const char* content : {"", "id,n\n", "old"}) {
    ImportJob job(kRejectTable);
    const std::string file = job.write("t.csv", kCsv);
    job.write("t.rejects.csv", content);
    EXPECT_THAT(job.failure(rejecting(file)),
                AllOf(HasSubstr("exists already"), HasSubstr("--rejects")));
    EXPECT_EQ(job.read("t.rejects.csv"), content);
    // Without rejects to write it is nobody's business.
    job.write("t.csv", "id,n\n1,1\n");
    EXPECT_EQ(job.run(options_for(file)).rows, 1U);
  }
  ImportJob job(kRejectTable);
  import::Options options = rejecting(job.write("t.csv", kCsv));
  options.files.push_back(job.write("t.rejects.csv", std::string(kOwn) + "x,1,y,5,5\n"));
  EXPECT_THAT(job.failure(options), HasSubstr("one of the files to import"));
}

TEST(RejectTarget, AnEarlierRejectFileIsReplacedInAnyDelimiter) {
  for (const char delimiter : {',', ';', '\t', '|'}) {
    ImportJob job(kRejectTable);
    std::string own = kOwn;
    std::replace(own.begin(), own.end(), ',', delimiter);
    job.write("r.csv", own + "old\n");
    EXPECT_TRUE(import::is_reject_file(job.path("r.csv")));
    job.run(rejecting(job.write("t.csv", kCsv), job.path("r.csv")));
    EXPECT_THAT(job.read("r.csv"), HasSubstr("1,bad"));
  }
}

TEST(RejectTarget, AFileThatAppearsMeanwhileStays) {
  ImportJob job(kRejectTable);
  const import::RejectTarget target = import::check_reject_target(job.path("r.csv"), {}, {});
  import::RejectFile rejects(target, {.format = {}, .header = "id,n"}, false);
  rejects.add("t.csv", 2, "why", "1,bad\n");
  job.write("r.csv", "mine");
  rejects.flush();
  EXPECT_THROW(rejects.finish(), Error);
  EXPECT_EQ(job.read("r.csv"), "mine");
  // What was rejected is kept beside it.
  ASSERT_EQ(job.files().size(), 2U);
  EXPECT_THAT(job.read(job.files()[1]), HasSubstr("1,bad"));
}

TEST(RejectTarget, FilesOfOneNameKeepTheirRejectsApart) {
  ImportJob job(kRejectTable);
  import::Options options = rejecting(job.write("t.csv", "id,n\n1,bad\n2,2\n"));
  options.files.push_back(job.write("t.tsv", "id,n\n3,bad\n4,4\n"));
  options.files.push_back(job.write("u.csv", "id,n\n5,bad\n"));
  const import::Summary summary = job.run(options, 2);
  EXPECT_EQ(summary.rejected, 3U);
  EXPECT_EQ(summary.files.at(1).rejects, job.path("t.tsv.rejects.csv"));
  EXPECT_THAT(job.read("t.csv.rejects.csv"), HasSubstr("1,bad"));
  EXPECT_THAT(job.read("t.tsv.rejects.csv"), HasSubstr("3,bad"));
  EXPECT_THAT(job.read("u.rejects.csv"), HasSubstr("5,bad"));
}

TEST(RejectTarget, OneFileGivenTwiceIsRefused) {
  ImportJob job(kRejectTable);
  const std::string file = job.write("t.csv", kCsv);
  fs::create_directory_symlink(job.path("."), job.path("around"));
  for (const std::string& again : {file, job.path("./t.csv"), job.path("around/t.csv")}) {
    import::Options options = rejecting(file);
    options.files.push_back(again);
    EXPECT_THAT(job.failure(options), HasSubstr("two files would go to the same file"));
    // One place for all is no contradiction.
    options.rejects = job.path("r.csv");
    EXPECT_EQ(job.run(options).rejected, 3U);
    job.database().execute("DELETE FROM t");
  }
}

TEST(RejectTarget, TheNameLeadsBackToTheTable) {
  for (const char* name : {"t.csv", "t.tsv", "a/t.csv", "t", "t.rejects.csv", "t.tsv.rejects.csv",
                           "t.rejects.rejects.csv", "b/t.txt.rejects.csv"}) {
    EXPECT_EQ(import::table_of(name), "t") << name;
  }
  EXPECT_EQ(import::table_of("my.table.csv"), "my.table");
  EXPECT_EQ(import::table_of("my.table.rejects.csv"), "my.table");
}

/// Whatever the format, what was rejected is imported by the same options once it is mended.
TEST(RejectTarget, TheSameCommandTakesTheMendedRecords) {
  struct RejectTargetCase {
    import::FormatRequest format;
    std::string record;  ///< with BAD in it
  };
  const auto request = [](std::string name, std::optional<std::string> quote = {},
                          std::optional<std::string> line_end = {}) {
    import::FormatRequest made;
    made.name = std::move(name);
    made.quote = std::move(quote);
    made.line_end = std::move(line_end);
    return made;
  };
  const std::vector<RejectTargetCase> cases = {
      {request("csv"), "\"x\ny\",BAD,\"-,-\"\n"},
      {request("csv", {}, "crlf"), "\"x\ny\",BAD,\"-,-\"\r\n"},
      {request("csv", {}, "cr"), "\"x\ny\",BAD,\"-,-\"\r"},
      {request("mysql"), "x\\\ny\tBAD\t-,-\n"},
      {request("mysql", "\"", "crlf"), "\"x\ny\"\tBAD\t-,-\r\n"},
      {request("pg-text"), "x\\ny\tBAD\t-,-\n"},
      {request("mysql-batch"), "x\\ny\tBAD\t-,-\n"}};
  for (const RejectTargetCase& one : cases) {
    for (const bool with_columns : {false, true}) {
      ImportJob job("CREATE TABLE t (v TEXT, n INT, \"a,b\tc\" TEXT)");
      std::string record = one.record;
      import::Options options = rejecting(job.write("t.csv", record + record));
      const import::FileFormat format = import::file_format(one.format);
      options.format = format.csv;
      options.nulls = format.nulls;
      options.header = false;
      // The client's batch output cannot quote a name.
      const bool can_quote = one.format.name != "mysql-batch";
      if (with_columns || !can_quote) options.columns = {"v", "n", can_quote ? "a,b\tc" : "-"};
      EXPECT_EQ(job.run(options, 2).rejected, 2U) << one.format.name;
      std::string mended = job.read("t.rejects.csv");
      EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "0\n");
      for (std::size_t at = mended.find("\tBAD\t"); at != std::string::npos;
           at = mended.find("\tBAD\t")) {
        mended.replace(at, 5, "\t7\t");
      }
      for (std::size_t at = mended.find(",BAD,"); at != std::string::npos;
           at = mended.find(",BAD,")) {
        mended.replace(at, 5, ",7,");
      }
      job.write("t.rejects.csv", mended);
      options.files = {job.path("t.rejects.csv")};
      options.table.clear();
      EXPECT_EQ(job.run(options, 2).rows, 2U) << one.format.name << testing::PrintToString(mended);
      const std::string row = can_quote ? "x\ny|7|-,-\n" : "x\ny|7|NULL\n";
      EXPECT_EQ(job.rows("SELECT * FROM t"), row + row);
    }
  }
}

}  // namespace
}  // namespace dbmig::test
