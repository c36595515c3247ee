#include "unit/proof/random_sql.hpp"

#include <vector>

namespace dbmig::test {
namespace {

using Forms = std::vector<std::string>;

const Forms kNumbers = {"a",    "b",   "c",    "`a`",    "t.a",  "1",   "-1",
                        "1.50", "1e3", "0x1F", "b'101'", "NULL", "TRUE"};
const Forms kNumberConstants = {"1", "-1", "1.50", "1e3", "0x1F", "b'101'", "(2)", "TRUE"};
const Forms kNumberCalls = {"%n + %n",
                            "%n-%n*%n",
                            "(%n + %n) * %n",
                            "%n - (%n - %n)",
                            "%n / 2.0",
                            "%n DIV 2",
                            "%n MOD 3",
                            "%n % 3",
                            "-%n",
                            "- -%n",
                            "~%n",
                            "%n & 3",
                            "%n | 4",
                            "%n ^ 5",
                            "%n << 1",
                            "%n >> 1",
                            "!%n",
                            "round(%n/2.0)",
                            "round(%n, 1)",
                            "truncate(%n, 1)",
                            "ceil(%n)",
                            "floor(%n)",
                            "abs(%n)",
                            "mod(%n, 7)",
                            "pow(%n, 2)",
                            "power(%n, 2)",
                            "sign(%n)",
                            "greatest(%n, %n)",
                            "least(%n,%n,1)",
                            "length(%s)",
                            "octet_length(%s)",
                            "char_length(%s)",
                            "CHARACTER_LENGTH(%s)",
                            "ascii(%s)",
                            "locate('a', %s)",
                            "position('a' IN %s)",
                            "instr(%s, 'a')",
                            "strcmp(%s, %s)",
                            "crc32(%s)",
                            "year(%t)",
                            "EXTRACT(YEAR FROM %t)",
                            "datediff(%t, %t)",
                            "timestampdiff(DAY, %t, %t)",
                            "dayofweek(%t)",
                            "quarter(%t)",
                            "to_days(%t)",
                            "cast(%s AS SIGNED)",
                            "CAST(%n AS DECIMAL(10,2))",
                            "convert(%s, UNSIGNED)",
                            "if(%c, 1, %n)",
                            "ifnull(%n, 0)",
                            "nvl(%n, 1)",
                            "nullif(%n, 3)",
                            "coalesce(%n, %n, 0)",
                            "CASE %n WHEN 1 THEN 2 WHEN 3 THEN 4 END",
                            "field(%s, 'a', 'b')",
                            "CASE WHEN %c THEN 1 ELSE %n END",
                            "interval(%n, 1, 2)",
                            "find_in_set('a', %s)",
                            "json_length(j)",
                            "json_depth('[1]')",
                            "bit_count(%n)",
                            "x'41' + 0",
                            "inet_aton('1.2.3.4')"};
const Forms kTexts = {
    "s",     "s2",      "`s`",  "t.s",         "'x'",      "\"dq\"", "'it''s'", "'back\\\\slash'",
    "x'41'", "X'4142'", "N'n'", "_utf8mb4'z'", "'ñ日本🎉'", "''"};
const Forms kTextConstants = {"'x'", "\"dq\"", "'it''s'", "x'41'", "N'n'", "_utf8mb4'z'", "'ñ🎉'"};
const Forms kTextCalls = {"concat(%s, 'y')",
                          "concat_ws('-', %s, %n)",
                          "upper(%s)",
                          "ucase(%s)",
                          "LCASE(%s)",
                          "lower(%s)",
                          "trim(%s)",
                          "trim(LEADING 'x' FROM %s)",
                          "trim(BOTH ' ' FROM %s)",
                          "ltrim(rtrim(%s))",
                          "substring(%s, 1, 2)",
                          "substr(%s FROM 2 FOR 1)",
                          "mid(%s, 2)",
                          "left(%s, 2)",
                          "right(%s, 1)",
                          "lpad(%s, 5, '0')",
                          "replace(%s, 'a', '')",
                          "reverse(%s)",
                          "repeat(%s, 2)",
                          "hex(%s)",
                          "hex(%n)",
                          "bin(%n)",
                          "oct(%n)",
                          "conv(%n, 10, 16)",
                          "char(65, 66)",
                          "char(65 USING utf8mb4)",
                          "md5(%s)",
                          "sha1(%s)",
                          "sha2(%s, 256)",
                          "cast(%n AS CHAR)",
                          "CAST(%s AS CHAR(5))",
                          "quote(%s)",
                          "space(3)",
                          "convert(%s USING utf8mb4)",
                          "%s COLLATE utf8mb4_bin",
                          "BINARY %s",
                          "elt(2, %s, %s)",
                          "insert(%s, 1, 1, 'x')",
                          "substring_index(%s, '@', 1)",
                          "json_unquote(json_extract(j, '$.a'))",
                          "json_value(j, '$.b')",
                          "json_object('k', %n)",
                          "json_array(%n, %s)",
                          "if(%c, %s, 'n')",
                          "ifnull(%s, '-')",
                          "coalesce(%s, %s)",
                          "regexp_replace(%s, 'a', 'b')",
                          "to_base64(%s)",
                          "CASE WHEN %c THEN %s ELSE 'z' END",
                          "date(%t)",
                          "soundex(%s)",
                          "format(%n, 2, 'en_US')"};
const Forms kTimes = {"d",
                      "d2",
                      "DATE '2020-01-02'",
                      "TIMESTAMP '2020-01-02 03:04:05'",
                      "'2020-01-02'",
                      "{d '2020-01-02'}"};
const Forms kTimeCalls = {"%t + INTERVAL 1 DAY",
                          "%t - INTERVAL %n HOUR",
                          "date_add(%t, INTERVAL 1 MONTH)",
                          "DATE_SUB(%t, INTERVAL '1:30' HOUR_MINUTE)",
                          "adddate(%t, 3)",
                          "subdate(%t, INTERVAL 1 WEEK)",
                          "last_day(%t)",
                          "timestampadd(MINUTE, 5, %t)",
                          "cast(%t AS DATETIME(3))",
                          "date(%t)",
                          "timestamp(%t)",
                          "INTERVAL 1 YEAR + %t",
                          "makedate(2020, 7)"};
const Forms kConditions = {"%n > %n",
                           "%n<>%n",
                           "%n != 1",
                           "%n <=> %n",
                           "%s = %s",
                           "%s = x'41'",
                           "x'41' = s",
                           "%t < %t",
                           "%n BETWEEN 1 AND %n",
                           "%n not between 2 and 3",
                           "NOT %n BETWEEN 1 AND 5",
                           "%n IN (1)",
                           "%n in (1, %n, 3)",
                           "%n NOT IN (1,2)",
                           "%s LIKE 'a%'",
                           "%s NOT LIKE '%\\_b' ESCAPE '|'",
                           "NOT %s LIKE %s",
                           "%s REGEXP '^a'",
                           "%s RLIKE 'b$'",
                           "NOT %s regexp 'c'",
                           "%n IS NULL",
                           "%s is not null",
                           "isnull(%n)",
                           "(%c) IS TRUE",
                           "(%c) IS NOT FALSE",
                           "(%c) IS UNKNOWN",
                           "NOT (%c)",
                           "!(%c)",
                           "%c AND %c",
                           "%c && %c",
                           "%c or %c",
                           "(%c OR %c) AND %c",
                           "%c XOR %c",
                           "NOT %n",
                           "%n",
                           "(%n, %n) = (1, 2)",
                           "(%n, %s) IN ((1,'a'), (2,'b'))",
                           "%n = %n = 1",
                           "((((%n))) > (0))",
                           "%s SOUNDS LIKE 'x'",
                           "json_valid(j)",
                           "json_contains(j, '1', '$.b')",
                           "json_type(j) = 'OBJECT'",
                           "%s COLLATE utf8mb4_bin = 'x'",
                           "NOT NOT %n",
                           "%n>0 and(%n>0)",
                           "%n > 0 /* why */ AND %n < 9"};

const Forms kFrom = {
    "t",
    "t AS t",
    "t JOIN k ON k.t_id = t.id",
    "t LEFT JOIN k ON k.t_id = t.id AND k.note LIKE 'a%'",
    "k RIGHT JOIN t ON k.id = t.id",
    "t STRAIGHT_JOIN k ON k.id = t.id",
    "t CROSS JOIN k",
    "t, k",
    "(t JOIN k ON t.id = k.t_id)",
    "t INNER JOIN k USING (id)",
    "t NATURAL JOIN base",
    "t NATURAL LEFT JOIN base",
    "t USE INDEX (PRIMARY)",
    "t FORCE INDEX FOR JOIN (PRIMARY)",
    "t LEFT JOIN (k JOIN base ON base.id = k.t_id) ON k.id = t.id",
    "t, JSON_TABLE(t.j, '$[*]' COLUMNS (n FOR ORDINALITY, m INT PATH '$.m')) AS jt",
    "(SELECT * FROM t) t",
    "t JOIN (SELECT t_id, count(*) AS n FROM k GROUP BY t_id) q ON q.t_id = t.id"};
const Forms kSubqueries = {
    "t.id = ANY (SELECT t_id FROM k)",        "t.a > ALL (SELECT id FROM k)",
    "t.a = SOME (SELECT id FROM base)",       "EXISTS (SELECT 1 FROM k WHERE k.t_id = t.id)",
    "NOT EXISTS (SELECT * FROM k)",           "t.id IN (SELECT t_id FROM k WHERE note IS NOT NULL)",
    "t.id NOT IN (SELECT id FROM base)",      "t.id = (SELECT max(id) FROM base)",
    "(t.id, t.a) IN (SELECT id, t_id FROM k)"};
const Forms kWindows = {
    "rank() OVER (PARTITION BY t.a ORDER BY t.b DESC)",
    "sum(t.b) OVER (ORDER BY t.id)",
    "sum(t.b) OVER (ORDER BY t.id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
    "avg(t.a) OVER (ORDER BY t.id RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
    "lag(t.a, 1) OVER (ORDER BY t.id)",
    "lead(t.s) OVER w",
    "first_value(t.a) OVER w",
    "row_number() OVER ()",
    "ntile(4) OVER (ORDER BY t.b)",
    "count(*) OVER (PARTITION BY t.s)"};
const Forms kAggregates = {"count(*)",
                           "count(DISTINCT t.s)",
                           "sum(t.a)",
                           "avg(t.b)",
                           "min(t.d)",
                           "max(t.s)",
                           "bit_or(t.a)",
                           "group_concat(DISTINCT t.s ORDER BY t.a DESC SEPARATOR '|')",
                           "group_concat(t.s)",
                           "std(t.b)",
                           "json_arrayagg(t.s)",
                           "sum(t.a > 1)",
                           "max(CASE WHEN t.a > 1 THEN t.b END)",
                           "var_pop(t.b)"};
const Forms kEnds = {"",
                     "",
                     " ORDER BY 1",
                     " ORDER BY 2 DESC, 1",
                     " LIMIT 3",
                     " LIMIT 5, 10",
                     " LIMIT 10 OFFSET 5",
                     " ORDER BY 1 OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY"};
const Forms kWhole = {
    "WITH c AS (SELECT * FROM t) SELECT id, a FROM c",
    "SELECT * FROM base",
    "SELECT base.* FROM base b2 JOIN base USING (id)",
    "WITH c(x, y) AS (SELECT id, a FROM t), e AS (SELECT * FROM c) SELECT e.* FROM e",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
    "SELECT id FROM t UNION SELECT id FROM k UNION ALL SELECT t_id FROM k",
    "(SELECT id FROM t LIMIT 1) UNION (SELECT id FROM k ORDER BY id DESC LIMIT 2)",
    "SELECT id FROM t INTERSECT SELECT id FROM k",
    "SELECT id FROM t EXCEPT SELECT id FROM k",
    "SELECT a, s, sum(b) AS q FROM t GROUP BY a, s WITH ROLLUP",
    "VALUES (1, 'a'), (2, 'b')",
    "SELECT a AS x, s AS y FROM t GROUP BY x, y HAVING count(*) > 1 ORDER BY x",
    "SELECT 1 AS x FROM DUAL WHERE EXISTS (SELECT * FROM t)",
    "SELECT SQL_NO_CACHE id FROM t",
    "SELECT HIGH_PRIORITY DISTINCT a, s FROM t",
    "SELECT * FROM (SELECT * FROM t WHERE a > 1) AS q",
    "SELECT id \"the id\", a 'single', `s` AS `select` FROM t",
    "SELECT NOW() AS n, CURDATE() AS c, UTC_TIMESTAMP(3) AS u",
    "SELECT k.id FROM k IGNORE INDEX FOR ORDER BY (ix) ORDER BY t_id"};

}  // namespace

std::string RandomSql::filled(const std::string& form, int depth) {
  std::string out;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const char kind = form[i] == '%' && i + 1 < form.size() ? form[i + 1] : ' ';
    // A letter of LIKE's pattern stands before a quote.
    const bool is_hole = (kind == 'n' || kind == 's' || kind == 't' || kind == 'c');
    if (!is_hole) {
      out += form[i];
      continue;
    }
    ++i;
    if (kind == 'n') out += number(depth - 1);
    if (kind == 's') out += text(depth - 1);
    if (kind == 't') out += time(depth - 1);
    if (kind == 'c') out += condition(depth - 1);
  }
  return out;
}

std::string RandomSql::number(int depth) {
  if (depth <= 0 || random_.chance(30)) {
    return random_.pick(with_columns_ ? kNumbers : kNumberConstants);
  }
  return filled(random_.pick(kNumberCalls), depth);
}

std::string RandomSql::text(int depth) {
  if (depth <= 0 || random_.chance(30)) {
    return random_.pick(with_columns_ ? kTexts : kTextConstants);
  }
  return filled(random_.pick(kTextCalls), depth);
}

std::string RandomSql::time(int depth) {
  if (depth <= 0 || random_.chance(40)) return random_.pick(kTimes);
  return filled(random_.pick(kTimeCalls), depth);
}

std::string RandomSql::condition(int depth) {
  return filled(random_.pick(kConditions), depth);
}

std::string RandomSql::value(int depth) {
  return random_.chance(50) ? text(depth) : number(depth);
}

std::string RandomSql::constant() {
  with_columns_ = false;
  std::string out =
      filled(random_.chance(50) ? random_.pick(kTextCalls) : random_.pick(kNumberCalls), 2);
  with_columns_ = true;
  return out;
}

std::string RandomSql::select_list(const std::string& alias) {
  if (random_.chance(20)) return alias + ".*";
  if (random_.chance(30)) return alias + ".id, " + random_.pick(kWindows) + " AS w1";
  return alias + ".id, " + value() + " AS v1, " + time(2) + " v2, (" + condition() + ") AS v3";
}

std::string RandomSql::simple_query() {
  if (random_.chance(25)) {
    return "SELECT t.a, " + random_.pick(kAggregates) + " AS g1, " + random_.pick(kAggregates) +
           " AS g2 FROM t GROUP BY t.a" + (random_.chance(40) ? " HAVING count(*) > 1" : "");
  }
  std::string out = random_.chance(15) ? "SELECT DISTINCT " : "SELECT ";
  const bool names_window = random_.chance(10);
  out += names_window ? "t.id, lead(t.s) OVER w AS w1" : select_list("t");
  out += " FROM " + random_.pick(kFrom);
  if (random_.chance(40)) {
    out +=
        " WHERE " + (random_.chance(50) ? random_.pick(kSubqueries) : "t.a > 1 OR " + condition());
  }
  if (names_window) out += " WINDOW w AS (PARTITION BY t.s ORDER BY t.id)";
  return out;
}

std::string RandomSql::query() {
  if (random_.chance(15)) return random_.pick(kWhole);
  return simple_query() + random_.pick(kEnds);
}

}  // namespace dbmig::test
