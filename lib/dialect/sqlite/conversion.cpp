#include "dialect/sqlite/conversion.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "dialect/sqlite/quote.hpp"
#include "dialect/sqlite/types.hpp"

namespace dbmig::dialect::sqlite {
namespace {

/// Columns of INTEGER affinity differ from those of NUMERIC in CAST alone.
Affinity affinity_of(const ColumnOf& of) {
  const std::string declared =
      declared_type(of.column.type_on(DialectKind::sqlite), of.table.sqlite.strict);
  if (of.table.sqlite.strict && text::equals_ignoring_case(declared, "ANY")) return Affinity::blob;
  const Affinity own = affinity(declared);
  return own == Affinity::integer ? Affinity::numeric : own;
}

std::string collation_of(const ColumnOf& of) {
  const std::string name = text::upper(of.column.sqlite.collation);
  return name.empty() ? "BINARY" : name;
}

/// The number that a text is, whole if it can be. The comparison gives the text numeric affinity:
/// only one that is no number stays different from what CAST finds at its beginning.
std::string number(const std::string& value) {
  return fmt::format(
      "WHEN typeof({0}) = 'text' AND {0} = CAST({0} AS NUMERIC) THEN CAST({0} AS NUMERIC)", value);
}

/// The affinity of `kind` applied to `value`, in an expression that has none itself.
/// Source: https://www.sqlite.org/datatype3.html section 3
std::string applied(const std::string& value, Affinity kind) {
  switch (kind) {
    case Affinity::text:
      return fmt::format(
          "CASE WHEN typeof({0}) IN ('integer', 'real') THEN CAST({0} AS TEXT) ELSE {0} END",
          value);
    case Affinity::integer:
    case Affinity::numeric:
      return fmt::format(
          "CASE {1} WHEN typeof({0}) = 'real' AND {0} = CAST({0} AS INTEGER) THEN CAST({0} AS "
          "INTEGER) ELSE {0} END",
          value, number(value));
    case Affinity::real:
      return fmt::format(
          "CASE WHEN typeof({0}) = 'text' AND {0} = CAST({0} AS NUMERIC) THEN CAST(CAST({0} AS "
          "NUMERIC) AS REAL) WHEN typeof({0}) = 'integer' THEN CAST({0} AS REAL) ELSE {0} END",
          value);
    case Affinity::blob:
      break;
  }
  return "+" + value;
}

/// CAST is the only expression that has the affinity of a type, and changes nothing of these.
void express(Conversion& conversion, Affinity kind) {
  const std::string& value = conversion.value;
  if (kind == Affinity::blob) {
    conversion.in_expressions = value;
  } else if (kind == Affinity::text) {
    conversion.in_expressions = fmt::format("CAST({} AS TEXT)", value);
    conversion.expressible = fmt::format("typeof({}) IN ('text', 'null')", value);
  } else if (kind == Affinity::real) {
    conversion.in_expressions = fmt::format("CAST({} AS REAL)", value);
    conversion.expressible = fmt::format("typeof({}) IN ('real', 'null')", value);
  } else {
    conversion.in_expressions = fmt::format("CAST({} AS NUMERIC)", value);
    conversion.expressible = fmt::format("typeof({}) IN ('integer', 'real', 'null')", value);
  }
}

void collate(Conversion& conversion, const std::string& collation) {
  const std::string clause = " COLLATE " + quote_identifier(collation);
  conversion.value += clause;
  conversion.in_expressions += clause;
}

}  // namespace

Conversion conversion(const std::string& value, const ColumnOf& from, const ColumnOf& to) {
  const bool same_affinity = affinity_of(from) == affinity_of(to);
  const bool same_collation = collation_of(from) == collation_of(to);
  if (same_affinity && same_collation) return {value, value, {}, {}};
  if (!same_affinity) return stored(value, to);
  Conversion out{value, value, {}, {}};
  collate(out, collation_of(to));
  return out;
}

Conversion stored(const std::string& value, const ColumnOf& column) {
  const Affinity kind = affinity_of(column);
  Conversion out{applied(value, kind), {}, {}, {}};
  express(out, kind);
  collate(out, collation_of(column));
  return out;
}

namespace {

/// A whole number that is a text, with more digits than an INTEGER and more than floating point is
/// sure to hold.
std::string long_whole_text(const std::string& value) {
  const std::string digits = fmt::format("ltrim(trim({}), '+-')", value);
  return fmt::format(
      "(typeof({0}) = 'text' AND {0} = CAST({0} AS NUMERIC) AND typeof(CAST({0} AS NUMERIC)) = "
      "'real' AND {1} NOT GLOB '*[^0-9]*' AND length(trim({1}, '0')) > 15)",
      value, digits);
}

/// What floating point does not hold of whole numbers: digits beyond its 53 bits.
std::string lost_as_real(const std::string& value, Affinity before) {
  if (before == Affinity::numeric) {
    return fmt::format("(typeof({0}) = 'integer' AND CAST({0} AS REAL) <> {0})", value);
  }
  return fmt::format(
      "((typeof({0}) = 'integer' OR (typeof({0}) = 'text' AND {0} = CAST({0} AS NUMERIC) AND "
      "typeof(CAST({0} AS NUMERIC)) = 'integer')) AND CAST(CAST({0} AS NUMERIC) AS REAL) <> "
      "CAST({0} AS NUMERIC) OR {1})",
      value, long_whole_text(value));
}

}  // namespace

std::string changed_values(const std::string& value, const ColumnOf& from, const ColumnOf& to) {
  const Affinity before = affinity_of(from);
  const Affinity after = affinity_of(to);
  const bool narrows =
      schema::is_narrowing(from.column.type, to.column.type) ||
      schema::is_narrowing_on_sqlite(from.column.type_on(DialectKind::sqlite),
                                     to.column.type_on(DialectKind::sqlite),
                                     {from.table.sqlite.strict, to.table.sqlite.strict});
  if (before == after) return {};
  const std::string rewritten =
      narrows && after != Affinity::text ? std::string() : rewritten_values(value, from, to);
  // Digits that are lost are no part of what was consented to.
  if (after == Affinity::real && (narrows || before != Affinity::numeric)) {
    const std::string lost = lost_as_real(value, before);
    return rewritten.empty() ? lost : fmt::format("({} OR {})", rewritten, lost);
  }
  if (narrows && before == Affinity::text && schema::is_numeric(after))
    return long_whole_text(value);
  return rewritten;
}

std::string rewritten_values(const std::string& value, const ColumnOf& from, const ColumnOf& to) {
  const Affinity before = affinity_of(from);
  const Affinity after = affinity_of(to);
  if (before == after || after == Affinity::blob) return {};
  if (after == Affinity::text) {
    return fmt::format("(typeof({0}) = 'real' AND CAST(CAST({0} AS TEXT) AS REAL) <> {0})", value);
  }
  // Columns that make numbers of texts hold no text that is one.
  const bool may_hold_texts = before == Affinity::text || before == Affinity::blob;
  const bool may_hold_wholes = before == Affinity::numeric || before == Affinity::blob;
  std::string condition;
  if (may_hold_texts) {
    condition = fmt::format(
        "(typeof({0}) = 'text' AND {0} = CAST({0} AS NUMERIC) AND CAST(CAST({0} AS NUMERIC) AS "
        "TEXT) <> {0}{1})",
        value,
        // 5 and 5.0 are one number there.
        after == Affinity::real ? fmt::format(" AND CAST(CAST({0} AS REAL) AS TEXT) <> {0}", value)
                                : std::string());
  }
  if (after == Affinity::real && may_hold_wholes) {
    if (!condition.empty()) condition += " OR ";
    condition += fmt::format("(typeof({0}) = 'integer' AND CAST({0} AS REAL) <> {0})", value);
  }
  return may_hold_texts && may_hold_wholes ? '(' + condition + ')' : condition;
}

}  // namespace dbmig::dialect::sqlite
