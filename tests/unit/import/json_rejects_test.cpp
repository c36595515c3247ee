// Rejected records of JSON lines.
#include <gmock/gmock.h>

#include "import/named_format.hpp"
#include "job.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;

Options rejecting(const std::vector<std::string>& files) {
  import::FormatRequest request;
  request.name = "jsonl";
  Options options = import::options_for(import::file_format(request));
  options.files = files;
  options.table = "t";
  options.on_error = import::OnError::reject;
  options.chunk_bytes = 32;
  return options;
}  // namespace

constexpr const char* kNumbers = "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)";
constexpr const char* kMixed =
    "{\"id\": 1, \"v\": \"ä\"}\n{\"id\": \"x\", \"v\": \"b\"}\n[3]\n{\"id\": 4\n { }\n"
    "{\"id\": 1, \"v\": \"d\"}\n";

TEST(ImportJsonRejects, AreJsonLinesWithFileLineAndReason) {
  for (const int ranks : {1, 3}) {
    ImportJob job(kNumbers);
    const std::string file = job.write("t.jsonl", kMixed);
    const Summary summary = job.run(rejecting({file}), ranks);
    EXPECT_EQ(summary.rejected, 4U);
    EXPECT_EQ(summary.files.at(0).rejects, job.path("t.rejects.jsonl"));
    const std::string begin = "{\"dbmig_file\":\"" + file + "\",\"dbmig_line\":";
    std::istringstream lines(job.read("t.rejects.jsonl"));
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, begin +
                        "2,\"dbmig_reason\":\"column 'id' (field 1): 'x' is not an "
                        "integer\",\"id\": \"x\", \"v\": \"b\"}");
    std::getline(lines, line);
    EXPECT_THAT(line, ::testing::StartsWith(begin + "3,"));
    EXPECT_THAT(line, ::testing::EndsWith(",\"dbmig_record\":\"[3]\"}"));
    std::getline(lines, line);
    EXPECT_THAT(line, ::testing::EndsWith(",\"id\": 4"));
    std::getline(lines, line);
    EXPECT_THAT(line, ::testing::EndsWith(",\"id\": 1, \"v\": \"d\"}"));
    EXPECT_FALSE(std::getline(lines, line));
  }
}

TEST(ImportJsonRejects, CanBeCorrectedAndImported) {
  ImportJob job(kNumbers);
  job.run(rejecting({job.write("t.jsonl", kMixed)}));
  std::string rejects = job.read("t.rejects.jsonl");
  rejects.replace(rejects.find("\"x\""), 3, "2");
  rejects.replace(rejects.find(",\"dbmig_record\":\"[3]\"}"), 22, ",\"id\": 3}");
  const std::string corrected = job.write("t.rejects.jsonl", rejects);
  for (const bool has_columns : {false, true}) {
    job.database().execute("DELETE FROM t WHERE id > 1");
    Options options = rejecting({corrected});
    if (has_columns) options.columns = {"id", "v"};
    options.rejects = job.path("again.jsonl");
    EXPECT_EQ(job.run(options).rejected, 2U);
    EXPECT_EQ(job.rows("SELECT * FROM t"), "1|ä\n2|b\n3|NULL\n");
  }
}

TEST(ImportJsonRejects, AnEarlierFileIsReplacedOrRemoved) {
  ImportJob job(kNumbers);
  const std::string file = job.write("t.jsonl", kMixed);
  job.run(rejecting({file}));
  job.database().execute("DELETE FROM t");
  job.run(rejecting({file}));
  job.write("t.jsonl", "{\"id\": 7}\n");
  job.run(rejecting({file}));
  EXPECT_FALSE(job.exists("t.rejects.jsonl"));
  job.write("t.rejects.jsonl", "{\"id\": 8}\n");
  EXPECT_THAT(job.failure(rejecting({file})), HasSubstr("exists already, and is not the reject"));
}

TEST(ImportJsonRejects, AFileForAllCannotMixForms) {
  ImportJob job(kNumbers);
  Options options =
      rejecting({job.write("a.csv", "id,v\nx,1\n"), job.write("b.jsonl", "{\"id\": \"x\"}\n")});
  options.rejects = job.path("all.rejects");
  options.own_format = [](const std::string& path) {
    import::FormatRequest request;
    request.name = path.ends_with(".jsonl") ? "jsonl" : "csv";
    return import::OwnFormat{import::file_format(request), "", {}, ""};
  };
  EXPECT_THAT(job.failure(options), HasSubstr("a reject file can have only one set of columns"));
  options.rejects.clear();
  EXPECT_EQ(job.run(options).rejected, 2U);
  EXPECT_TRUE(job.exists("a.rejects.csv"));
  EXPECT_TRUE(job.exists("b.rejects.jsonl"));
}

/// A first line that is no object is not called an array.
TEST(ImportJsonRejects, AFirstLineThatIsNoObjectIsDescribed) {
  ImportJob job(kNumbers);
  const auto failure = [&](const char* line) {
    Options options = rejecting({job.write("t.jsonl", line)});
    options.on_error = import::OnError::abort;
    return job.failure(options);
  };
  EXPECT_THAT(failure("[{\"id\": 1}]\n"), HasSubstr("jq -c '.[]' FILE"));
  for (const char* line : {"{\"id: 1}\n", "id=1\n", "\"x\"\n", "{}\n"}) {
    EXPECT_THAT(failure(line), ::testing::Not(HasSubstr("jq"))) << line;
    EXPECT_THAT(failure(line), HasSubstr("t.jsonl:1: ")) << line;
  }
}

}  // namespace
}  // namespace dbmig::test
