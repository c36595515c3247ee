#pragma once

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "backend/backend.hpp"
#include "support/random_source.hpp"
#include "yaml/model.hpp"

// A table with values of every kind, and expressions over it as people write them for SQLite.

namespace dbmig {

inline const schema::Table& sample() {
  static const schema::Schema schema = yaml::parse_model({{"m.yaml", R"yaml(
tables:
  t:
    columns:
      id: integer
      a: integer
      order: {type: bigint, sqlite: {type: integer}}
      s: varchar(20)
      r: double
      d: "decimal(10,2)"
      b: varbinary(20)
    primary_key: [id]
)yaml"}}).schema;
  return schema.table("t");
}

inline constexpr const char* kRows =
    "INSERT INTO t VALUES (1, 7, 3, 'abc', 0.5, 5, x'616263'), (2, -7, 2, 'x', 2.5, 2.5, "
    "x'00'), "
    "(3, 0, 0, '', -1.5, -3, x''), (4, NULL, 5, NULL, NULL, NULL, NULL), "
    "(5, 12, -4, '7x', 8, 7.25, x'41'), (6, 1, 1, 'ABC', 1, 1, x'58'), (7, 2, 2, 'Äbc', 2, 2, "
    "x'79')";

/// Expressions as people write them for SQLite, of all that for_both() knows and more.
class Expressions {
 public:
  explicit Expressions(test::RandomSource& random) : random_(random) {}

  std::string any(int depth) { return random_.below(2) == 0 ? number(depth) : text(depth); }

 private:
  template <std::size_t N>
  std::string one_of(const char* const (&list)[N]) {
    return list[random_.below(N)];
  }
  std::string number(int depth) {
    if (depth <= 0) {
      return one_of({"a", "\"a\"", "`a`", "[a]", "t.a", "\"order\"", "r", "d", "2", "3", "1.5",
                     "-4", "\"t\".\"order\"", "\"r\""});
    }
    const int next = depth - 1;
    switch (random_.below(14)) {
      case 0:
      case 1:
      case 2:
        return fmt::format("{} {} {}", number(next),
                           one_of({"+", "-", "*", "/", "/", "%", "<<", "&", "|"}), number(next));
      case 3:
        return fmt::format("({})", number(next));
      case 4:
        return fmt::format("length({})", text(next));
      case 5:
        return fmt::format("CASE WHEN {} THEN {} ELSE {} END", truth(next), number(next),
                           number(next));
      case 6:
        return fmt::format("coalesce({}, {})", number(next), any(next));
      case 7:
        return fmt::format("{}({}, {})", one_of({"min", "max"}), number(next), number(next));
      case 8:
        return fmt::format("CAST({} AS {})", any(next), one_of({"INTEGER", "REAL"}));
      case 9:
        return fmt::format("abs({})", number(next));
      case 10:
        return fmt::format("round({}{})", number(next), one_of({"", ", 1", ", 0"}));
      case 11:
        return fmt::format("nullif({}, {})", any(next), any(next));
      case 12:
        return fmt::format("instr({}, {})", text(next), text(next));
      default:
        return truth(next);
    }
  }
  std::string text(int depth) {
    if (depth <= 0) {
      return one_of({"s", "\"s\"", "'abc'", "\"abc\"", "'x'", "'7'", "'7x'", "x'616263'", "b",
                     "'a\\\\b'", "''"});
    }
    const int next = depth - 1;
    switch (random_.below(8)) {
      case 7:
        return fmt::format("hex({})", text(next));
      case 0:
      case 1:
        return fmt::format("{} || {}", random_.below(4) == 0 ? number(next) : text(next),
                           text(next));
      case 2:
        return fmt::format("substr({}, {}, 2)", text(next), one_of({"0", "1", "2", "-1", "a"}));
      case 3:
        return fmt::format("({})", text(next));
      case 4:
        return fmt::format("replace({}, {}, 'z')", text(next), text(next));
      case 5:
        return fmt::format("CASE {} WHEN {} THEN {} END", text(next), text(next), text(next));
      default:
        return fmt::format("{}({})", one_of({"lower", "trim", "ltrim"}), text(next));
    }
  }
  std::string truth(int depth) {
    const int next = depth - 1;
    switch (random_.below(8)) {
      case 0:
        return fmt::format("{} {} {}", any(next), one_of({"=", "==", "<>", "!="}), any(next));
      case 1:
        return fmt::format("{} {} {}", number(next), one_of({"<", "<=", ">", ">="}), number(next));
      case 2:
        return fmt::format("{} IN ({}, {})", any(next), any(next), any(next));
      case 3:
        return fmt::format("{} BETWEEN {} AND {}", number(next), number(next), number(next));
      case 4:
        return fmt::format("{} IS {}NULL", any(next), one_of({"", "NOT "}));
      case 5:
        return fmt::format("NOT {}", any(next));
      case 6:
        return fmt::format("{} {} {}", truth(next), one_of({"AND", "OR"}), any(next));
      default:
        return fmt::format("({} {} {})", any(next), one_of({"=", "<>"}), any(next));
    }
  }

  test::RandomSource& random_;
};

/// Equal as a text or as numbers that differ by rounding alone.
inline bool same_answer(const backend::Value& a, const backend::Value& b) {
  if (a.has_value() != b.has_value()) return false;
  if (!a || *a == *b) return true;
  char* end_a = nullptr;
  char* end_b = nullptr;
  const double x = std::strtod(a->c_str(), &end_a);
  const double y = std::strtod(b->c_str(), &end_b);
  if (a->empty() || b->empty() || *end_a != '\0' || *end_b != '\0') return false;
  return std::abs(x - y) <= 1e-9 * std::max(1.0, std::abs(x));
}

}  // namespace dbmig
