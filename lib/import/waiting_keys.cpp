#include "import/waiting_keys.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "dialect/capabilities.hpp"

namespace dbmig::import {

using schema::ForeignKey;

WaitingKeys::~WaitingKeys() {
  for (std::size_t i = 0; i < made_; ++i) {
    try {
      // Without TEMPORARY, this would commit on MariaDB.
      connection_.execute((on_server() ? "DROP TEMPORARY TABLE " : "DROP TABLE ") + table(i));
    } catch (...) {
      // It is dropped with the session.
    }
  }
}

void WaitingKeys::keep() {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const std::vector<std::string> columns = key_columns(i);
    create_table(i, columns);
    made_ = i + 1;
    fill_table(i, columns);
    if (!on_server()) create_indexes(i);
  }
}

std::string WaitingKeys::table(std::size_t file) const {
  const std::string name = fmt::format("dbmig_waiting_{}", file);
  return on_server() ? name : "temp." + name;
}

bool WaitingKeys::on_server() const {
  return dialect::capabilities(connection_.dialect().kind()).is_server;
}

std::string WaitingKeys::quoted(const std::string& name) const {
  return connection_.dialect().quote_identifier(name);
}

bool WaitingKeys::has(std::size_t file, const std::string& column) const {
  const std::vector<std::string>& columns = files_[file]->columns;
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

bool WaitingKeys::is_parent(std::size_t file, const ForeignKey& key) const {
  return text::equals_ignoring_case(files_[file]->table.name, key.referenced_table) &&
         std::all_of(key.referenced_columns.begin(), key.referenced_columns.end(),
                     [&](const std::string& column) { return has(file, column); });
}

/// The columns of the file in which a foreign key starts or ends.
std::vector<std::string> WaitingKeys::key_columns(std::size_t file) const {
  std::set<std::string> names;
  for (const ForeignKey& key : files_[file]->table.foreign_keys) {
    names.insert(key.columns.begin(), key.columns.end());
  }
  for (const WaitingFile* other : files_) {
    for (const ForeignKey& key : other->table.foreign_keys) {
      if (!is_parent(file, key)) continue;
      names.insert(key.referenced_columns.begin(), key.referenced_columns.end());
    }
  }
  std::vector<std::string> columns;
  for (const std::string& column : files_[file]->columns) {
    if (names.count(column) != 0) columns.push_back(column);
  }
  return columns;
}

/// The lists of columns, quoted, by which children find the waiting rows of the file.
std::set<std::string> WaitingKeys::searched_columns(std::size_t file) const {
  std::set<std::string> lists;
  for (const WaitingFile* other : files_) {
    for (const ForeignKey& key : other->table.foreign_keys) {
      if (!is_parent(file, key)) continue;
      std::string list;
      for (const std::string& column : key.referenced_columns) {
        list += (list.empty() ? "" : ", ") + quoted(column);
      }
      lists.insert(list);
    }
  }
  return lists;
}

/// As a part of CREATE TABLE: for MariaDB, where an index that is made later ends the transaction.
std::string WaitingKeys::indexes_of(std::size_t file) const {
  std::string out;
  for (const std::string& list : searched_columns(file)) {
    out += (out.empty() ? " (INDEX (" : ", INDEX (") + list + ")";
  }
  return out.empty() ? out : out + ")";
}

/// For SQLite.
void WaitingKeys::create_indexes(std::size_t file) {
  std::size_t number = 0;
  for (const std::string& list : searched_columns(file)) {
    connection_.execute(
        fmt::format("CREATE INDEX temp.dbmig_waiting_{0}_{1} ON dbmig_waiting_{0} "
                    "({2})",
                    file, ++number, list));
  }
}

/// With the types of the columns, but without NOT NULL.
void WaitingKeys::create_table(std::size_t file, const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) list += ", t." + quoted(column);
  connection_.execute(fmt::format(
      "CREATE TEMPORARY TABLE dbmig_waiting_{}{} AS SELECT one.n AS {}{} FROM (SELECT "
      "9007199254740993 AS n) one LEFT JOIN {} t ON 1 = 0 WHERE one.n < 0",
      file, on_server() ? indexes_of(file) : "", kNumber, list, quoted(files_[file]->table.name)));
}

void WaitingKeys::fill_table(std::size_t file, const std::vector<std::string>& columns) {
  constexpr std::size_t kAtOnce = 500;
  const WaitingFile& waiting = *files_[file];
  schema::Table table;
  table.name = fmt::format("dbmig_waiting_{}", file);
  schema::Column number;
  number.name = kNumber;
  number.type = schema::parse_type("bigint");
  table.columns.push_back(number);
  std::vector<std::string> names{kNumber};
  for (const std::string& column : columns) {
    table.columns.push_back(waiting.table.column(column));
    table.columns.back().autoincrement = false;
    names.push_back(column);
  }
  const auto sink = connection_.bulk_sink(table, names);
  const auto encoder = backend::row_encoder(sink->encoding(), names.size());
  const auto send = [&] {
    sink->write(encoder->batch(), [](std::size_t, const Error& error) { throw Error(error); });
    encoder->clear();
  };
  for (std::size_t row = 0; row < waiting.rows.size(); ++row) {
    std::vector<backend::Cell> cells{backend::Cell::of(static_cast<std::int64_t>(row))};
    backend::CellReader reader(waiting.rows[row].batch);
    std::map<std::string, backend::Cell> all;
    for (const std::string& column : waiting.columns) all[column] = reader.next();
    for (const std::string& column : columns) cells.push_back(all.at(column));
    encoder->add(cells);
    if (row % kAtOnce == kAtOnce - 1) send();
  }
  if (waiting.rows.size() % kAtOnce != 0) send();
}

}  // namespace dbmig::import
