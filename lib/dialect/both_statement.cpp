#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "dialect/both_parser.hpp"
#include "dialect/both_query.hpp"

// Queries, and the statements of triggers.

namespace dbmig::dialect {
namespace {

constexpr int kMaxViewsAround = 6;

/// Words that go on with a query behind a column or table, and are no name for it.
bool goes_on(std::string_view word) {
  static const std::set<std::string, std::less<>> words = {
      "from",      "where",  "group",   "having",  "order",     "limit", "offset",  "union",
      "intersect", "except", "window",  "on",      "using",     "join",  "natural", "left",
      "right",     "full",   "inner",   "cross",   "as",        "set",   "begin",   "when",
      "values",    "select", "indexed", "not",     "returning", "end",   "then",    "else",
      "and",       "or",     "default", "collate", "over",      "filter"};
  return words.count(text::lower(word)) != 0;
}

/// The kind of a column that is `a` in one query and `b` in another that it is joined with.
BothColumn united_column(BothColumn a, const BothColumn& b) {
  a.kind = united(a.kind, b.kind);
  a.is_collated = a.is_collated && b.is_collated;
  return a;
}

}  // namespace

ForBoth query_for_both(std::string_view sql, const schema::Schema& schema) {
  return BothParser(sql, schema).run();
}

ForBoth script_for_both(std::string_view sql, const schema::Schema& schema) {
  BothParser parser(sql, schema);
  parser.read_script();
  return parser.run();
}

void BothParser::row_statement() {
  if (is("insert") || is("replace")) {
    insert();
  } else if (is("update")) {
    update();
  } else if (is("delete")) {
    remove();
  } else {
    query();
  }
}

void BothParser::script() {
  while (!done()) {
    const auto edits = edits_;
    const auto differences = differences_;
    const auto collated = collated_;
    try {
      row_statement();
      if (!done()) expect(";");
    } catch (const NotParsed&) {
      // Of one that is not known nothing is said.
      edits_ = edits;
      differences_ = differences;
      collated_ = collated;
      scopes_.clear();
      with_.clear();
      while (!done() && !is(";")) ++at_;
      take(";");
    }
  }
}

void BothParser::statement() {
  if (is("before") || is("after") || is("instead") || is("insert") || is("update") ||
      is("delete")) {
    trigger();
  } else {
    query();
  }
  take(";");
}

bool BothParser::begins_query() const {
  return is("select") || is("with") || is("values");
}

// --- queries -------------------------------------------------------------------------------------

BothParser::Output BothParser::query(std::size_t recursive) {
  const std::size_t known = with_.size();
  if (is("with")) with();
  Output out = core();
  if (recursive > 0) {
    // What it begins with says what its columns are.
    std::vector<BothColumn>& columns = with_[recursive - 1].columns;
    const std::vector<BothColumn> named = columns;
    columns = out.columns;
    for (std::size_t i = 0; i < named.size() && i < columns.size(); ++i) {
      columns[i].name = named[i].name;
    }
  }
  bool is_compound = false;
  bool has_other = false;
  while (is("union") || is("intersect") || is("except")) {
    const bool intersects = take("intersect");
    if (!intersects) ++at_;
    if (intersects && has_other) differs("what goes first between UNION or EXCEPT and INTERSECT");
    has_other = has_other || !intersects;
    is_compound = true;
    const bool all = take("all");
    scopes_.pop_back();
    const Output more = core();
    out.is_open = out.is_open || more.is_open;
    for (std::size_t i = 0; i < out.columns.size() && i < more.columns.size(); ++i) {
      out.columns[i] = united_column(out.columns[i], more.columns[i]);
      if (all || out.columns[i].kind != Kind::text || out.columns[i].is_collated) continue;
      hangs_on_collation(out.columns[i].name);
    }
  }
  if (is_compound) scopes_.back() = {{}, out.columns};
  order();
  limit();
  scopes_.pop_back();
  with_.resize(known);
  return out;
}

void BothParser::with() {
  expect("with");
  const bool recursive = take("recursive");
  do {
    BothSource source{.name = quoted_table(), .columns = {}};
    std::vector<std::string> names;
    if (take("(")) {
      do {
        names.push_back(quoted_table());
      } while (take(","));
      expect(")");
    }
    expect("as");
    take("not");
    take("materialized");
    expect("(");
    for (const std::string& name : names) source.columns.push_back({name});
    source.is_open = names.empty();
    if (recursive) with_.push_back(source);
    const Output out = query(recursive ? with_.size() : 0);
    if (recursive) with_.pop_back();
    expect(")");
    if (names.empty()) source.columns = out.columns;
    for (std::size_t i = 0; i < names.size() && i < out.columns.size(); ++i) {
      source.columns[i] = out.columns[i];
      source.columns[i].name = names[i];
    }
    source.is_open = out.is_open;
    with_.push_back(std::move(source));
  } while (take(","));
}

/// One SELECT or VALUES. Its scope stays, for what follows it.
BothParser::Output BothParser::core() {
  scopes_.emplace_back();
  if (is("values")) return values();
  expect("select");
  const bool distinct = take("distinct");
  if (!distinct) take("all");
  // The columns are read when it is known of what.
  const std::size_t list_at = at_;
  std::size_t end = at_;
  for (int depth = 0; end < tokens_.size(); ++end) {
    const Token& token = tokens_[end];
    if (token.text == "(") ++depth;
    if (token.text == ")" && --depth < 0) break;
    if (depth > 0 || token.kind != ops::TokenKind::word) continue;
    const std::string word = text::lower(token.text);
    if (word == "from" && !text::equals_ignoring_case(tokens_[end - 1].text, "distinct")) break;
    if (word == "where" || word == "group" || word == "having" || word == "union" ||
        word == "intersect" || word == "except" || word == "order" || word == "limit") {
      break;
    }
  }
  at_ = end;
  if (take("from")) sources();
  const std::size_t behind = at_;
  at_ = list_at;
  scopes_.back().grouping.is_selecting = true;
  Output out = selected(end);
  scopes_.back().grouping.is_selecting = false;
  if (at_ != end) throw NotParsed{};
  at_ = behind;
  scopes_.back().aliases = out.columns;
  for (const BothColumn& column : out.columns) {
    if (distinct && column.kind == Kind::text && !column.is_collated) {
      hangs_on_collation(column.name);
    }
  }
  if (take("where")) truth_of(either());
  group();
  if (take("having")) truth_of(either());
  if (take("window")) {
    do {
      quote_part(at_++);
      expect("as");
      window();
    } while (take(","));
  }
  return out;
}

BothParser::Output BothParser::values() {
  Output out;
  expect("values");
  do {
    expect("(");
    std::size_t i = 0;
    for (const Value& value : list()) {
      BothColumn column{fmt::format("column{}", i + 1), value.kind, value.is_collated, 0};
      if (i < out.columns.size()) {
        out.columns[i] = united_column(out.columns[i], column);
      } else {
        out.columns.push_back(std::move(column));
      }
      ++i;
    }
    expect(")");
  } while (take(","));
  return out;
}

/// The columns of a query, up to `end`.
BothParser::Output BothParser::selected(std::size_t end) {
  Output out;
  const auto add = [&](const BothSource& source) {
    out.columns.insert(out.columns.end(), source.columns.begin(), source.columns.end());
    out.is_open = out.is_open || source.is_open;
  };
  do {
    if (at_ >= end) throw NotParsed{};
    if (take("*")) {
      for (const BothSource& source : scopes_.back().sources) add(source);
      continue;
    }
    if (is(".", 1) && is("*", 2)) {
      const std::string name = ops::identifier({tokens_[at_].kind, tokens_[at_].text});
      quote_part(at_);
      at_ += 3;
      for (const BothSource& source : scopes_.back().sources) {
        if (text::equals_ignoring_case(source.name, name)) add(source);
      }
      continue;
    }
    scopes_.back().grouping.place = out.columns.size();
    const Value value = either();
    const Token& last = tokens_[value.last];
    const std::string named =
        value.is_column ? ops::identifier({last.kind, last.text}) : std::string(text_of(value));
    const std::string other = alias();
    out.columns.push_back(
        {other.empty() ? named : other, value.kind, value.is_collated, value.digits});
  } while (take(","));
  return out;
}

/// The name behind a column or table, with or without AS; empty when there is none.
std::string BothParser::alias() {
  const bool said = take("as");
  if (done()) return {};
  const Token& token = tokens_[at_];
  const bool is_name = token.kind == ops::TokenKind::quoted_name ||
                       token.kind == ops::TokenKind::string ||
                       (token.kind == ops::TokenKind::word && (said || !goes_on(token.text)));
  if (!is_name) {
    if (said) throw NotParsed{};
    return {};
  }
  if (token.kind == ops::TokenKind::string) {
    ++at_;
    return std::string(token.text.substr(1, token.text.size() - 2));
  }
  return quoted_table();
}

/// A name, quoted as MariaDB takes it.
std::string BothParser::quoted_table() {
  if (done() || (tokens_[at_].kind != ops::TokenKind::word &&
                 tokens_[at_].kind != ops::TokenKind::quoted_name)) {
    throw NotParsed{};
  }
  quote_part(at_);
  const Token& token = tokens_[at_++];
  return ops::identifier({token.kind, token.text});
}

void BothParser::group() {
  std::set<std::pair<std::size_t, std::string>> grouped;
  std::set<std::size_t> places;
  if (is("group")) {
    ++at_;
    expect("by");
    do {
      const Value value = either();
      const std::string_view said = text_of(value);
      const Token& last = tokens_[value.last];
      if (value.kind == Kind::text && !value.is_collated) hangs_on_collation(said);
      if (value.is_literal && value.kind == Kind::whole) {
        places.insert(std::strtoul(std::string(said).c_str(), nullptr, 10) - 1);
      } else if (value.is_column) {
        const std::string source =
            value.last == value.first
                ? ""
                : ops::identifier({tokens_[value.last - 2].kind, tokens_[value.last - 2].text});
        const std::string name = ops::identifier({last.kind, last.text});
        const BothName found = find_name(scopes_, source, name);
        if (found.column == nullptr || found.scope + 1 != scopes_.size()) continue;
        if (!found.is_alias) grouped.insert({found.source, text::lower(found.column->name)});
        const auto& aliases = scopes_.back().aliases;
        for (std::size_t i = 0; found.is_alias && i < aliases.size(); ++i) {
          if (text::equals_ignoring_case(aliases[i].name, name)) places.insert(i);
        }
      }
    } while (take(","));
  }
  // SQLite takes the other columns from the row of the extreme, MariaDB from any.
  const BothScope& scope = scopes_.back();
  const BothScope::Grouping& grouping = scope.grouping;
  for (const auto& bare : grouping.bare) {
    if (places.count(bare.place) != 0) grouped.insert({bare.source, text::lower(bare.column)});
  }
  for (const auto& bare : grouping.bare) {
    const bool from_extreme = std::find(grouping.extremes.begin(), grouping.extremes.end(),
                                        bare.source) != grouping.extremes.end();
    if (!from_extreme || places.count(bare.place) != 0) continue;
    const auto is_grouped = [&](const std::string& column) {
      return grouped.count({bare.source, text::lower(column)}) != 0;
    };
    const auto& keys = scope.sources[bare.source].keys;
    const bool is_keyed = std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
      return std::all_of(key.begin(), key.end(), is_grouped);
    });
    if (is_keyed || is_grouped(bare.column)) continue;
    differs(fmt::format(
        "{} beside min() or max(), which is taken from the same row on SQLite alone", bare.column));
  }
}

void BothParser::order() {
  if (!is("order")) return;
  ++at_;
  expect("by");
  do {
    const Value value = either();
    if (value.kind == Kind::text && !value.is_collated) hangs_on_collation(text_of(value));
    if (!take("asc")) take("desc");
    if (take("nulls")) {
      if (!take("first")) expect("last");
      differs("NULLS FIRST or LAST, which MariaDB does not have");
    }
  } while (take(","));
}

void BothParser::limit() {
  if (!take("limit")) return;
  either();
  if (take("offset") || take(",")) either();
}

// --- what a query reads --------------------------------------------------------------------------

void BothParser::sources() {
  source();
  while (true) {
    const bool natural = take("natural");
    if (take("full")) {
      differs("FULL JOIN, where FULL is another name of the table for MariaDB");
      take("outer");
      expect("join");
    } else if (!take(",")) {
      const bool outer = take("left") || take("right");
      if (outer) take("outer");
      if (!outer && !take("inner")) take("cross");
      if (!take("join")) return;
    }
    source();
    if (natural) {
      const std::vector<BothSource>& all = scopes_.back().sources;
      for (const BothColumn& column : all.back().columns) {
        for (std::size_t i = 0; i + 1 < all.size(); ++i) {
          const BothName other = find_name({{{all[i]}, {}}}, {}, column.name);
          if (other.column == nullptr || column.kind != Kind::text) continue;
          if (!column.is_collated) hangs_on_collation(column.name);
        }
      }
    }
    if (take("on")) {
      truth_of(either());
    } else if (take("using")) {
      using_columns();
    }
  }
}

void BothParser::using_columns() {
  expect("(");
  do {
    const std::string name = quoted_table();
    const BothName found = find_name(scopes_, {}, name);
    if (found.column != nullptr && found.column->kind == Kind::text && !found.column->is_collated) {
      hangs_on_collation(name);
    }
  } while (take(","));
  expect(")");
}

void BothParser::source() {
  if (!take("(")) {
    add_named_source();
    return;
  }
  if (!begins_query()) {
    sources();
    expect(")");
    return;
  }
  Output out = query();
  expect(")");
  BothSource found{.name = alias(), .columns = std::move(out.columns), .is_open = out.is_open};
  scopes_.back().sources.push_back(std::move(found));
}

void BothParser::add_named_source() {
  std::string name = quoted_table();
  while (take(".")) name = quoted_table();
  BothSource found{.name = name, .columns = {}, .is_open = true};
  if (take("(")) {
    if (!is(")")) list();
    expect(")");
  } else {
    found = known_source(name);
  }
  const std::string other = alias();
  if (!other.empty()) found.name = other;
  if (take("indexed")) {
    expect("by");
    quoted_table();
  } else if (is("not") && is("indexed", 1)) {
    at_ += 2;
  }
  scopes_.back().sources.push_back(std::move(found));
}

BothSource BothParser::known_source(const std::string& name) const {
  const auto is_it = [&](const auto& one) { return text::equals_ignoring_case(one.name, name); };
  const auto with = std::find_if(with_.rbegin(), with_.rend(), is_it);
  if (with != with_.rend()) return *with;
  for (const auto& [key, table] : schema_->tables) {
    if (text::equals_ignoring_case(key, name)) return source_of(table);
  }
  BothSource found{.name = name, .columns = {}, .is_open = true};
  if (views_around_ >= kMaxViewsAround) return found;
  for (const auto& [key, view] : schema_->views) {
    if (!text::equals_ignoring_case(key, name)) continue;
    BothParser parser(view.sql.for_dialect(DialectKind::sqlite), *schema_, views_around_ + 1);
    try {
      Output out = parser.query();
      found.columns = std::move(out.columns);
      found.is_open = out.is_open;
    } catch (const NotParsed&) {
      return found;
    }
    for (std::size_t i = 0; i < view.columns.size() && i < found.columns.size(); ++i) {
      found.columns[i].name = view.columns[i];
    }
    return found;
  }
  return found;
}

// --- triggers ------------------------------------------------------------------------------------

void BothParser::trigger() {
  if (!take("before") && !take("after") && take("instead")) expect("of");
  if (!take("insert") && !take("delete")) {
    expect("update");
    if (take("of")) {
      do {
        quoted_table();
      } while (take(","));
    }
  }
  expect("on");
  const BothSource table = known_source(quoted_table());
  BothScope rows;
  for (const char* name : {"NEW", "OLD"}) {
    rows.sources.push_back(table);
    rows.sources.back().name = name;
    rows.sources.back().is_row = true;
  }
  scopes_.push_back(std::move(rows));
  if (take("for")) {
    expect("each");
    expect("row");
  } else if (!done()) {
    // SQLite knows those for each row alone.
    insert_before(at_, "FOR EACH ROW ");
  }
  const bool has_condition = is("when");
  if (has_condition) {
    replace(at_++, "IF");
    truth_of(either());
  }
  if (!is("begin")) throw NotParsed{};
  if (has_condition) replace(at_, "THEN");
  ++at_;
  while (!is("end")) {
    row_statement();
    expect(";");
  }
  if (has_condition) replace(at_, "END IF");
  ++at_;
  scopes_.pop_back();
}

void BothParser::insert() {
  if (!take("replace")) expect("insert");
  if (take("or")) ++at_;
  expect("into");
  quoted_table();
  if (take("(")) {
    do {
      quoted_table();
    } while (take(","));
    expect(")");
  }
  if (take("default")) {
    expect("values");
  } else {
    query();
  }
}

void BothParser::update() {
  expect("update");
  if (take("or")) ++at_;
  scopes_.emplace_back();
  add_named_source();
  expect("set");
  do {
    const std::string name = quoted_table();
    expect("=");
    either();
    scopes_.back().assigned.push_back(name);
  } while (take(","));
  scopes_.back().assigned.clear();
  if (take("where")) truth_of(either());
  scopes_.pop_back();
}

void BothParser::remove() {
  expect("delete");
  expect("from");
  scopes_.emplace_back();
  add_named_source();
  if (take("where")) truth_of(either());
  scopes_.pop_back();
}

}  // namespace dbmig::dialect
