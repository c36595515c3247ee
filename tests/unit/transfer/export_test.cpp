// What is exported is imported as it was: any rows, any format, either database.
#include "transfer/export.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <random>

#include "backend/sqlite/connection.hpp"
#include "base/error.hpp"
#include "import/import.hpp"
#include "import/named_format.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/temp_dir.hpp"
#include "transfer/value_text.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;

class NoEvents final : public EventSink {
 public:
  void on(const Event&) override {}
};

std::atomic<bool> never_stopped{false};

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string rows_of_query(backend::Connection& database, const std::string& sql) {
  std::string out;
  for (const auto& row : database.query(sql).rows) {
    for (const auto& value : row) out += value.value_or("NULL") + "|";
    out += "\n";
  }
  return out;
}

/// `file`, as `dbmig import FILE` with the options that the export names.
void import_file(backend::Connection& database, const std::string& file, const std::string& table,
                 const std::string& format, bool has_bytes) {
  import::FormatRequest request;
  request.name = format;
  if (has_bytes) request.binary = "hex";
  import::Options options = import::options_for(import::file_format(request));
  options.files = {file};
  options.table = table;
  NoEvents events;
  const auto alone = import::local_communicator();
  import::run(options, *alone, [&]() -> backend::Connection& { return database;
}, events, never_stopped);
}  // namespace

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) out += fmt::format("{:02X}", static_cast<unsigned char>(byte));
  return out;
}

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kWhole = {"", "\\N", "NULL", "\\.", "\xEF\xBB\xBF", "-"};
  static const std::vector<std::string> kParts = {
      "a", "\"", ",",  "\n", "\r\n", "\r",  "\t", "\\", "'",    ";",    "ñ",
      "😀", " ",  "0x", "N",  "n",    "\\n", "|",  "{",  "\x01", "\x1A", "\b"};
  if (random() % 6 == 0) return kWhole[random() % kWhole.size()];
  std::string text;
  for (std::size_t n = random() % 8; n > 0; --n) text += kParts[random() % kParts.size()];
  return text;
}

double random_real(std::mt19937_64& random) {
  while (true) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    // SQLite and MariaDB have no NaN, MariaDB no infinity; both read what is denormal as zero or
    // not by their version.
    if (std::isnormal(value)) return value;
  }
}

/// A value of each column, as SQL.
struct Column {
  std::string name;
  std::string type;
  std::function<std::string(std::mt19937&)> value;
};

std::string literal(const std::string& text, DialectKind kind) {
  return kind == DialectKind::mariadb ? "_utf8mb4 X'" + hex(text) + "'"
                                      : "CAST(X'" + hex(text) + "' AS TEXT)";
}

std::vector<Column> columns_for(DialectKind kind) {
  const bool is_mariadb = kind == DialectKind::mariadb;
  const auto whole = [](std::mt19937& random) {
    static const std::vector<std::string> kEdges = {"9223372036854775807", "-9223372036854775807",
                                                    "0", "-1"};
    return random() % 3 == 0 ? kEdges[random() % kEdges.size()] : std::to_string(random());
  };
  const auto text = [kind](std::mt19937& random) { return literal(random_text(random), kind); };
  const auto bytes = [](std::mt19937& random) {
    std::string value;
    for (std::size_t n = random() % 6; n > 0; --n) value.push_back(static_cast<char>(random()));
    return "X'" + hex(value) + "'";
  };
  const auto real = [](std::mt19937& random) {
    std::mt19937_64 wide(random());
    return transfer::shortest(random() % 3 == 0 ? static_cast<double>(wide() % 1000)
                                                : random_real(wide));
  };
  const auto date = [](std::mt19937& random) {
    return fmt::format("'{:04}-{:02}-{:02}'", 1000 + random() % 9000, 1 + random() % 12,
                       1 + random() % 28);
  };
  std::vector<Column> columns = {
      {"big", "BIGINT", whole},
      {"txt", is_mariadb ? "LONGTEXT" : "TEXT", text},
      {"bin", is_mariadb ? "LONGBLOB" : "BLOB", bytes},
      {"r", "DOUBLE", real},
      {"a;b,\"c", "VARCHAR(40)", text},
      {"d", "DATE", date},
      {"made", is_mariadb ? "BIGINT AS (big) STORED" : "BIGINT AS (big) STORED", nullptr},
  };
  if (!is_mariadb) return columns;
  columns.push_back({"u", "BIGINT UNSIGNED", [](std::mt19937& random) {
                       return random() % 2 == 0 ? std::string("18446744073709551615")
                                                : std::to_string(random());
                     }});
  columns.push_back({"dec65", "DECIMAL(65,30)", [](std::mt19937& random) {
                       return fmt::format("{}{}.{:09}{:09}", random() % 2 == 0 ? "-" : "", random(),
                                          random() % 1000000000, random() % 1000000000);
                     }});
  columns.push_back({"f", "FLOAT", [](std::mt19937& random) {
                       const std::uint32_t bits = random();
                       float value = 0;
                       std::memcpy(&value, &bits, sizeof value);
                       return std::isnormal(value) ? fmt::format("{}", static_cast<double>(value))
                                                   : std::string("0.1");
                     }});
  columns.push_back({"t6", "DATETIME(6)", [date](std::mt19937& random) {
                       std::string day = date(random);
                       day.pop_back();
                       return fmt::format("{} {:02}:{:02}:{:02}.{:06}'", day, random() % 24,
                                          random() % 60, random() % 60, random() % 1000000);
                     }});
  columns.push_back({"span", "TIME(3)", [](std::mt19937& random) {
                       return fmt::format("'{}{}:{:02}:{:02}.{:03}'", random() % 2 == 0 ? "-" : "",
                                          random() % 838, random() % 60, random() % 60,
                                          random() % 1000);
                     }});
  columns.push_back(
      {"y", "YEAR", [](std::mt19937& random) { return std::to_string(1901 + random() % 255); }});
  columns.push_back({"bits", "BIT(64)", [](std::mt19937& random) {
                       return fmt::format("X'{:08X}{:08X}'", random(), random());
                     }});
  columns.push_back({"e", "ENUM('a','b,c','')",
                     [](std::mt19937& random) { return std::to_string(1 + random() % 3); }});
  columns.push_back(
      {"s", "SET('x','y','z')", [](std::mt19937& random) { return std::to_string(random() % 8); }});
  columns.push_back({"j", "JSON", [](std::mt19937& random) {
                       return fmt::format("'{{\"k\": [{}, \"ñ\\\\n\"]}}'", random());
                     }});
  columns.push_back({"latin", "VARCHAR(20) CHARACTER SET latin1",
                     [](std::mt19937& random) { return random() % 2 == 0 ? "'é,\"'" : "'x'"; }});
  columns.push_back({"id16", "UUID", [](std::mt19937& random) {
                       return fmt::format("'{:08x}-1234-1234-1234-{:012x}'", random(), random());
                     }});
  columns.push_back({"ip", "INET6", [](std::mt19937& random) {
                       return fmt::format("'2001:db8::{:x}'", random() % 65536);
                     }});
  columns.push_back({"place", "POINT", [](std::mt19937& random) {
                       return fmt::format("ST_GeomFromText('POINT({} {})')", random() % 100,
                                          random() % 100);
                     }});
  return columns;
}

std::string create(const std::string& table, const std::vector<Column>& columns, bool is_mariadb) {
  std::string sql = "CREATE TABLE " + table + " (id INTEGER PRIMARY KEY";
  for (const Column& column : columns) {
    const std::string quote = is_mariadb ? "`" : "\"";
    std::string name;
    for (const char c : column.name) name.append(c == quote.front() ? 2 : 1, c);
    sql += ", " + quote + name + quote + " " + column.type;
  }
  return sql + ")";
}

void fill(backend::Connection& database, const std::vector<Column>& columns, std::mt19937& random) {
  const std::size_t rows = random() % 12;
  for (std::size_t i = 0; i < rows; ++i) {
    std::string names = "id";
    std::string values = std::to_string(i * 3);
    for (const Column& column : columns) {
      if (column.value == nullptr) continue;
      names += ", " + database.dialect().quote_identifier(column.name);
      values += ", " + (random() % 6 == 0 ? "NULL" : column.value(random));
    }
    database.execute("INSERT INTO t (" + names + ") VALUES (" + values + ")");
  }
}

/// The rows of `table`, every byte and class of every value.
std::string all_of(backend::Connection& database, const std::string& table,
                   const std::vector<Column>& columns) {
  std::string selected = "id";
  for (const Column& column : columns) {
    const std::string name = database.dialect().quote_identifier(column.name);
    selected += database.dialect().kind() == DialectKind::sqlite
                    ? ", typeof(" + name + "), quote(" + name + ")"
                    : ", HEX(" + name + ")" +
                          (column.type == "FLOAT" ? ", " + name + " + 0.0e0" : "") +
                          (column.type == "DOUBLE" ? ", " + name : "");
  }
  return rows_of_query(database, "SELECT " + selected + " FROM " + table + " ORDER BY id");
}

void expect_round_trips(backend::Connection& database, std::uint64_t seeds) {
  const DialectKind kind = database.dialect().kind();
  const bool is_mariadb = kind == DialectKind::mariadb;
  const std::vector<Column> columns = columns_for(kind);
  database.execute(create("t", columns, is_mariadb));
  database.execute(create("t2", columns, is_mariadb));
  const TempDir folder;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    database.execute("DELETE FROM t");
    fill(database, columns, random);
    const std::string expected = all_of(database, "t", columns);
    for (const std::string format : {"csv", "tsv", "jsonl"}) {
      transfer::ExportOptions options;
      options.tables = {"t"};
      options.format = format;
      options.output = (folder / ("t." + format)).string();
      options.force = true;
      options.compression = static_cast<transfer::OutputCompression>(random() % 3);
      const auto summary = transfer::export_rows(database, options, never_stopped);
      if (format == "jsonl" && summary.files.at(0).rows == 0) continue;  // no keys to go by
      database.execute("DELETE FROM t2");
      const std::string& read_back = summary.files.at(0).import_options;
      import_file(database, options.output, "t2", format,
                  read_back.find("--binary hex") != std::string::npos);
      ASSERT_EQ(all_of(database, "t2", columns), expected) << format << ", seed " << seed;
    }
  }
}

TEST(Export, AnImportGivesBackTheSameRows) {
  const auto database = backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
  expect_round_trips(*database, property_seeds(60));
}

class ExportOnMariadb : public MariadbTest {};

TEST_F(ExportOnMariadb, AnImportGivesBackTheSameRows) {
  MariadbDatabase database;
  expect_round_trips(database.connection(), property_seeds(30));
}

/// Statements as the writer puts them one below the other; a text may hold a semicolon, too.
void run_script(backend::Connection& database, const std::string& script) {
  std::size_t at = 0;
  while (at < script.size()) {
    const std::size_t end = std::min(
        {script.find(";\nINSERT INTO", at), script.find(";\nSET ", at), script.size() - 2});
    database.execute(script.substr(at, end - at));
    at = end + 2;
  }
}

TEST(Export, SqlStatementsGiveBackValuesOfAnyClass) {
  const auto database = backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
  database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b TEXT, c INTEGER)");
  database->execute(
      "INSERT INTO t VALUES (1, 5, 'it''s', 'no number'), (2, '5', x'00ff', 1.5), "
      "(3, 1e308 * 10, NULL, x''), (4, -0.0, char(0) || 'x', 9223372036854775807)");
  const std::string before = rows_of_query(*database,
                                           "SELECT id, typeof(a), quote(a), typeof(b), quote(b), "
                                           "typeof(c), quote(c), hex(b) FROM t");
  const TempDir folder;
  transfer::ExportOptions options;
  options.all = true;
  options.format = "sql";
  options.output = (folder / "t.sql").string();
  transfer::export_rows(*database, options, never_stopped);
  database->execute("DELETE FROM t");
  run_script(*database, content(options.output));
  EXPECT_EQ(
      rows_of_query(*database,
                    "SELECT id, typeof(a), quote(a), typeof(b), quote(b), typeof(c), quote(c), "
                    "hex(b) FROM t"),
      before);
}

TEST_F(ExportOnMariadb, SqlStatementsGiveBackTheRowsInAnyMode) {
  MariadbDatabase own;
  backend::Connection& database = own.connection();
  std::vector<Column> columns = columns_for(DialectKind::mariadb);
  columns.pop_back();  // the point is text in files
  database.execute(create("t", columns, true));
  std::mt19937 random(5);
  fill(database, columns, random);
  database.execute("INSERT INTO t (id) VALUES (99)");
  const std::string before = all_of(database, "t", columns);
  const TempDir folder;
  transfer::ExportOptions options;
  options.tables = {"T"};  // letter case aside
  options.format = "sql";
  options.output = (folder / "t.sql").string();
  transfer::export_rows(database, options, never_stopped);
  for (const char* mode : {"''", "'NO_BACKSLASH_ESCAPES'", "'ANSI_QUOTES'"}) {
    database.execute("DELETE FROM t");
    database.execute(std::string("SET sql_mode = ") + mode);
    run_script(database, content(options.output));
    EXPECT_EQ(all_of(database, "t", columns), before) << mode;
  }
}

TEST(Export, WhatAFormatCannotSayIsNamedAndLeavesNoFile) {
  const TempDir folder;
  struct Case {
    const char* type;
    const char* value;
    const char* what;
  };
  for (const Case& one :
       {Case{"TEXT", "x'00'", "of type text holds bytes"}, Case{"BLOB", "'x'", "holds text"},
        Case{"BLOB", "5", "holds a number"}, Case{"INTEGER", "x'01'", "holds bytes"}}) {
    const auto database = backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
    database->execute(fmt::format("CREATE TABLE t (id INTEGER PRIMARY KEY, a {})", one.type));
    database->execute(fmt::format("INSERT INTO t VALUES (1, NULL), (7, {})", one.value));
    transfer::ExportOptions options;
    options.tables = {"t"};
    options.output = (folder / "t.csv").string();
    try {
      transfer::export_rows(*database, options, never_stopped);
      ADD_FAILURE() << one.what;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("row 2 of 't': column 'a'"));
      EXPECT_THAT(error.what(), HasSubstr(one.what));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  }
}

TEST(Export, AFileThatIsThereIsNotReplaced) {
  const auto database = backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
  database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY)");
  const TempDir folder;
  transfer::ExportOptions options;
  options.tables = {"t"};
  options.output = (folder / "mine.csv").string();
  std::ofstream(options.output) << "mine";
  EXPECT_THROW(transfer::export_rows(*database, options, never_stopped), Error);
  EXPECT_EQ(content(options.output), "mine");
  options.force = true;
  transfer::export_rows(*database, options, never_stopped);
  EXPECT_EQ(content(options.output), "id\n");
}

TEST(Export, AllTablesGoParentsFirst) {
  const auto database = backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
  database->execute("CREATE TABLE a (id INTEGER PRIMARY KEY, z INT REFERENCES z (id))");
  database->execute("CREATE TABLE m (id INTEGER PRIMARY KEY, a INT REFERENCES a (id))");
  database->execute("CREATE TABLE z (id INTEGER PRIMARY KEY)");
  database->execute("CREATE TABLE dbmig_revisions (id TEXT)");
  const TempDir folder;
  transfer::ExportOptions options;
  options.all = true;
  options.output = (folder / "out").string();
  std::string order;
  for (const auto& file : transfer::export_rows(*database, options, never_stopped).files) {
    order += file.table;
  }
  EXPECT_EQ(order, "zam");
  EXPECT_TRUE(std::filesystem::exists(folder / "out" / "m.csv"));
}

TEST(Export, AQueryHasTheNamesOfItsColumns) {
  const auto database = backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
  const TempDir folder;
  transfer::ExportOptions options;
  options.query = "SELECT 1 AS a, NULL AS \"b\"\"c\", 'x,y' AS d, 2.0 AS e";
  options.output = (folder / "q.csv").string();
  transfer::export_rows(*database, options, never_stopped);
  EXPECT_EQ(content(options.output), "a,\"b\"\"c\",d,e\n1,,\"x,y\",2.0\n");
  options.force = true;
  database->execute("CREATE TABLE t (a)");
  for (const char* query :
       {"DELETE FROM t", "CREATE TABLE u (a)", "INSERT INTO t VALUES (1) RETURNING a",
        "SELECT 1; SELECT 2", "SELECT", "PRAGMA user_version = 5"}) {
    options.query = query;
    EXPECT_THROW(transfer::export_rows(*database, options, never_stopped), Error) << query;
  }
  EXPECT_EQ(
      rows_of_query(*database, "SELECT count(*), (SELECT count(*) FROM sqlite_schema) FROM t"),
      "0|1|\n");
}

}  // namespace dbmig::test
}  // namespace dbmig::test
