// Rows to a server that does not know COM_STMT_BULK_EXECUTE: the same as to one that does.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "backend/bulk.hpp"
#include "base/error.hpp"
#include "fault/proxy.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/temp_dir.hpp"

namespace dbmig::fault {
namespace {

using backend::Cell;
using test::MariadbDatabase;

constexpr std::size_t kColumns = 6;

struct RandomRows {
  std::vector<std::vector<Cell>> rows;
  std::deque<std::string> texts;

  const std::string& keep(std::string text) { return texts.emplace_back(std::move(text)); }
};

/// Either the server numbers some of the rows, or it refuses some: a number below zero, a date that
/// the calendar does not have, a key again. (A refused row uses up a number, and more if many are
/// sent at once.)
RandomRows random_rows(std::mt19937_64& random) {
  RandomRows out;
  const bool is_numbered = random() % 2 == 0;
  const auto is_bad = [&](std::uint64_t every) { return !is_numbered && random() % every == 0; };
  const std::size_t count = random() % (random() % 4 == 0 ? 3000 : 40);
  for (std::size_t i = 0; i < count; ++i) {
    const auto key = static_cast<std::int64_t>(1 + (is_bad(60) ? random() % (i + 1) : i));
    const auto number = static_cast<std::int64_t>(random() % 80);
    out.rows.push_back({is_numbered && random() % 9 != 0 ? Cell::null() : Cell::of(key),
                        Cell::of(is_bad(50) ? -1 : number),
                        random() % 5 == 0
                            ? Cell::null()
                            : Cell::of_text(out.keep(std::string(random() % 300, 'x') + "ñ𝄞")),
                        Cell::of_text(out.keep(fmt::format(
                            "2024-02-{:02} 01:02:03", 1 + random() % 29 + (is_bad(40) ? 29 : 0)))),
                        Cell::of_text(random() % 2 == 0 ? "POINT(1 2)" : "SRID=4326;POINT(3 4)"),
                        Cell::of_blob(std::string_view("\xFF\0'", 3))});
  }
  return out;
}

/// Writes the rows to an empty table; what is in the table then, and what was refused and why.
std::string written(MariadbDatabase& database, backend::mariadb::MariadbConnection& connection,
                    const RandomRows& rows) {
  database.run(
      "DROP TABLE IF EXISTS t; CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n INT CHECK (n "
      ">= 0), s TEXT, d DATETIME, p POINT, b VARBINARY(9))");
  const auto sink = connection.bulk_sink(connection.inspect({}).schema.table("t"),
                                         {"id", "n", "s", "d", "p", "b"});
  const auto encoder = backend::row_encoder(sink->encoding(), kColumns);
  for (const std::vector<Cell>& row : rows.rows) encoder->add(row);
  std::string said;
  connection.begin();
  sink->write(encoder->batch(), [&](std::size_t row, const Error& error) {
    said += fmt::format("{}: {}\n", row, error.message());
  });
  connection.commit();
  return fmt::format(
      "{}{} rows\n{}", said, sink->rows(),
      database.rows("SELECT id, n, md5(s), d, ST_AsText(p), ST_SRID(p), hex(b) FROM t "
                    "ORDER BY id"));
}

class WithoutBulkCommands : public test::MariadbTest {};

TEST_F(WithoutBulkCommands, RowsAreWrittenAndRefusedLikeWithThem) {
  MariadbDatabase database;
  const auto socket = database.url().parameters.find("socket");
  if (socket == database.url().parameters.end()) GTEST_SKIP() << "the server has no socket here";
  const test::TempDir folder;
  Proxy proxy(folder / "proxy.sock", socket->second);
  proxy.hide_bulk_commands();
  Url url = database.url();
  url.parameters["socket"] = (folder / "proxy.sock").string();
  const auto without = backend::mariadb::connect(url, {});
  const auto encoding_of = [&](backend::mariadb::MariadbConnection& connection) {
    return connection.bulk_sink(connection.inspect({}).schema.table("d"), {"d"})->encoding();
  };
  database.run("CREATE TABLE d (d DATE)");
  ASSERT_NE(encoding_of(*without), encoding_of(database.connection()))
      << "the server's capability is not hidden";
  for (std::uint64_t seed = 1; seed <= test::property_seeds(15); ++seed) {
    std::mt19937_64 random(seed);
    const RandomRows rows = random_rows(random);
    ASSERT_EQ(written(database, *without, rows), written(database, database.connection(), rows))
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace dbmig::fault
