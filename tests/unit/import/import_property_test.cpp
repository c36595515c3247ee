// Whatever the rows, the number of ranks and the size of chunks: the table holds the rows.
#include <gtest/gtest.h>

#include <random>

#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using Row = std::vector<std::optional<std::string>>;

/// Texts in which everything that has a meaning in CSV is frequent, and code points of every
/// length.
std::string random_field(std::mt19937& random) {
  static const std::vector<std::string> kParts = {"a", "b", ",", "\"", "\n",   "\r", "\r\n",
                                                  "ñ", "€", "𝄞", " ",  "\"\"", ";",  "NULL"};
  std::string text;
  for (std::size_t n = random() % 7; n > 0; --n) text += kParts[random() % kParts.size()];
  return text;
}

std::vector<Row> random_records(std::mt19937& random, std::size_t count) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    Row row;
    row.push_back(std::to_string(static_cast<std::int64_t>(random()) - (1 << 30)));
    for (int c = 0; c < 2; ++c) {
      row.push_back(random() % 5 == 0 ? std::nullopt : std::optional(random_field(random)));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string to_csv(std::mt19937& random, const std::vector<Row>& rows) {
  const std::string line_end = random() % 2 == 0 ? "\n" : "\r\n";
  std::string csv = random() % 2 == 0 ? "\xEF\xBB\xBF" : "";
  csv += "n,a,b" + line_end;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      if (i != 0) csv += ',';
      if (!rows[r][i]) continue;
      const std::string& text = *rows[r][i];
      const bool needs_quotes = text.empty() || text.find_first_of("\",\r\n") != std::string::npos;
      csv += needs_quotes || random() % 3 == 0 ? quoted(text) : text;
    }
    if (r + 1 < rows.size() || random() % 2 == 0) csv += line_end;
  }
  return csv;
}

TEST(ImportProperty, TheTableHoldsTheRowsForAnyRanksAndChunks) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    const std::vector<Row> rows = random_records(random, random() % 120);
    const std::string csv = to_csv(random, rows);
    std::string expected;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      expected += std::to_string(i + 1);
      for (const auto& value : rows[i]) expected += "|" + value.value_or("NULL");
      expected += "\n";
    }
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{50}, std::size_t{1} << 20}) {
      for (int ranks = 1; ranks <= 4; ++ranks) {
        ImportJob job("CREATE TABLE t (n BIGINT, a TEXT, b TEXT)");
        import::Options options = options_for(job.write("t.csv", csv));
        options.chunk_bytes = chunk;
        options.read = seed % 2 == 0 ? import::ReadWay::scatter : import::ReadWay::parallel;
        const import::Summary summary = job.run(options, ranks);
        ASSERT_EQ(summary.rows, rows.size());
        ASSERT_EQ(summary.bytes, csv.size());
        ASSERT_EQ(job.rows("SELECT rowid, n, a, b FROM t ORDER BY rowid"), expected)
            << "seed " << seed << ", chunk " << chunk << ", ranks " << ranks;
      }
    }
  }
}

/// With bad records everywhere: the first in the file's order is the one that is reported, and
/// with reject all others get in.
TEST(ImportProperty, BadRecordsAreTheSameForAnyRanksAndChunks) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    std::mt19937 random(seed);
    std::string csv = "n,a\n";
    std::string expected_rows;
    std::string expected_rejects;
    std::size_t first_bad = 0;
    std::size_t line = 2;
    std::size_t rejected = 0;
    for (int i = 0; i < 80; ++i) {
      // Some span lines, some are refused by the converter, some by the database.
      const bool two_lines = random() % 4 == 0;
      const unsigned fate = random() % 12;
      const std::string number = fate == 0 ? "x" : fate == 1 ? "1000" : std::to_string(i);
      const std::string record =
          number + (two_lines ? ",\"a\nb\"" : ",a") + (fate == 2 ? ",z" : "");
      csv += record + "\n";
      if (fate <= 2) {
        if (first_bad == 0) first_bad = line;
        ++rejected;
        expected_rejects += std::to_string(line) + ";" + record + "\n";
      } else {
        expected_rows += number + "|" + (two_lines ? "a\nb" : "a") + "\n";
      }
      line += two_lines ? 2 : 1;
    }
    ASSERT_NE(first_bad, 0U);
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{64}, std::size_t{1} << 20}) {
      for (int ranks = 1; ranks <= 4; ++ranks) {
        ImportJob job("CREATE TABLE t (n INTEGER CHECK (n < 1000), a TEXT)");
        import::Options options = options_for(job.write("t.csv", csv));
        options.chunk_bytes = chunk;
        const std::string message = job.failure(options, ranks);
        ASSERT_EQ(message.substr(0, message.find(": ")),
                  job.path("t.csv") + ":" + std::to_string(first_bad))
            << message;
        ASSERT_EQ(job.rows("SELECT * FROM t"), "");

        options.on_error = import::OnError::reject;
        const import::Summary summary = job.run(options, ranks);
        ASSERT_EQ(summary.rejected, rejected);
        ASSERT_EQ(job.rows("SELECT n, a FROM t ORDER BY rowid"), expected_rows);
        // file,line,"reason",record: the reason has no line end, so the rest can be found.
        std::string found;
        std::string rejects = job.read("t.rejects.csv");
        ASSERT_EQ(rejects.substr(0, rejects.find('\n')), "dbmig_file,dbmig_line,dbmig_reason,n,a");
        rejects.erase(0, rejects.find('\n') + 1);
        const std::string start = quoted(job.path("t.csv")) + ",";
        while (!rejects.empty()) {
          ASSERT_EQ(rejects.substr(0, start.size()), start);
          rejects.erase(0, start.size());
          found += rejects.substr(0, rejects.find(',')) + ";";
          rejects.erase(0, rejects.find("\",") + 2);
          const std::size_t end = std::min(rejects.find("\n" + start), rejects.size() - 1);
          found += rejects.substr(0, end + 1);
          rejects.erase(0, end + 1);
        }
        ASSERT_EQ(found, expected_rejects);
      }
    }
  }
}

}  // namespace
}  // namespace dbmig::test
