// What a program wrote is read back as it was, whatever bytes the values hold and wherever the
// chunks are cut. The writers here follow the documentation of each format; MariaDB's own writers
// are tried where a server is.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "import/chunk_reader.hpp"
#include "import/named_format.hpp"
#include "import/record_parser.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using import::CsvFormat;
using import::FileFormat;
using import::FormatRequest;
using Value = std::optional<std::string>;
using Row = std::vector<Value>;

/// Bytes of every kind, those that mean something in one of the formats frequent.
std::string random_format_bytes(std::mt19937& random) {
  static constexpr char kBytes[] = "\\\\\\\t\n\r\r\n,\"\";N0nrtbZx17\b\f\v\x1A\0. NULL";
  static const std::string kSpecial(kBytes, sizeof kBytes - 1);
  std::string text;
  for (std::size_t n = random() % 8; n > 0; --n) {
    text.push_back(random() % 3 == 0 ? static_cast<char>(random() % 256)
                                     : kSpecial[random() % kSpecial.size()]);
  }
  return text;
}

std::vector<Row> random_rows(std::mt19937& random, std::size_t columns) {
  static const std::vector<std::string> kWords = {"", "\\N", "NULL", "\\", "\\.", "\n", "\\\n"};
  std::vector<Row> rows(1 + random() % 12);
  for (Row& row : rows) {
    for (std::size_t i = 0; i < columns; ++i) {
      const unsigned kind = random() % 8;
      row.push_back(kind == 0   ? std::nullopt
                    : kind == 1 ? Value(kWords[random() % kWords.size()])
                                : Value(random_format_bytes(random)));
    }
  }
  return rows;
}

/// A program that writes a format.
struct Writer {
  std::string name;
  FormatRequest request;
  /// A value as the program writes it.
  std::string (*write)(const Value& value, const CsvFormat& format, std::mt19937& random);
};

/// https://mariadb.com/kb/en/select-into-outfile/ : the escape character stands before itself, the
/// quote, or without quotes the delimiter, and the first byte of the line end; NUL is \0.
std::string write_mysql(const Value& value, const CsvFormat& format, std::mt19937& random) {
  if (!value) return "\\N";
  const bool quoted = format.quote && random() % 4 != 0;  // OPTIONALLY ENCLOSED BY
  std::string out = quoted ? std::string(1, *format.quote) : "";
  const char line = format.line_end_text().front();
  for (const char c : *value) {
    const bool special =
        c == '\\' || c == line || c == format.quote || (!quoted && c == format.delimiter);
    if (c == '\0') {
      out += "\\0";
    } else {
      out += special ? std::string{'\\', c} : std::string(1, c);
    }
  }
  return quoted ? out + *format.quote : out;
}

/// mariadb's client, safe_put_field().
std::string write_batch(const Value& value, const CsvFormat&, std::mt19937&) {
  if (!value) return "NULL";
  std::string out;
  for (const char c : *value) {
    out += c == '\0'   ? "\\0"
           : c == '\t' ? "\\t"
           : c == '\n' ? "\\n"
           : c == '\\' ? "\\\\"
                       : std::string(1, c);
  }
  return out;
}

/// https://www.postgresql.org/docs/current/sql-copy.html "Text Format", in each of the ways a byte
/// may be written.
std::string write_pg(const Value& value, const CsvFormat& format, std::mt19937& random) {
  if (!value) return "\\N";
  static const std::string kBytes = "\b\f\n\r\t\v";
  static const std::string kLetters = "bfnrtv";
  std::string out;
  for (const char c : *value) {
    const auto byte = static_cast<unsigned>(static_cast<unsigned char>(c));
    const std::size_t letter = kBytes.find(c);
    const unsigned way = random() % 6;
    if (way == 0 || c == '\0') {
      out += fmt::format("\\{:03o}", byte);
    } else if (way == 1) {
      out += fmt::format("\\x{:02x}", byte);
    } else if (letter != std::string::npos && !(c == '\n' && way == 2)) {
      out += std::string{'\\', kLetters[letter]};
    } else if (c == '\\' || c == '\n' || c == format.delimiter) {
      out += std::string{'\\', c};
    } else {
      out += c;
    }
  }
  return out;
}

/// RFC 4180.
std::string write_csv(const Value& value, const CsvFormat& format, std::mt19937& random) {
  if (!value) return "";
  const bool plain =
      !value->empty() && value->find_first_of(std::string("\",\n\r;")) == std::string::npos;
  if (plain && random() % 2 == 0) return *value;
  std::string out = "\"";
  for (const char c : *value) out += c == *format.quote ? std::string(2, c) : std::string(1, c);
  return out + "\"";
}

using Optional = std::optional<std::string>;

FormatRequest request(std::string name, Optional delimiter = {}, Optional quote = {},
                      Optional line_end = {}, Optional escape = {}) {
  FormatRequest made;
  made.name = std::move(name);
  made.delimiter = std::move(delimiter);
  made.quote = std::move(quote);
  made.escape = std::move(escape);
  made.line_end = std::move(line_end);
  return made;
}

std::vector<Writer> writers() {
  return {
      {"mysql", request("mysql", {}, {}, "lf"), write_mysql},
      {"mysql, quoted", request("mysql", ",", "\"", "lf"), write_mysql},
      {"mysql, CRLF", request("mysql", {}, {}, "crlf"), write_mysql},
      {"mysql, quoted, CRLF", request("mysql", ";", "\"", "crlf"), write_mysql},
      {"mysql, CR", request("mysql", {}, {}, "cr"), write_mysql},
      {"mysql-batch", request("mysql-batch", {}, {}, "lf"), write_batch},
      {"pg-text", request("pg-text"), write_pg},
      {"pg-text, other delimiter", request("pg-text", "|"), write_pg},
      {"csv", request("csv"), write_csv},
      {"csv, CR", request("csv", ";", {}, "cr"), write_csv},
      {"csv, CRLF", request("csv", {}, {}, "crlf"), write_csv},
  };
}

std::string text_of(std::mt19937& random, const Writer& writer, const CsvFormat& format,
                    const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i != 0) text += format.delimiter;
      text += writer.write(row[i], format, random);
    }
    text += format.line_end_text();
  }
  return text;
}

/// What comes back: a NULL of the client's batch output is the text NULL as well.
Row as_read(const Writer& writer, Row row) {
  for (Value& value : row) {
    const bool is_word = value == "NULL" && writer.request.name == "mysql-batch";
    // Without quotes around it, LOAD DATA reads the word as NULL too; the property below does not
    // write it so.
    if (is_word) value.reset();
  }
  return row;
}

/// A text as an input, some bytes at a time.
class TextInput final : public import::Input {
 public:
  explicit TextInput(std::string text) : text_(std::move(text)) {}
  std::size_t read(std::span<char> buffer) override {
    const std::size_t n = std::min(buffer.size(), text_.size() - at_);
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), n, buffer.begin());
    at_ += n;
    return n;
  }
  std::uint64_t size() const override { return text_.size(); }
  std::uint64_t stored_bytes() const override { return at_; }
  void cancel() noexcept override {}
  const std::string& name() const override { return name_; }

 private:
  std::string text_;
  std::size_t at_ = 0;
  std::string name_ = "text";
};

std::vector<Row> read_back(const std::string& text, const FileFormat& format, std::size_t chunk) {
  TextInput input(text);
  import::ChunkReader reader(input, format.csv, {.chunk = chunk});
  const import::Splitter splitter(format.csv);
  import::RecordParser parser(format.csv, format.nulls);
  std::vector<import::Field> fields;
  std::vector<Row> rows;
  for (import::Bytes bytes; reader.next(bytes, 0);) {
    const std::string_view data(bytes.data(), bytes.size());
    for (std::size_t at = 0; at < data.size();) {
      const std::size_t end = splitter.record_end(data, at).value_or(data.size());
      if (const auto error = parser.parse(data.substr(at, end - at), fields)) {
        ADD_FAILURE() << error->reason << " in "
                      << testing::PrintToString(data.substr(at, end - at));
        return rows;
      }
      Row& row = rows.emplace_back();
      for (const import::Field& field : fields) {
        row.push_back(field.null ? std::nullopt : Value(field.text));
      }
      at = end;
    }
  }
  return rows;
}

TEST(FormatProperty, WhatAProgramWroteIsReadBackForAnyChunks) {
  for (const Writer& writer : writers()) {
    const FileFormat format = import::file_format(writer.request);
    for (unsigned seed = 1; seed <= property_seeds(150); ++seed) {
      std::mt19937 random(seed);
      std::vector<Row> rows = random_rows(random, 1 + random() % 3);
      if (writer.name.rfind("mysql, quoted", 0) == 0) {
        for (Row& row : rows) std::replace(row.begin(), row.end(), Value("NULL"), Value("null"));
      }
      const std::string text = text_of(random, writer, format.csv, rows);
      for (Row& row : rows) row = as_read(writer, row);
      for (const std::size_t chunk : {1, 2, 5, 40, 1 << 20}) {
        ASSERT_EQ(read_back(text, format, chunk), rows)
            << writer.name << ", seed " << seed << ", chunk " << chunk << "\n"
            << testing::PrintToString(text);
      }
    }
  }
}

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02X}", static_cast<unsigned char>(c));
  return out;
}

Options options_for_request(const std::string& file, const FormatRequest& request) {
  const FileFormat format = import::file_format(request);
  Options options = test::options_for(file);
  options.format = format.csv;
  options.nulls = format.nulls;
  options.binary = import::BinaryText::raw;
  options.has_header = format.has_header;
  options.check_line_end = format.check_line_end;
  return options;
}

TEST(FormatProperty, TheTableHoldsItForAnyRanksAndChunks) {
  for (const Writer& writer : writers()) {
    for (unsigned seed = 1; seed <= property_seeds(3); ++seed) {
      std::mt19937 random(seed);
      std::vector<Row> rows = random_rows(random, 2);
      for (Row& row : rows) {
        row.insert(row.begin(), "1");  // No line is empty.
        std::replace(row.begin(), row.end(), Value("NULL"), Value("null"));
      }
      std::string expected;
      for (const Row& row : rows) {
        for (std::size_t i = 1; i < row.size(); ++i) {
          expected += row[i] ? hex(*row[i]) : "NULL";
          expected += i + 1 < row.size() ? "|" : "\n";
        }
      }
      const CsvFormat format = import::file_format(writer.request).csv;
      const std::string text = text_of(random, writer, format, rows);
      for (const int ranks : {1, 3}) {
        for (const std::size_t chunk : {std::size_t{1}, std::size_t{30}}) {
          ImportJob job("CREATE TABLE t (n INT, a BLOB, b BLOB)");
          import::Options options = options_for_request(job.write("t.csv", text), writer.request);
          options.header = false;
          options.chunk_bytes = chunk;
          job.run(options, ranks);
          // hex(NULL) is empty text.
          ASSERT_EQ(job.rows("SELECT iif(a IS NULL, NULL, hex(a)), iif(b IS NULL, NULL, hex(b)) "
                             "FROM t ORDER BY rowid"),
                    expected)
              << writer.name << ", seed " << seed << ", chunk " << chunk << ", ranks " << ranks;
        }
      }
    }
  }
}

/// MariaDB's own files.
class MariadbFiles : public MariadbTest {
 protected:
  static std::string literal(const Value& value) {
    return value ? "x'" + hex(*value) + "'" : std::string("NULL");
  }

  /// A table of values that hold all bytes, and the texts that can be taken for something else.
  static void fill(MariadbDatabase& database) {
    database.run(
        "CREATE TABLE src (id INT PRIMARY KEY AUTO_INCREMENT, b BLOB, v TEXT, c BLOB); "
        "CREATE TABLE t LIKE src");
    std::mt19937 random(5);
    std::string insert;
    const auto add = [&](const Value& b, const Value& v, const Value& c) {
      insert += (insert.empty() ? "INSERT INTO src (b, v, c) VALUES (" : ", (") + literal(b) +
                ", " + literal(v) + ", " + literal(c) + ")";
    };
    for (int byte = 0; byte < 256; ++byte) {
      const std::string one(1, static_cast<char>(byte));
      const std::string text = byte > 0 && byte < 128 ? one : "ñ€𝄞";
      add(one, text, "a" + one);
      add("\\" + one, "\\" + text + "b", one + one);
    }
    for (const char* word : {"", "\\N", "null", "N", "\\\\N", "\\.", "0xDEAD", "\"", "\"\"", " "}) {
      add(word, word, word);
      add(std::nullopt, word, std::nullopt);
    }
    for (unsigned i = 0; i < property_seeds(400); ++i) {
      add(random_format_bytes(random), std::nullopt, random_format_bytes(random));
    }
    database.connection().execute(insert);
  }

  /// Whether `t` now holds what `src` does.
  static void expect_same(MariadbDatabase& database, const import::Options& options,
                          const std::string& what) {
    for (const auto& [ranks, chunk] :
         {std::pair(1, std::size_t{1} << 20), std::pair(3, std::size_t{7})}) {
      database.run("TRUNCATE TABLE t");
      import::Options own = options;
      own.chunk_bytes = chunk;
      ImportJob job;
      job.run(own, ranks, [&]() -> backend::Connection& { return database.connection(); });
      EXPECT_EQ(database.rows("SELECT count(*) FROM t"), database.rows("SELECT count(*) FROM src"));
      EXPECT_EQ(database.rows("SELECT s.id, hex(s.b), hex(t.b), hex(s.v), hex(t.v), hex(s.c), "
                              "hex(t.c) FROM src s LEFT JOIN t USING (id) WHERE NOT (s.b <=> t.b "
                              "AND s.v <=> t.v AND s.c <=> t.c) LIMIT 5"),
                "")
          << what << ", ranks " << ranks << ", chunk " << chunk;
    }
  }
};

TEST_F(MariadbFiles, WhatIntoOutfileWroteIsReadBack) {
  MariadbDatabase database;
  fill(database);
  TempDir folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  struct OutfileCase {
    const char* clause;
    FormatRequest format;
  };
  const std::vector<OutfileCase> cases = {
      {"", request("mysql", {}, {}, "lf")},
      {"FIELDS TERMINATED BY ','", request("mysql", ",", {}, "lf")},
      {"FIELDS TERMINATED BY ',' ENCLOSED BY '\"'", request("mysql", ",", "\"", "lf")},
      {"FIELDS TERMINATED BY ';' OPTIONALLY ENCLOSED BY ''''", request("mysql", ";", "'", "lf")},
      {"FIELDS ESCAPED BY '^'", request("mysql", {}, {}, "lf", "^")},
      {"FIELDS TERMINATED BY ',' ENCLOSED BY '\"' LINES TERMINATED BY '\\r\\n'",
       request("mysql", ",", "\"", "crlf")},
      {"LINES TERMINATED BY '\\r\\n'", request("mysql", {}, {}, "crlf")},
      {"LINES TERMINATED BY '\\r'", request("mysql", {}, {}, "cr")},
  };
  int number = 0;
  for (const OutfileCase& one : cases) {
    const std::string file = (folder / fmt::format("{}.txt", ++number)).string();
    database.run(fmt::format("SELECT * INTO OUTFILE '{}' {} FROM src", file, one.clause));
    expect_same(database, options_for_request(file, one.format), one.clause);
  }
}

TEST_F(MariadbFiles, WhatTheClientsBatchModePrintedIsReadBack) {
  MariadbDatabase database;
  fill(database);
  TempDir folder;
  const std::string file = (folder / "t.tsv").string();
  const std::string command = fmt::format(
      "mariadb --no-defaults --user='{}' --socket='{}' --default-character-set=utf8mb4 "
      "--batch -e 'SELECT * FROM src' '{}' > '{}'",
      database.url().user, database.url().parameters.at("socket"), database.name(), file);
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  expect_same(database, options_for_request(file, request("mysql-batch", {}, {}, "lf")), "--batch");
}

}  // namespace
}  // namespace dbmig::test
