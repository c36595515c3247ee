#include "import/row_circles.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "base/text.hpp"

namespace dbmig::import {
namespace {

using schema::ForeignKey;

constexpr const char* kSavepoint = "dbmig_circles";
constexpr const char* kNumber = "dbmig_row";
/// Rows per statement.
constexpr std::size_t kAtOnce = 500;

/// A row: its file, and its index among the waiting rows there.
struct RowId {
  std::size_t file;
  std::size_t row;
  friend auto operator<=>(const RowId&, const RowId&) = default;
};

/// Disables MariaDB's check of foreign keys, and defers SQLite's to the end.
class UncheckedForeignKeys {
 public:
  explicit UncheckedForeignKeys(backend::Connection& connection)
      : connection_(connection), on_mariadb_(connection.dialect().kind() == DialectKind::mariadb) {
    connection_.execute(on_mariadb_ ? "SET SESSION foreign_key_checks = 0"
                                    : "PRAGMA defer_foreign_keys = ON");
  }
  ~UncheckedForeignKeys() {
    if (!on_mariadb_) return;  // needed until the end of the transaction, which resets it
    try {
      connection_.execute("SET SESSION foreign_key_checks = 1");
    } catch (...) {
      // The connection is lost, and the session with it.
    }
  }
  UncheckedForeignKeys(const UncheckedForeignKeys&) = delete;
  UncheckedForeignKeys& operator=(const UncheckedForeignKeys&) = delete;

 private:
  backend::Connection& connection_;
  bool on_mariadb_;
};

class Circles {
 public:
  Circles(backend::Connection& connection, const std::vector<WaitingFile*>& files,
          const std::atomic<bool>& stop)
      : connection_(connection), files_(files), stop_(stop) {}
  ~Circles() {
    for (std::size_t i = 0; i < made_; ++i) {
      try {
        // Without TEMPORARY, this would commit on MariaDB.
        connection_.execute((on_mariadb() ? "DROP TEMPORARY TABLE " : "DROP TABLE ") +
                            temporary(i));
      } catch (...) {
        // It is dropped with the session.
      }
    }
  }
  Circles(const Circles&) = delete;
  Circles& operator=(const Circles&) = delete;

  void write() {
    for (std::size_t i = 0; i < files_.size(); ++i) keep_keys(i);
    for (std::size_t i = 0; i < files_.size(); ++i) ask(i);
    std::set<RowId> refused;
    while (true) {
      const std::set<RowId> good = choose(refused);
      if (good.empty()) return;
      connection_.savepoint(kSavepoint);
      const std::size_t before = refused.size();
      write(good, refused);
      if (refused.size() == before) {
        verify(good);
        take_out(good);
        return;
      }
      // Rows that refer to a refused row have no parent either.
      connection_.rollback_to_savepoint(kSavepoint);
    }
  }

 private:
  /// One foreign key of a file's rows.
  struct Key {
    std::set<std::size_t> bound;                        ///< rows that refer to something
    std::set<std::size_t> held;                         ///< those whose parent is in the database
    std::multimap<std::size_t, RowId> waiting_parents;  ///< the others: their waiting parents
  };

  std::string temporary(std::size_t file) const {
    const std::string name = fmt::format("dbmig_waiting_{}", file);
    return on_mariadb() ? name : "temp." + name;
  }
  bool on_mariadb() const { return connection_.dialect().kind() == DialectKind::mariadb; }
  std::string quoted(const std::string& name) const {
    return connection_.dialect().quote_identifier(name);
  }
  bool has(std::size_t file, const std::string& column) const {
    const std::vector<std::string>& columns = files_[file]->columns;
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  }
  bool is_parent(std::size_t file, const ForeignKey& key) const {
    return text::equals_ignoring_case(files_[file]->table.name, key.referenced_table) &&
           std::all_of(key.referenced_columns.begin(), key.referenced_columns.end(),
                       [&](const std::string& column) { return has(file, column); });
  }

  /// The columns of file `i` in which a foreign key starts or ends.
  std::vector<std::string> key_columns(std::size_t i) const {
    std::set<std::string> names;
    for (const ForeignKey& key : files_[i]->table.foreign_keys) {
      names.insert(key.columns.begin(), key.columns.end());
    }
    for (const WaitingFile* other : files_) {
      for (const ForeignKey& key : other->table.foreign_keys) {
        if (is_parent(i, key)) {
          names.insert(key.referenced_columns.begin(), key.referenced_columns.end());
        }
      }
    }
    std::vector<std::string> columns;
    for (const std::string& column : files_[i]->columns) {
      if (names.count(column) != 0) columns.push_back(column);
    }
    return columns;
  }

  /// Puts the key columns of the waiting rows of file `i` into a temporary table.
  void keep_keys(std::size_t i) {
    const WaitingFile& file = *files_[i];
    const std::vector<std::string> columns = key_columns(i);
    std::string list;
    schema::Table table;
    table.name = fmt::format("dbmig_waiting_{}", i);
    schema::Column number;
    number.name = kNumber;
    number.type = schema::parse_type("bigint");
    table.columns.push_back(number);
    std::vector<std::string> names{kNumber};
    for (const std::string& column : columns) {
      list += ", t." + quoted(column);
      table.columns.push_back(file.table.column(column));
      table.columns.back().autoincrement = false;
      names.push_back(column);
    }
    // With the types of the columns, but without NOT NULL.
    connection_.execute(fmt::format(
        "CREATE TEMPORARY TABLE {} AS SELECT one.n AS {}{} FROM (SELECT 9007199254740993 AS n) one "
        "LEFT JOIN {} t ON 1 = 0 WHERE one.n < 0",
        table.name, kNumber, list, quoted(file.table.name)));
    made_ = i + 1;
    const auto sink = connection_.bulk_sink(table, names);
    const auto encoder = backend::row_encoder(sink->encoding(), names.size());
    const auto send = [&] {
      sink->write(encoder->batch(), [](std::size_t, const Error& error) { throw Error(error); });
      encoder->clear();
    };
    for (std::size_t row = 0; row < file.rows.size(); ++row) {
      std::vector<backend::Cell> cells{backend::Cell::of(static_cast<std::int64_t>(row))};
      backend::CellReader reader(file.rows[row].batch);
      std::map<std::string, backend::Cell> all;
      for (const std::string& column : file.columns) all[column] = reader.next();
      for (const std::string& column : columns) cells.push_back(all.at(column));
      encoder->add(cells);
      if (row % kAtOnce == kAtOnce - 1) send();
    }
    if (file.rows.size() % kAtOnce != 0) send();
  }

  /// `p.a = c.b AND …`, compared as the foreign key does.
  std::string matches(const ForeignKey& key, const schema::Table& parent) const {
    std::string condition;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
      const schema::Column* column = parent.find_column(key.referenced_columns[i]);
      const std::string collation = connection_.dialect().kind() == DialectKind::sqlite &&
                                            column != nullptr && !column->sqlite.collation.empty()
                                        ? " COLLATE " + quoted(column->sqlite.collation)
                                        : std::string();
      condition +=
          fmt::format("{}p.{} = c.{}{}", i == 0 ? "" : " AND ", quoted(key.referenced_columns[i]),
                      quoted(key.columns[i]), collation);
    }
    return condition;
  }

  static std::string bound(const ForeignKey& key, const dialect::Dialect& dialect) {
    std::string condition;
    for (const std::string& column : key.columns) {
      condition += fmt::format("{}c.{} IS NOT NULL", condition.empty() ? "" : " AND ",
                               dialect.quote_identifier(column));
    }
    return condition;
  }

  /// Determines the parents of file `i`'s rows.
  void ask(std::size_t i) {
    const WaitingFile& file = *files_[i];
    std::vector<Key>& keys = keys_[i];
    const auto numbers = [&](const std::string& sql) {
      std::set<std::size_t> rows;
      for (const auto& row : connection_.query(sql).rows)
        rows.insert(std::stoul(row.at(0).value()));
      return rows;
    };
    for (const ForeignKey& key : file.table.foreign_keys) {
      if (stop_) throw Error(ErrorCode::interrupted, "interrupted");
      // A column that the file lacks gets its default: NULL refers to nothing.
      const bool known = std::all_of(key.columns.begin(), key.columns.end(),
                                     [&](const auto& column) { return has(i, column); });
      if (!known) {
        if (!is_null_without_file(i, key)) return give_up(i);
        continue;
      }
      Key& found = keys.emplace_back();
      const std::string where = bound(key, connection_.dialect());
      found.bound =
          numbers(fmt::format("SELECT c.{} FROM {} c WHERE {}", kNumber, temporary(i), where));
      if (found.bound.empty()) continue;
      const schema::Schema whole = connection_.inspect({.tables = {key.referenced_table}}).schema;
      const schema::Table* parent = whole.find_table(key.referenced_table);
      if (parent == nullptr) return give_up(i);
      found.held = numbers(
          fmt::format("SELECT c.{} FROM {} c WHERE {} AND EXISTS (SELECT 1 FROM {} p WHERE {})",
                      kNumber, temporary(i), where, quoted(parent->name), matches(key, *parent)));
      for (std::size_t h = 0; h < files_.size(); ++h) {
        if (!is_parent(h, key)) continue;
        const auto pairs = connection_.query(
            fmt::format("SELECT c.{0}, p.{0} FROM {1} c JOIN {2} p ON {3}", kNumber, temporary(i),
                        temporary(h), matches(key, *parent)));
        for (const auto& row : pairs.rows) {
          found.waiting_parents.emplace(std::stoul(row.at(0).value()),
                                        RowId{h, std::stoul(row.at(1).value())});
        }
      }
    }
  }

  bool is_null_without_file(std::size_t i, const ForeignKey& key) const {
    return std::any_of(key.columns.begin(), key.columns.end(), [&](const std::string& name) {
      const schema::Column* column = files_[i]->table.find_column(name);
      return !has(i, name) && column != nullptr && column->nullable && !column->default_value &&
             !column->generated;
    });
  }

  /// The parents of file `i`'s rows are not known before they are written: the rows stay refused.
  void give_up(std::size_t i) {
    Key& nothing = keys_[i].emplace_back();
    for (std::size_t row = 0; row < files_[i]->rows.size(); ++row) nothing.bound.insert(row);
  }

  /// The largest set of rows without `refused` whose parents are all in it or in the database.
  std::set<RowId> choose(const std::set<RowId>& refused) const {
    std::set<RowId> good;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      for (std::size_t row = 0; row < files_[i]->rows.size(); ++row) {
        if (refused.count({i, row}) == 0) good.insert({i, row});
      }
    }
    const auto has_parents = [&](const RowId& id) {
      const auto keys = keys_.find(id.file);
      if (keys == keys_.end()) return true;
      return std::all_of(keys->second.begin(), keys->second.end(), [&](const Key& key) {
        if (key.bound.count(id.row) == 0 || key.held.count(id.row) != 0) return true;
        const auto [first, last] = key.waiting_parents.equal_range(id.row);
        return std::any_of(first, last,
                           [&](const auto& edge) { return good.count(edge.second) != 0; });
      });
    };
    std::multimap<RowId, RowId> children;
    for (const auto& [file, keys] : keys_) {
      for (const Key& key : keys) {
        for (const auto& [row, parent] : key.waiting_parents) {
          children.emplace(parent, RowId{file, row});
        }
      }
    }
    std::vector<RowId> gone;
    for (const RowId& id : good) {
      if (!has_parents(id)) gone.push_back(id);
    }
    for (const RowId& id : gone) good.erase(id);
    gone.insert(gone.end(), refused.begin(), refused.end());
    while (!gone.empty()) {
      const RowId parent = gone.back();
      gone.pop_back();
      const auto [first, last] = children.equal_range(parent);
      for (auto edge = first; edge != last; ++edge) {
        if (good.count(edge->second) == 0 || has_parents(edge->second)) continue;
        good.erase(edge->second);
        gone.push_back(edge->second);
      }
    }
    return good;
  }

  void write(const std::set<RowId>& good, std::set<RowId>& refused) {
    const UncheckedForeignKeys unchecked(connection_);
    std::optional<std::size_t> file;
    std::unique_ptr<backend::BulkSink> sink;
    for (const RowId& id : good) {
      if (stop_) throw Error(ErrorCode::interrupted, "interrupted");
      if (file != id.file) {
        sink.reset();
        sink = connection_.bulk_sink(files_[id.file]->table, files_[id.file]->columns);
        file = id.file;
      }
      WaitingRow& row = files_[id.file]->rows[id.row];
      backend::write_cells(*sink, files_[id.file]->columns.size(), row.batch,
                           [&](std::size_t, const Error& error) {
                             row.error = error;
                             refused.insert(id);
                           });
    }
  }

  /// MariaDB: checks that every row has its parents, and locks them.
  void verify(const std::set<RowId>& good) {
    if (!on_mariadb()) return;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      remove_others(i, good);
      for (const ForeignKey& key : files_[i]->table.foreign_keys) {
        const bool known = std::all_of(key.columns.begin(), key.columns.end(),
                                       [&](const auto& column) { return has(i, column); });
        if (!known) continue;
        const std::string sql = fmt::format(
            "SELECT COUNT(*) FROM {} c WHERE {} AND NOT EXISTS (SELECT 1 FROM {} p WHERE {} LOCK "
            "IN SHARE MODE)",
            temporary(i), bound(key, connection_.dialect()), quoted(key.referenced_table),
            matches(key, {}));
        if (connection_.query(sql).rows.at(0).at(0) == "0") continue;
        throw Error(ErrorCode::constraint,
                    fmt::format("rows of '{}' lost a parent in '{}' while they were imported",
                                files_[i]->table.name, key.referenced_table))
            .hint("nothing was imported; run it again");
      }
    }
  }

  void remove_others(std::size_t i, const std::set<RowId>& good) {
    std::vector<std::string> numbers;
    const auto remove = [&] {
      if (numbers.empty()) return;
      connection_.execute(fmt::format("DELETE FROM {} WHERE {} IN ({})", temporary(i), kNumber,
                                      text::join(numbers, ", ")));
      numbers.clear();
    };
    for (std::size_t row = 0; row < files_[i]->rows.size(); ++row) {
      if (good.count({i, row}) != 0) continue;
      numbers.push_back(std::to_string(row));
      if (numbers.size() == kAtOnce) remove();
    }
    remove();
  }

  void take_out(const std::set<RowId>& good) {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      std::vector<WaitingRow> left;
      for (std::size_t row = 0; row < files_[i]->rows.size(); ++row) {
        if (good.count({i, row}) == 0) left.push_back(std::move(files_[i]->rows[row]));
      }
      files_[i]->written += files_[i]->rows.size() - left.size();
      files_[i]->rows = std::move(left);
    }
  }

  backend::Connection& connection_;
  const std::vector<WaitingFile*>& files_;
  const std::atomic<bool>& stop_;
  std::size_t made_ = 0;  ///< number of temporary tables
  std::map<std::size_t, std::vector<Key>> keys_;
};

}  // namespace

void write_circles(backend::Connection& connection, const std::vector<WaitingFile*>& files,
                   const std::atomic<bool>& stop) {
  try {
    Circles(connection, files, stop).write();
  } catch (const Error& error) {
    // Without the right to create temporary tables, such rows stay refused.
    if (error.code() != ErrorCode::access) throw;
  }
}

}  // namespace dbmig::import
