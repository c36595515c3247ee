#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "dialect/both_parser.hpp"
#include "dialect/both_query.hpp"

// Statements of scripts and triggers.

namespace dbmig::dialect {

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
    note_repeated(query());
  }
  take(";");
}

void BothParser::note_repeated(const Output& of) {
  std::set<std::string> seen;
  for (const BothColumn& column : of.columns) {
    if (!column.is_named || seen.insert(text::lower(column.name)).second) continue;
    repeated_ = column.name;
    return;
  }
}

bool BothParser::begins_query() const {
  return is("select") || is("with") || is("values");
}

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
