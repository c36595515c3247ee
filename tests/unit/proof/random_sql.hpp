#pragma once

#include <string>

#include "support/random_source.hpp"

namespace dbmig::test {

/// SQL in MariaDB's dialect, in the many forms that people give it; most of it is valid. Over the
/// tables t (id, a, b, c: numbers; s, s2: text; d, d2: times; j: JSON) and k (id, t_id: numbers;
/// note: text; index ix), and the view base (id, a, s of t).
class RandomSql {
 public:
  explicit RandomSql(std::uint64_t seed) : random_(seed) {}

  /// A condition over the columns of t, without a query in it.
  std::string condition(int depth = 2);
  /// A value of any kind over the columns of t.
  std::string value(int depth = 2);
  /// A value over no column.
  std::string constant();
  /// A query that a view can be.
  std::string query();

 private:
  std::string number(int depth);
  std::string text(int depth);
  std::string time(int depth);
  std::string select_list(const std::string& alias);
  std::string simple_query();
  /// `sql` with its `%n`, `%s`, `%t`, `%c` filled in by numbers, texts, times and conditions.
  std::string filled(const std::string& form, int depth);

  RandomSource random_;
  bool with_columns_ = true;
};

}  // namespace dbmig::test
