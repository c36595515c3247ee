#include "dialect/sqlite/invalid_casts.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "dialect/sqlite/dialect.hpp"
#include "dialect/sqlite/types.hpp"
#include "dialect/sqlite/value_check.hpp"

namespace dbmig::dialect::sqlite {

std::string strict_invalid_casts(const std::string& value, const schema::Type& type) {
  const std::string declared = text::upper(declared_type(type, true));
  const std::string no_number = fmt::format(
      "typeof({0}) = 'blob' OR (typeof({0}) = 'text' AND {0} <> CAST({0} AS NUMERIC))", value);
  if (declared == "BLOB") return fmt::format("typeof({}) NOT IN ('blob', 'null')", value);
  if (declared == "TEXT") return fmt::format("typeof({}) = 'blob'", value);
  if (declared == "REAL") return '(' + no_number + ')';
  if (declared != "INTEGER" && declared != "INT") return {};
  return fmt::format("({} OR CAST({} AS NUMERIC) <> CAST(CAST({} AS NUMERIC) AS INTEGER))",
                     no_number, value, value);
}

/// SQLite keeps what it is given: lengths and ranges are not enforced. What counts is the list of
/// an enum, which is a CHECK here, text that a numeric column would not hold as a number, and what
/// is longer as a text than its length says.
std::string SqliteDialect::invalid_casts(const std::string& value, const schema::Type& from,
                                         const schema::Type& to) const {
  if (to.kind == schema::TypeKind::enum_) {
    std::vector<std::string> list;
    for (const std::string& one : to.values) list.push_back(quote_string(one));
    return fmt::format("{} NOT IN ({})", value, text::join(list, ", "));
  }
  if (to.kind == schema::TypeKind::set && !to.values.empty()) {
    return fmt::format("NOT ({})", set_condition(value, to));
  }
  // Nobody would look at a text that is longer than it says, and MariaDB refuses it.
  if (schema::is_text(to.kind) && to.length) {
    const bool is_narrower = schema::is_text(from.kind) ? !from.length || *from.length > *to.length
                                                        : schema::is_narrowing(from, to);
    // The length of a number is that of the text it becomes.
    if (is_narrower) {
      return fmt::format("(typeof({0}) <> 'blob' AND length({0}) > {1})", value, *to.length);
    }
  }
  const bool was_number = schema::is_numeric(from.kind);
  if (schema::is_numeric(to.kind) && !was_number && from.kind != schema::TypeKind::native) {
    // The comparison gives a text operand numeric affinity: only what is no number differs.
    return fmt::format("(typeof({0}) = 'text' AND {0} <> CAST({0} AS NUMERIC))", value);
  }
  return {};
}

}  // namespace dbmig::dialect::sqlite
