// Names as MariaDB compares them, asked of the server over all of the Basic Multilingual Plane.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "backend/mariadb/connection.hpp"
#include "base/error.hpp"
#include "base/identifier.hpp"
#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/mariadb/accents.hpp"
#include "support/mariadb.hpp"
#include "support/server_version.hpp"

namespace dbmig::backend {
namespace {

std::string utf8(std::uint32_t c) {
  std::string out;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
  return out;
}

/// What can stand in a name: all but surrogates, and what ends or quotes one.
std::vector<std::string> letters() {
  std::vector<std::string> all;
  for (std::uint32_t c = 0x21; c < 0x10000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    all.push_back(utf8(c));
  }
  return all;
}

std::string quoted(const std::string& name) {
  return text::quote(name, '`');
}

class MariadbIdentifier : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  }
};

/// Names are compared by utf8mb3_general1400_as_ci there, in which more letters are one; the server
/// says so itself where two names of a schema are.
bool compares_by_unicode_14(test::MariadbDatabase& database) {
  return test::is_at_least(database.connection(), 11, 5);
}

/// Of `letters`, each in a name of its own, those whose names the server holds for another's: a
/// derived table takes no two columns of one name, and it says which (ER_DUP_FIELDNAME).
std::size_t taken_for_others(backend::Connection& connection, std::vector<std::string> letters) {
  constexpr int kDuplicateName = 1060;
  std::size_t taken = 0;
  while (!letters.empty()) {
    std::string columns;
    for (const std::string& letter : letters) {
      columns += fmt::format("{}1 AS {}", columns.empty() ? "" : ",", quoted("x" + letter + "x"));
    }
    try {
      connection.query("SELECT 1 FROM (SELECT " + columns + ") AS t");
      return taken;
    } catch (const Error& error) {
      if (error.native_code() != kDuplicateName) throw;
      const std::string& message = error.message();  // Duplicate column name 'x…x'
      const std::size_t begin = message.find("'x") + 2;
      const std::string named = message.substr(begin, message.rfind("x'") - begin);
      if (std::erase(letters, named) != 1) throw;
      ++taken;
    }
  }
  return taken;
}

// Each statement asks of 4000 names whether any two of them are one. Where the server holds more
// letters for one than dbmig knows, it refuses the second name itself.
TEST_F(MariadbIdentifier, NamesThatAreFoldedToDifferentOnesAreDifferentColumns) {
  test::MariadbDatabase database;
  std::map<std::string, std::string> first;
  for (const std::string& letter : letters()) first.emplace(folded_identifier(letter), letter);
  EXPECT_GT(first.size(), 60000U);
  std::size_t taken = 0;
  std::vector<std::string> some;
  for (const auto& [folded, letter] : first) {
    some.push_back(letter);
    if (some.size() < 4000) continue;
    taken += taken_for_others(database.connection(), std::exchange(some, {}));
  }
  taken += taken_for_others(database.connection(), std::move(some));
  if (compares_by_unicode_14(database)) {
    EXPECT_GT(taken, 0U);
  } else {
    EXPECT_EQ(taken, 0U);
  }
}

// A name that is another's in another case finds its column.
TEST_F(MariadbIdentifier, NamesThatAreFoldedToOneAreOneColumn) {
  test::MariadbDatabase database;
  std::string columns;
  std::string names;
  std::size_t count = 0;
  std::map<std::string, std::string> first;
  for (const std::string& letter : letters()) {
    const auto [at, is_new] = first.emplace(folded_identifier(letter), letter);
    // These are refused beside their letters all the same.
    static const std::set<std::string> kNotFound = {"İ", "\u2126", "\u212A", "\u212B"};
    if (is_new || kNotFound.count(letter) != 0 || kNotFound.count(at->second) != 0) continue;
    ++count;
    // The number keeps apart the letters that are one with the same third.
    const std::string place = std::to_string(count);
    columns += fmt::format("{}1 AS {}", columns.empty() ? "" : ",", quoted(at->second + place));
    names += (names.empty() ? "" : ",") + quoted(letter + place);
  }
  EXPECT_GT(count, 690U);
  EXPECT_NO_THROW(
      database.connection().query("SELECT " + names + " FROM (SELECT " + columns + ") AS t"));
}

TEST_F(MariadbIdentifier, ObjectsOfEachKindAreComparedAsTheModelSays) {
  std::vector<std::pair<std::string, std::string>> pairs = {
      {"AÑO", "año"}, {"Е", "е"}, {"á", "a"}, {"A", "a"}};
  test::MariadbDatabase database;
  if (!compares_by_unicode_14(database)) {
    pairs.insert(pairs.end(), {{"İ", "i"}, {"ı", "i"}, {"Σ", "ς"}});
  }
  const auto takes = [&](const std::string& sql) {
    try {
      database.run(sql);
      return true;
    } catch (const Error&) {
      return false;
    }
  };
  for (const auto& [a, b] : pairs) {
    SCOPED_TRACE(a + " and " + b);
    const std::string table = "CREATE OR REPLACE TABLE t (x int, ";
    EXPECT_EQ(takes(fmt::format("{}{} int, {} int)", table, quoted(a), quoted(b))),
              !same_identifier(a, b));
    EXPECT_EQ(takes(fmt::format("{}KEY {} (x), KEY {} (x))", table, quoted(a), quoted(b))),
              !same_identifier(a, b));
    EXPECT_EQ(takes(fmt::format("{}CONSTRAINT {} CHECK (x > 0), CONSTRAINT {} CHECK (x > 1))",
                                table, quoted(a), quoted(b))),
              folded_check_name(a) != folded_check_name(b));
    database.run("CREATE OR REPLACE TABLE p (id int PRIMARY KEY)");
    EXPECT_EQ(takes(fmt::format("{}CONSTRAINT {} FOREIGN KEY (x) REFERENCES p (id), CONSTRAINT {} "
                                "FOREIGN KEY (x) REFERENCES p (id))",
                                table, quoted(a), quoted(b))),
              text::lower(a) != text::lower(b));
    takes("DROP TABLE t");
    // Those of routines have a collation of their own, and the model's check knows it.
    for (const auto& [create, kind, body] : {
             std::tuple{"FUNCTION", schema::RoutineKind::function, "() RETURNS int RETURN 1"},
             std::tuple{"PROCEDURE", schema::RoutineKind::procedure, "() SELECT 1"},
             std::tuple{"EVENT", schema::RoutineKind::event,
                        " ON SCHEDULE EVERY 1 DAY DISABLE DO SET @x = 1"},
             std::tuple{"SEQUENCE", schema::RoutineKind::sequence, ""},
         }) {
      schema::Schema both;
      for (const std::string& name : {a, b}) {
        both.routines[{kind, name}] = {.kind = kind, .name = name, .sql = body};
      }
      EXPECT_TRUE(takes(fmt::format("CREATE {} {}{}", create, quoted(a), body)));
      EXPECT_EQ(takes(fmt::format("CREATE {} {}{}", create, quoted(b), body)),
                dialect::dialect(DialectKind::mariadb).refusals(both).empty())
          << create;
      for (const std::string& name : {a, b}) takes(fmt::format("DROP {} {}", create, quoted(name)));
    }
  }
}

TEST_F(MariadbIdentifier, AccentsAreWhatTheGeneralCollationsDoNotTellApart) {
  test::MariadbDatabase database;
  for (const char* collation : {"utf8mb4_general_ci", "utf8mb4_unicode_ci",
                                "utf8mb4_unicode_520_ci", "utf8mb4_uca1400_ai_ci"}) {
    std::string unequal;
    std::size_t count = 0;
    for (const std::string& letter : letters()) {
      const std::string equal = dialect::mariadb::without_accents(letter);
      if (equal == letter) continue;
      unequal += fmt::format("{}({}, {})", count++ == 0 ? "" : ",",
                             dialect::dialect(DialectKind::mariadb).quote_string(letter),
                             dialect::dialect(DialectKind::mariadb).quote_string(equal));
    }
    EXPECT_GT(count, 1000U);
    EXPECT_EQ(
        database.rows(fmt::format("SELECT a, b FROM (SELECT '' AS a, '' AS b UNION ALL VALUES "
                                  "{}) AS t WHERE a <> b COLLATE {}",
                                  unequal, collation)),
        "")
        << collation;
    // Members of an ENUM are compared so.
    EXPECT_THROW(database.run(fmt::format(
                     "CREATE OR REPLACE TABLE t (e enum('Sí', 'si') COLLATE {})", collation)),
                 Error);
  }
}

TEST_F(MariadbIdentifier, NamesOfRoutinesAreComparedAsTheServersTablesDo) {
  test::MariadbDatabase database;
  std::string values;
  for (const std::string& letter : letters()) {
    values += fmt::format("{}({})", values.empty() ? "" : ",",
                          dialect::dialect(DialectKind::mariadb).quote_string(letter));
  }
  std::map<std::string, std::string> by_weight;
  std::map<std::string, std::string> by_fold;
  std::string wrong;
  const auto rows = database.connection().query(
      "SELECT s, HEX(WEIGHT_STRING(CONVERT(s USING utf8mb3) COLLATE utf8mb3_general_ci)) FROM "
      "(SELECT '' AS s UNION ALL VALUES " +
      values + ") AS t WHERE s <> ''");
  for (const auto& row : rows.rows) {
    const std::string letter = row[0].value_or("");
    const std::string weight = row[1].value_or("");
    const std::string fold = dialect::mariadb::folded_routine_name(letter);
    const bool same = by_weight.try_emplace(weight, fold).first->second == fold &&
                      by_fold.try_emplace(fold, weight).first->second == weight;
    if (!same) wrong += letter + " ";
  }
  EXPECT_GT(by_weight.size(), 60000U);
  EXPECT_EQ(wrong, "");
}

}  // namespace
}  // namespace dbmig::backend
