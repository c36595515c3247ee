#include "runner/sqlite_facts.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"

namespace dbmig::cases {
namespace {

using Row = std::vector<backend::Value>;

/// Where the name of a view or trigger begins at the latest: `CREATE TRIGGER IF NOT EXISTS `.
constexpr std::size_t kMaxHead = 29;

std::string line(const Row& row) {
  std::vector<std::string> values;
  for (const backend::Value& value : row) values.push_back(value.value_or("NULL"));
  return text::join(values, " | ");
}

/// Facts of one table, each line beginning with its name.
class TableFacts {
 public:
  TableFacts(backend::Connection& connection, std::string table)
      : connection_(connection), table_(std::move(table)) {}

  std::vector<std::string> read() {
    // A rebuild may write a name in quotes where there were none; the type, default and collation
    // of a column are what the table's author wrote.
    add("table", "SELECT type, wr, strict FROM pragma_table_list WHERE name = ?");
    add("column",
        "SELECT cid, name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?)");
    add("foreign key",
        "SELECT group_concat(\"from\" || ' -> ' || \"to\"), \"table\", on_update, on_delete FROM "
        // Without a column it is the parent's primary key.
        "(SELECT id, seq, \"table\", \"from\", on_update, on_delete, coalesce(\"to\", (SELECT name "
        "FROM pragma_table_info(f.\"table\") WHERE pk = f.seq + 1)) AS \"to\" FROM "
        "pragma_foreign_key_list(?) f ORDER BY id, seq) GROUP BY id");
    for (const Row& index :
         query("SELECT name, \"unique\", origin, partial FROM pragma_index_list(?)", table_)) {
      add_index(index);
    }
    add("sequence",
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql LIKE "
        "'%autoincrement%' AND name = ?");
    std::sort(facts_.begin(), facts_.end());
    return std::move(facts_);
  }

 private:
  std::vector<Row> query(const std::string& sql, const std::string& value) {
    const backend::Value bound = value;
    return connection_.query(sql, {&bound, 1}).rows;
  }

  void add(std::string_view what, const std::string& sql) {
    for (const Row& row : query(sql, table_)) {
      facts_.push_back(fmt::format("{}: {} {}", table_, what, line(row)));
    }
  }

  void add_index(const Row& index) {
    std::string parts;
    for (const Row& part :
         query("SELECT name, \"desc\", coll, key FROM pragma_index_xinfo(?)", *index[0])) {
      parts += "(" + line(part) + ")";
    }
    const bool automatic = index[0]->starts_with("sqlite_autoindex_");
    facts_.push_back(fmt::format("{}: index {} {} {}", table_, automatic ? "" : *index[0],
                                 line({index[1], index[2], index[3]}), parts));
  }

  backend::Connection& connection_;
  std::string table_;
  std::vector<std::string> facts_;
};

}  // namespace

std::vector<std::string> sqlite_facts(backend::Connection& connection) {
  std::vector<std::string> facts;
  for (const Row& row : connection
                            .query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name "
                                   "NOT LIKE 'dbmig_%' AND name NOT LIKE 'sqlite_%' ORDER BY name")
                            .rows) {
    for (std::string& fact : TableFacts(connection, *row[0]).read()) {
      facts.push_back(std::move(fact));
    }
  }
  for (Row& row : connection
                      .query("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type "
                             "IN ('view', 'trigger') ORDER BY type, name")
                      .rows) {
    // In which quotes its name stands, if in any, is nobody's business.
    for (const std::string& quoted :
         {text::quote(*row[1], '"'), text::quote(*row[1], '`'), "[" + *row[1] + "]"}) {
      const auto at = row[3]->find(quoted);
      if (at == std::string::npos || at > kMaxHead) {
        continue;
      }
      row[3]->replace(at, quoted.size(), *row[1]);
      break;
    }
    facts.push_back(line(row));
  }
  return facts;
}

}  // namespace dbmig::cases
