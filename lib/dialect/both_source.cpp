#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "dialect/both_parser.hpp"

// What a query reads: the tables, views and subqueries behind FROM, and their names.

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

}  // namespace

void BothParser::sources() {
  source();
  while (true) {
    const bool natural = take("natural");
    if (take("full")) {
      differs("FULL JOIN, which MariaDB does not have: it takes FULL as an alias of the table");
      take("outer");
      expect("join");
    } else if (!take(",")) {
      const bool outer = take("left") || take("right");
      if (outer) take("outer");
      if (!outer && !take("inner")) take("cross");
      if (!take("join")) return;
    }
    source();
    if (natural || is("using")) scopes_.back().is_merging = true;
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
    differs("INDEXED BY, which MariaDB does not have");
  } else if (is("not") && is("indexed", 1)) {
    at_ += 2;
    differs("NOT INDEXED, which MariaDB does not have");
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

}  // namespace dbmig::dialect
