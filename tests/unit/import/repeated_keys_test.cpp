// Keys that files have more than once: the same answer as a slow look at all records gives, for any
// number of ranks, any blocks and however many keys are kept at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <functional>
#include <map>
#include <random>

#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using import::RepeatedKey;
using import::RepeatedRecord;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// The fields of a record, nothing for NULL, and where it stands.
struct FileRow {
  std::uint32_t file = 0;
  std::uint64_t line = 0;
  std::vector<std::optional<std::string>> fields;
};

/// A key, and what its columns are for the database; nothing for NULL.
struct Reference {
  std::vector<std::string> columns;
  std::function<std::optional<std::string>(const FileRow&)> value;
};

std::vector<RepeatedKey> repeated(const std::vector<FileRow>& rows,
                                  const std::vector<Reference>& keys,
                                  const std::vector<std::string>& files) {
  std::vector<RepeatedKey> all;
  for (const Reference& reference : keys) {
    RepeatedKey key;
    key.files = files;
    key.columns = reference.columns;
    std::map<std::string, std::vector<import::RecordPlace>> places;
    for (const FileRow& row : rows) {
      const auto value = reference.value(row);
      if (!value) continue;
      auto& same = places[*value];
      same.push_back({row.file, row.line});
      if (same.size() == 1) continue;
      if (same.size() == 2) ++key.values;
      ++key.records;
      if (key.examples.size() < RepeatedKey::kMaxExamples) {
        key.examples.push_back({same.back(), same.front()});
      }
    }
    if (key.records != 0) all.push_back(std::move(key));
  }
  std::stable_sort(all.begin(), all.end(), [](const RepeatedKey& a, const RepeatedKey& b) {
    return a.examples.front() < b.examples.front();
  });
  return all;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

void expect_same(std::vector<RepeatedKey> found, std::vector<RepeatedKey> expected) {
  const auto by_columns = [](const RepeatedKey& a, const RepeatedKey& b) {
    return a.columns < b.columns;
  };
  std::sort(found.begin(), found.end(), by_columns);
  std::sort(expected.begin(), expected.end(), by_columns);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].columns, expected[i].columns);
    EXPECT_EQ(found[i].values, expected[i].values);
    EXPECT_EQ(found[i].records, expected[i].records);
    EXPECT_EQ(found[i].files, expected[i].files);
    EXPECT_TRUE(found[i].examples == expected[i].examples) << import::described(found[i]);
  }
}

constexpr const char* kKeys =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, mail TEXT COLLATE NOCASE UNIQUE, a INT, b TEXT, x "
    "REAL, UNIQUE (a, b)); CREATE UNIQUE INDEX by_x ON t (x);"
    "CREATE UNIQUE INDEX some ON t (b) WHERE a = 1";

std::vector<Reference> references() {
  return {{{"id"}, [](const FileRow& row) { return row.fields[0]; }},
          {{"mail"},
           [](const FileRow& row) {
             return row.fields[1] ? std::optional(lower(*row.fields[1])) : std::nullopt;
           }},
          {{"a", "b"},
           [](const FileRow& row) {
             return row.fields[2] && row.fields[3]
                        ? std::optional(*row.fields[2] + "|" + *row.fields[3])
                        : std::nullopt;
           }},
          {{"x"}, [](const FileRow& row) {
             return row.fields[4] ? std::optional(std::to_string(std::stod(*row.fields[4]) + 0.0))
                                  : std::nullopt;
           }}};
}

/// A file of the table, with quoted line ends and records that do not fit; its rows into `rows`.
std::string random_file(std::mt19937& random, std::uint32_t file, std::vector<FileRow>& rows) {
  static const std::vector<std::string> kMails = {"ada", "ADA", "Ada\nL", "b", "B\"\"", "c"};
  static const std::vector<std::string> kNumbers = {"1", "1.0", "2.5", "2.50", "-0", "0", "1e0"};
  const unsigned many = 1 + random() % 40;
  std::string csv = "id,mail,a,b,x\n";
  std::uint64_t line = 2;
  for (std::uint64_t n = random() % 40; n > 0; --n) {
    FileRow row{.file = file, .line = line, .fields = {}};
    const auto or_null = [&](std::string text) {
      return random() % 5 == 0 ? std::nullopt : std::optional(std::move(text));
    };
    const std::string mail = kMails[random() % kMails.size()];
    row.fields = {or_null(std::to_string(random() % many)), or_null(mail),
                  or_null(std::to_string(random() % 4)), or_null(std::to_string(random() % 5)),
                  or_null(kNumbers[random() % kNumbers.size()])};
    const bool fits = random() % 10 != 0;
    if (!fits) row.fields[2] = "bad";
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      csv += i == 0 ? "" : ",";
      if (!row.fields[i]) continue;
      csv += i == 1 ? "\"" + *row.fields[i] + "\"" : *row.fields[i];
    }
    csv += "\n";
    line += row.fields[1] && row.fields[1]->find('\n') != std::string::npos ? 2 : 1;
    if (fits) rows.push_back(std::move(row));
  }
  return csv;
}

TEST(RepeatedKeys, AreThoseOfASlowLook) {
  for (std::uint64_t seed = 1; seed <= property_seeds(30); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(static_cast<unsigned>(seed));
    ImportJob job(kKeys);
    std::vector<FileRow> rows;
    Options options = options_for("");
    options.files.clear();
    const std::uint32_t files = 1 + random() % 2;
    for (std::uint32_t file = 0; file < files; ++file) {
      const std::string name = "t" + std::to_string(file) + ".csv";
      options.files.push_back(job.write(name, random_file(random, file, rows)));
    }
    // Such files the root reads alone.
    if (random() % 4 == 0) options.format.escape = '\\';
    options.dry_run = true;
    const auto expected = repeated(rows, references(), options.files);
    for (const int ranks : {1, 2, 3, 4}) {
      const std::size_t sizes[] = {5, 40, 300, std::size_t{1} << 20U};
      options.chunk_bytes = sizes[random() % 4];
      options.keys_at_once = random() % 2 == 0 ? 20 + random() % 60 : 1000;
      SCOPED_TRACE(ranks);
      expect_same(job.run(options, ranks).repeated, expected);
    }
  }
}

TEST(RepeatedKeys, AreAllNamedWhenTheFirstEndsTheImport) {
  ImportJob job("CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT UNIQUE)");
  job.database().execute("INSERT INTO t VALUES (7, 'there')");
  std::string csv = "n,a\n1,x\n2,y\n1,z\n3,y\n1,w\n";
  for (int n = 0; n < 8; ++n) csv += std::to_string(10 + n % 2) + ",q" + std::to_string(n) + "\n";
  Options options = options_for(job.write("t.csv", csv));
  for (const int ranks : {1, 3}) {
    options.chunk_bytes = 5;
    const std::string message = job.failure(options, ranks);
    EXPECT_THAT(
        message,
        AllOf(HasSubstr("t.csv:4: the record '1,z' has the same n as line 2;"),
              HasSubstr("t.csv: 8 records have the same n as an earlier one: line 4 (as line 2), "
                        "line 6 (as line 2), line 9 (as line 7), line 10 (as line 8), line 11 (as "
                        "line 7), …"),
              HasSubstr("t.csv: 1 record has the same a as an earlier one: line 5 (as line 3)")));
  }
  // One alone is told by the error itself, and what is only in the table is in no file twice.
  options.files = {job.write("one.csv", "n,a\n1,x\n2,y\n1,z\n")};
  EXPECT_THAT(job.failure(options, 2), Not(HasSubstr("earlier one")));
  options.files = {job.write("old.csv", "n,a\n1,x\n7,y\n")};
  EXPECT_THAT(job.failure(options, 2), Not(HasSubstr("earlier one")));
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "1\n");
}

/// More records of one value than keys are kept: no number of parts would make them fewer.
TEST(RepeatedKeys, MayBeTheSameValueOverAndOver) {
  ImportJob job("CREATE TABLE t (n INTEGER PRIMARY KEY)");
  std::string csv = "n\n";
  for (int n = 0; n < 5000; ++n) csv += "7\n";
  Options options = options_for(job.write("t.csv", csv + "8\n"));
  options.dry_run = true;
  options.chunk_bytes = 1000;
  options.keys_at_once = 50;
  const Summary summary = job.run(options, 3);
  ASSERT_EQ(summary.repeated.size(), 1U);
  EXPECT_EQ(summary.repeated.front().records, 4999U);
  EXPECT_EQ(summary.repeated.front().values, 1U);
  ASSERT_EQ(summary.repeated.front().examples.size(), RepeatedKey::kMaxExamples);
  EXPECT_EQ(summary.repeated.front().examples.back().place.line, 12U);
}

TEST(RepeatedKeys, OfFilesThatNameEachOther) {
  ImportJob job("CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT)");
  Options options = options_for(job.write("one.csv", "n,a\n1,x\n2,x\n"));
  options.files.push_back(job.write("two.csv", "a,n\ny,3\ny,2\nz,1\n"));
  options.dry_run = true;
  const Summary summary = job.run(options, 2);
  ASSERT_EQ(summary.repeated.size(), 1U);
  EXPECT_THAT(import::described(summary.repeated.front()),
              AllOf(HasSubstr("two.csv: 2 records have the same n as an earlier one: line 3 (as "),
                    HasSubstr("one.csv:3), line 4 (as "), HasSubstr("one.csv:2)")));
}

class RepeatedKeysOnMariadb : public MariadbTest {};

/// Types by which MariaDB compares in ways of its own. The reference is MariaDB.
TEST_F(RepeatedKeysOnMariadb, AreEqualAsTheColumnSays) {
  static const std::vector<std::pair<std::string, std::vector<std::string>>> kTypes = {
      {"VARCHAR(20) COLLATE utf8mb4_general_ci", {"a", "A", "ä", "Ä ", "ß", "s", "ss", "", " "}},
      {"VARCHAR(20) COLLATE utf8mb4_unicode_ci", {"ß", "ss", "SS", "é", "e\xCC\x81", "E", "e"}},
      {"VARCHAR(20) COLLATE utf8mb4_unicode_nopad_ci", {"a", "a ", "A", "á"}},
      {"VARCHAR(20) COLLATE utf8mb4_bin", {"a", "A", "a ", "a  "}},
      {"VARCHAR(20) COLLATE utf8mb4_nopad_bin", {"a", "A", "a ", "a  "}},
      {"VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_german2_ci", {"ä", "ae", "AE", "a", "b "}},
      {"CHAR(20) COLLATE utf8mb4_nopad_bin", {"a", "A", "a ", "a  "}},
      {"VARBINARY(20)", {"a", "A", "a ", "b"}},
      {"BINARY(4)", {"a", "A", "a ", "b"}},
      {"DECIMAL(8,2)", {"1", "1.0", "01.00", "-0", "0", "2.5", "1e0"}},
      {"DOUBLE", {"1", "1.0", "1e0", "0.1", "0.10", "-0", "0"}},
      {"FLOAT", {"0.1", "0.100000001", "16777216", "16777217"}},
      {"DATETIME(3)", {"2024-01-01 10:00:00", "2024-01-01T10:00:00.000", "2024-01-01 10:00:00.1"}},
      {"INT", {"1", "01", "+1", "1.0", "2"}},
  };
  MariadbDatabase database;
  const import::Open open = [&]() -> backend::Connection& { return database.connection(); };
  std::mt19937 random(7);
  for (const auto& [type, values] : kTypes) {
    SCOPED_TRACE(type);
    ImportJob job;
    std::string csv = "n,k\n";
    for (int n = 2; n < 20; ++n) {
      csv += std::to_string(n) + ",\"" + values[random() % values.size()] + "\"\n";
    }
    database.run("CREATE OR REPLACE TABLE u (n INT, k " + type + ")");
    database.run("CREATE OR REPLACE TABLE t (n INT, k " + type + ", UNIQUE (k))");
    Options options = options_for(job.write("t.csv", csv), "u");
    job.run(options, 1, open);
    options.table = "t";
    options.dry_run = true;
    options.chunk_bytes = 1 + random() % 50;
    std::string found;
    for (const RepeatedKey& key :
         job.run(options, 1 + static_cast<int>(random() % 3), open).repeated) {
      for (const RepeatedRecord& one : key.examples) {
        found += std::to_string(one.place.line) + "=" + std::to_string(one.first.line) + " ";
      }
    }
    std::string expected;
    for (const auto& row :
         database.connection()
             .query("SELECT n, (SELECT MIN(n) FROM u AS v WHERE v.k = u.k) AS first FROM u HAVING "
                    "first < n ORDER BY n LIMIT 10")
             .rows) {
      expected += row.at(0).value_or("") + "=" + row.at(1).value_or("") + " ";
    }
    EXPECT_EQ(found, expected);
    EXPECT_NE(expected, "");
  }
}

TEST_F(RepeatedKeysOnMariadb, OfTheFirstCharactersOfAColumn) {
  MariadbDatabase database;
  database.run(
      "CREATE OR REPLACE TABLE t (n INT, k TEXT COLLATE utf8mb4_general_ci, UNIQUE (k(2)))");
  ImportJob job;
  Options options = options_for(job.write("t.csv", "n,k\n1,äöü\n2,äxx\n3,AOß\n"));
  options.dry_run = true;
  const Summary summary =
      job.run(options, 2, [&]() -> backend::Connection& { return database.connection(); });
  ASSERT_EQ(summary.repeated.size(), 1U);
  EXPECT_THAT(import::described(summary.repeated.front()), HasSubstr("line 4 (as line 2)"));
}

}  // namespace
}  // namespace dbmig::test
