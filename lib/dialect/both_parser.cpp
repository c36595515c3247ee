#include "dialect/both_parser.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"

namespace dbmig::dialect {
namespace {

/// Operators of several characters, which the common lexer gives one by one.
constexpr std::array<std::string_view, 9> kTwoCharacterSigns = {
    "||", "<<", ">>", "<=", ">=", "<>", "!=", "==", "->"};

/// Its own ones. Source: https://www.sqlite.org/datatype3.html#collation
bool is_collation_of_sqlite(std::string_view name) {
  return text::equals_ignoring_case(name, "nocase") || text::equals_ignoring_case(name, "rtrim") ||
         text::equals_ignoring_case(name, "binary");
}

bool is_plain_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

BothParser::BothParser(std::string_view sql, const schema::Table& table)
    : sql_(sql), scopes_{{{source_of(table)}, {}}} {
  read_tokens();
}

BothParser::BothParser(std::string_view sql, const schema::Schema& schema, int views_around)
    : sql_(sql), schema_(&schema), views_around_(views_around) {
  read_tokens();
}

void BothParser::read_tokens() {
  for (const ops::Token& token : ops::tokenize(sql_, std::nullopt)) {
    if (token.kind == ops::TokenKind::space || token.kind == ops::TokenKind::comment) continue;
    const auto begin = static_cast<std::size_t>(token.text.data() - sql_.data());
    if (!tokens_.empty() && token.kind == ops::TokenKind::symbol &&
        tokens_.back().kind == ops::TokenKind::symbol && tokens_.back().text.size() == 1 &&
        tokens_.back().begin + 1 == begin) {
      const std::string_view sign = sql_.substr(begin - 1, 2);
      if (std::find(kTwoCharacterSigns.begin(), kTwoCharacterSigns.end(), sign) !=
          kTwoCharacterSigns.end()) {
        tokens_.back().text = sign;
        continue;
      }
    }
    tokens_.push_back({token.kind, token.text, begin});
  }
}

ForBoth BothParser::run() {
  try {
    if (schema_ == nullptr) {
      either();
    } else if (is_script_) {
      script();
    } else {
      statement();
    }
    if (!done()) throw NotParsed{};
  } catch (const NotParsed&) {
    give_up();
  }
  std::stable_sort(edits_.begin(), edits_.end(),
                   [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  ForBoth result;
  std::string common = edited(false);
  std::string mariadb = edited(true);
  if (common == mariadb) {
    result.sql.any = std::move(common);
  } else {
    result.sql.sqlite = std::string(sql_);
    result.sql.mariadb = std::move(mariadb);
  }
  result.differences = std::move(differences_);
  result.collated = std::move(collated_);
  result.repeated = std::move(repeated_);
  return result;
}

/// Nobody knows what it means: its names alone are told MariaDB.
void BothParser::give_up() {
  edits_.clear();
  differences_.clear();
  collated_.clear();
  quote_names();
  for (const Token& token : tokens_) {
    if (token.text == "||") differs("'||' concatenates on SQLite and is OR on MariaDB");
    if (token.text == "/" && schema_ != nullptr) {
      differs("'/' between integers drops the fraction on SQLite only");
    }
  }
}

// --- the tokens ----------------------------------------------------------------------------------

bool BothParser::is(std::string_view word, std::size_t ahead) const {
  if (at_ + ahead >= tokens_.size()) return false;
  const Token& token = tokens_[at_ + ahead];
  return (token.kind == ops::TokenKind::word || token.kind == ops::TokenKind::symbol) &&
         text::equals_ignoring_case(token.text, word);
}

bool BothParser::take(std::string_view word) {
  if (!is(word)) return false;
  ++at_;
  return true;
}

void BothParser::expect(std::string_view word) {
  if (!take(word)) throw NotParsed{};
}

std::string_view BothParser::text_of(const Value& value) const {
  const Token& last = tokens_[value.last];
  const std::size_t begin = tokens_[value.first].begin;
  return sql_.substr(begin, last.begin + last.text.size() - begin);
}

BothParser::Value BothParser::span(const Value& left, Kind kind) const {
  return {.kind = kind, .first = left.first, .last = at_ - 1};
}

// --- operators -----------------------------------------------------------------------------------

BothParser::Value BothParser::either() {
  Value left = both();
  while (is("or")) {
    ++at_;
    truth_of(left);
    truth_of(both());
    left = span(left, Kind::truth);
  }
  return left;
}

BothParser::Value BothParser::both() {
  Value left = negation();
  while (is("and")) {
    ++at_;
    truth_of(left);
    truth_of(negation());
    left = span(left, Kind::truth);
  }
  return left;
}

BothParser::Value BothParser::negation() {
  if (!is("not") || is("exists", 1)) return equality();
  const std::size_t first = at_++;
  truth_of(negation());
  return {.kind = Kind::truth, .first = first, .last = at_ - 1};
}

void BothParser::truth_of(const Value& value) {
  if (value.kind != Kind::text && value.kind != Kind::bytes) return;
  differs(fmt::format("whether the text {} is true", text_of(value)));
}

BothParser::Value BothParser::equality() {
  Value left = comparison();
  while (true) {
    const bool turned = is("not") && (is("in", 1) || is("like", 1) || is("between", 1) ||
                                      is("glob", 1) || is("regexp", 1) || is("match", 1));
    const std::size_t sign = at_ + (turned ? 1 : 0);
    if (sign >= tokens_.size()) return left;
    const auto word = text::lower(tokens_[sign].text);
    if (tokens_[sign].kind == ops::TokenKind::quoted_name) return left;
    const bool known = word == "=" || word == "==" || word == "<>" || word == "!=" ||
                       word == "is" || word == "in" || word == "like" || word == "between" ||
                       word == "regexp" || word == "isnull" || word == "notnull" ||
                       word == "glob" || word == "match";
    if (!known) return left;
    if (left.compares) differs(fmt::format("what goes first in {} …", text_of(left)));
    at_ = sign + 1;
    if (word == "isnull" || word == "notnull") {
      replace(sign, word == "isnull" ? "IS NULL" : "IS NOT NULL");
    } else if (word == "is") {
      take("not");
      const bool is_distinct = take("distinct");
      if (is_distinct) expect("from");
      const Value right = comparison();
      const bool is_known = !is_distinct && right.first == right.last && right.is_literal &&
                            (right.kind == Kind::null || right.kind == Kind::truth);
      if (!is_known)
        differs("IS between two values, which MariaDB does not have (it is <=> there)");
    } else if (word == "in") {
      expect("(");
      if (begins_query()) {
        const Output rows = query();
        if (rows.columns.size() == 1) {
          const BothColumn& one = rows.columns.front();
          compare(left,
                  {.kind = one.kind,
                   .is_collated = one.is_collated,
                   .digits = one.digits,
                   .first = sign + 2,
                   .last = at_ - 1},
                  "in");
        }
      } else {
        for (const Value& value : list()) compare(left, value, "in");
      }
      expect(")");
    } else if (word == "between") {
      const Value low = comparison();
      compare(left, low, ">=");
      expect("and");
      const Value high = comparison();
      compare(left, high, "<=");
      for (const Value* value : {&low, &high}) {
        if (value->compares) differs(fmt::format("what goes first in … {}", text_of(*value)));
      }
    } else if (word == "glob" || word == "match") {
      comparison();
      differs(text::upper(word) + ", which MariaDB does not have (LIKE works on both)");
    } else if (word == "like" || word == "regexp") {
      const Value pattern = comparison();
      if (is_number(left.kind)) differs(fmt::format("the number {} as a text", text_of(left)));
      compare_texts(left, pattern, true);
      if (take("escape")) comparison();
      if (pattern.compares) differs(fmt::format("what goes first in {}", text_of(pattern)));
    } else {
      if (word == "==") replace(sign, "=");
      const Value right = comparison();
      if (right.compares) differs(fmt::format("what goes first in … {}", text_of(right)));
      compare(left, right);
    }
    left = span(left, Kind::truth);
    left.compares = true;
  }
}

/// SQLite tells all letters apart for =, and ASCII letters alone not by their case for LIKE;
/// MariaDB's default collations tell neither case nor accents.
void BothParser::compare_texts(const Value& left, const Value& right, bool like) {
  const auto has_letters = [&](const Value& value) {
    if (!value.is_literal) return true;
    const std::string_view text = text_of(value);
    return std::any_of(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) >= 0x80 || std::isalpha(static_cast<unsigned char>(c));
    });
  };
  if (left.kind != Kind::text || right.kind != Kind::text) return;
  if (!has_letters(left) || !has_letters(right)) return;
  const bool same = left.is_literal && right.is_literal;
  if (same || (!like && (left.is_collated || right.is_collated))) return;
  hangs_on_collation(text_of(left.is_literal ? right : left));
}

void BothParser::hangs_on_collation(std::string_view what) {
  if (std::find(collated_.begin(), collated_.end(), what) == collated_.end()) {
    collated_.emplace_back(what);
  }
}

BothParser::Value BothParser::comparison() {
  Value left = bits();
  while (is("<") || is(">") || is("<=") || is(">=")) {
    const std::string_view sign = tokens_[at_++].text;
    if (left.compares) differs(fmt::format("what goes first in {} …", text_of(left)));
    compare(left, bits(), sign);
    left = span(left, Kind::truth);
    left.compares = true;
  }
  return left;
}

/// SQLite compares the texts: '2024-01-31 10:00:00' is more than '2024-01-31', and no time equals
/// a text without one. `sign` is that of `moment` in front.
void BothParser::compare_moments(const Value& moment, const Value& other, std::string_view sign) {
  if (!other.is_literal || other.kind != Kind::text) return;
  const std::string_view said = text_of(other);
  // With the quotes.
  constexpr std::size_t kDate = std::string_view("'2024-01-31'").size();
  constexpr std::size_t kSeconds = std::string_view("'2024-01-31 00:00:00'").size();
  const auto digits = static_cast<std::size_t>(moment.digits);
  const std::size_t wanted =
      moment.kind == Kind::date ? kDate : kSeconds + digits + (digits > 0 ? 1 : 0);
  if (said.size() == wanted && (moment.kind == Kind::date || said[11] == ' ')) return;
  const bool is_prefix = said.size() == kDate || (said.size() == kSeconds && said[11] == ' ');
  if (moment.kind == Kind::datetime && is_prefix && (sign == ">=" || sign == "<")) return;
  differs(fmt::format("{} compared with {}, which is a text on SQLite: write it as {}",
                      text_of(moment), said,
                      moment.kind == Kind::date ? "a date, 'YYYY-MM-DD'"
                      : digits > 0 ? fmt::format("'YYYY-MM-DD HH:MM:SS' and {} digits", digits)
                                   : "'YYYY-MM-DD HH:MM:SS'"));
}

void BothParser::compare(const Value& left, const Value& right, std::string_view sign) {
  compare_texts(left, right, false);
  if (left.kind == Kind::datetime || left.kind == Kind::date) compare_moments(left, right, sign);
  if (right.kind == Kind::datetime || right.kind == Kind::date) {
    const std::string_view turned = sign == "<=" ? ">=" : sign == ">" ? "<" : "=";
    compare_moments(right, left, turned);
  }
  if ((left.kind == Kind::datetime && right.kind == Kind::date) ||
      (left.kind == Kind::date && right.kind == Kind::datetime)) {
    differs(fmt::format("{} compared with {}: a date and a date with a time are texts on SQLite",
                        text_of(left), text_of(right)));
  }
  for (const auto& [a, b] : std::array{std::pair{&left, &right}, std::pair{&right, &left}}) {
    if (a->kind == Kind::bytes && (b->kind == Kind::text || is_number(b->kind))) {
      differs(fmt::format("{} is bytes, and equals no text or number on SQLite", text_of(*a)));
    }
    if (!is_number(a->kind) || b->kind != Kind::text) continue;
    // A column of numbers makes a number of a text that is one; IN asks what is in front alone.
    const std::string_view said = text_of(*b);
    const bool converts = sign != "nullif" && (sign != "in" || a == &left);
    if (converts && a->is_column && b->is_literal && said.size() > 2 &&
        is_plain_number(said.substr(1, said.size() - 2))) {
      continue;
    }
    differs(fmt::format("the number {} compared with the text {}", text_of(*a), said));
  }
}

BothParser::Value BothParser::bits() {
  Value left = sum();
  std::string_view before;
  while (is("&") || is("|") || is("<<") || is(">>")) {
    const std::string_view sign = tokens_[at_++].text;
    const Value right = sum();
    if (!before.empty() && before != sign) {
      differs(fmt::format("what goes first between {} and {}", before, sign));
    }
    before = sign;
    const bool masked = sign == "&" && (left.is_literal || right.is_literal) &&
                        left.kind == Kind::whole && right.kind == Kind::whole;
    if (!masked) {
      differs(fmt::format("{}, whose bits MariaDB takes as a number without a sign", sign));
    }
    left = span(left, Kind::whole);
  }
  return left;
}

BothParser::Value BothParser::sum() {
  Value left = product();
  while (is("+") || is("-")) {
    const std::string_view sign = tokens_[at_++].text;
    const Value right = product();
    arithmetic(left, right, sign);
    left = span(left, of_two_numbers(left, right));
  }
  return left;
}

BothParser::Kind BothParser::of_two_numbers(const Value& left, const Value& right) {
  if (left.kind == Kind::real || right.kind == Kind::real) return Kind::real;
  const bool known = is_number(left.kind) && is_number(right.kind);
  return known ? united(left.kind, right.kind) : Kind::unknown;
}

void BothParser::arithmetic(const Value& left, const Value& right, std::string_view sign) {
  for (const Value* value : {&left, &right}) {
    if (value->kind == Kind::date || value->kind == Kind::datetime) {
      differs(fmt::format("the date {} as a number for {}", text_of(*value), sign));
    }
    if (value->kind != Kind::text && value->kind != Kind::bytes) continue;
    differs(fmt::format("the text {} as a number for {}", text_of(*value), sign));
  }
}

BothParser::Value BothParser::product() {
  Value left = joined();
  while (is("*") || is("/") || is("%")) {
    const std::size_t sign = at_++;
    const std::string_view symbol = tokens_[sign].text;
    const Value right = joined();
    arithmetic(left, right, symbol);
    if (symbol == "/") {
      left = divided(left, right, sign);
      continue;
    }
    const bool whole = left.kind == Kind::whole && right.kind == Kind::whole;
    if (symbol == "%" && !whole) differs("'%' of a value that may not be an integer");
    if (symbol == "%") without_zero(right);
    left = span(left, of_two_numbers(left, right));
  }
  return left;
}

/// `word` in the place of `token`, parted by blanks from what stands beside it.
std::string BothParser::spaced(std::string word, std::size_t token) const {
  const std::size_t begin = tokens_[token].begin;
  const std::size_t end = begin + tokens_[token].text.size();
  if (sql_[begin - 1] != ' ') word.insert(0, 1, ' ');
  if (end < sql_.size() && sql_[end] != ' ') word += ' ';
  return word;
}

/// By zero is NULL on SQLite, and an error of an INSERT on MariaDB (ERROR_FOR_DIVISION_BY_ZERO).
void BothParser::without_zero(const Value& divisor) {
  const std::string_view said = text_of(divisor);
  if (divisor.is_literal && said.find_first_of("123456789") != std::string_view::npos) return;
  insert_before(divisor.first, "nullif(");
  insert_after(divisor.last, ", 0)");
}

BothParser::Value BothParser::divided(const Value& left, const Value& right, std::size_t sign) {
  const auto whole = [](const Value& value) {
    return value.kind == Kind::whole || value.kind == Kind::truth;
  };
  if (whole(left) && whole(right)) {
    replace(sign, spaced("DIV", sign));
    without_zero(right);
    return span(left, Kind::whole);
  }
  if (left.kind == Kind::real || right.kind == Kind::real) {
    // MariaDB divides decimals to four digits more than they have.
    const bool blank = sql_[tokens_[sign].begin - 1] == ' ';
    insert_before(sign, blank ? "* 1e0 " : " * 1e0 ");
    without_zero(right);
    return span(left, Kind::real);
  }
  differs(fmt::format("{} / {}: SQLite drops the rest of whole numbers", text_of(left),
                      text_of(right)));
  return span(left, Kind::unknown);
}

BothParser::Value BothParser::joined() {
  Value left = collated();
  while (take("->")) {
    const bool unquotes = take(">");
    collated();
    differs(fmt::format("{}, which MariaDB does not have", unquotes ? "->>" : "->"));
    left = span(left, Kind::unknown);
  }
  if (!is("||")) return left;
  insert_before(left.first, "concat(");
  while (is("||")) {
    replace(at_++, ",");
    const Value right = collated();
    for (const Value* value : std::array<const Value*, 2>{&left, &right}) {
      if (value->kind == Kind::real || value->kind == Kind::decimal || value->kind == Kind::mixed) {
        differs(fmt::format("the number {} as a text", text_of(*value)));
      } else if (value->kind == Kind::bytes) {
        differs(fmt::format("the bytes {} as a text", text_of(*value)));
      }
    }
    left = span(left, Kind::text);
  }
  insert_after(at_ - 1, ")");
  return left;
}

BothParser::Value BothParser::collated() {
  Value value = sign();
  while (take("collate")) {
    if (done()) throw NotParsed{};
    if (is_collation_of_sqlite(ops::identifier({tokens_[at_].kind, tokens_[at_].text}))) {
      differs(fmt::format("COLLATE {}, which MariaDB does not have", tokens_[at_].text));
    }
    ++at_;
    value.last = at_ - 1;
    value.is_collated = true;
  }
  return value;
}

BothParser::Value BothParser::sign() {
  if (!is("-") && !is("+") && !is("~")) return primary();
  const std::size_t first = at_++;
  const bool turns = tokens_[first].text == "~";
  Value value = sign();
  if (turns) differs("'~', whose result is unsigned on MariaDB");
  if (value.kind == Kind::text || value.kind == Kind::bytes) {
    differs(fmt::format("the text {} as a number", text_of(value)));
  }
  const Kind kind = value.kind == Kind::truth ? Kind::whole : value.kind;
  return {.kind = kind, .first = first, .last = at_ - 1};
}

// --- edits ---------------------------------------------------------------------------------------

void BothParser::replace(std::size_t token, std::string text, bool for_mariadb_alone) {
  edits_.push_back(
      {tokens_[token].begin, tokens_[token].text.size(), std::move(text), for_mariadb_alone});
}

void BothParser::insert_before(std::size_t token, std::string text) {
  // What begins at the same place stands inside.
  edits_.insert(edits_.begin(), {tokens_[token].begin, 0, std::move(text), true});
}

void BothParser::insert_after(std::size_t token, std::string text) {
  edits_.push_back({tokens_[token].begin + tokens_[token].text.size(), 0, std::move(text), true});
}

void BothParser::differs(std::string what) {
  if (std::find(differences_.begin(), differences_.end(), what) == differences_.end()) {
    differences_.push_back(std::move(what));
  }
}

std::string BothParser::edited(bool for_mariadb) const {
  std::string out;
  std::size_t from = 0;
  for (const Edit& edit : edits_) {
    if (edit.for_mariadb_alone && !for_mariadb) continue;
    out += sql_.substr(from, edit.begin - from);
    out += edit.text;
    from = edit.begin + edit.size;
  }
  return out + std::string(sql_.substr(from));
}

}  // namespace dbmig::dialect
