#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "dialect/both_parser.hpp"

// Queries: SELECT, VALUES, WITH and what follows them.

namespace dbmig::dialect {
namespace {

/// The kind of a column that is `a` in one query and `b` in another that it is joined with.
BothColumn united_column(BothColumn a, const BothColumn& b) {
  a.kind = united(a.kind, b.kind);
  a.is_collated = a.is_collated && b.is_collated;
  return a;
}

}  // namespace

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
    if (intersects && has_other)
      differs(
          "UNION or EXCEPT mixed with INTERSECT, which the databases evaluate in different orders");
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
    if (take("materialized")) differs("MATERIALIZED, which MariaDB does not have");
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
      const std::size_t known = out.columns.size();
      for (const BothSource& source : scopes_.back().sources) add(source);
      for (std::size_t i = known; scopes_.back().is_merging && i < out.columns.size(); ++i) {
        out.columns[i].is_named = false;
      }
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
    out.columns.push_back({other.empty() ? named : other, value.kind, value.is_collated,
                           value.digits, false, value.is_column || !other.empty()});
  } while (take(","));
  return out;
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
    differs(fmt::format("{} next to min() or max(): only SQLite takes it from the same row",
                        bare.column));
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
  const auto number = [&] {
    const Value value = either();
    if (value.is_literal && value.kind == Kind::whole) return;
    differs(fmt::format("LIMIT or OFFSET of {}, where MariaDB takes a number without a sign",
                        text_of(value)));
  };
  number();
  if (take("offset") || take(",")) number();
}

}  // namespace dbmig::dialect
