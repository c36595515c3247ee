#include "import/row_circles.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "import/earlier_row.hpp"
#include "import/row_graph.hpp"
#include "import/waiting_keys.hpp"

namespace dbmig::import {
namespace {

using schema::ForeignKey;

constexpr const char* kSavepoint = "dbmig_circles";
/// Rows per statement.
constexpr std::size_t kAtOnce = 500;

/// Disables MariaDB's check of foreign keys, and defers SQLite's until check_again().
class UncheckedForeignKeys {
 public:
  explicit UncheckedForeignKeys(backend::Connection& connection)
      : connection_(connection), on_mariadb_(connection.dialect().kind() == DialectKind::mariadb) {
    connection_.execute(on_mariadb_ ? "SET SESSION foreign_key_checks = 0"
                                    : "PRAGMA defer_foreign_keys = ON");
  }
  ~UncheckedForeignKeys() {
    if (!on_mariadb_) return;
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
  Circles(backend::Connection& connection, const std::vector<WaitingFile*>& files, bool more_come,
          const std::atomic<bool>& stop)
      : connection_(connection),
        files_(files),
        more_come_(more_come),
        stop_(stop),
        keys_(connection, files) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      first_.push_back(file_of_.size());
      file_of_.insert(file_of_.end(), files[i]->rows.size(), i);
    }
    graph_ = RowGraph(file_of_.size());
  }

  /// False if it gave up a file.
  bool write() {
    keys_.keep();
    for (std::size_t i = 0; i < files_.size(); ++i) ask(i);
    find_shared_keys();
    std::vector<bool> refused = refused_before();
    while (true) {
      const std::vector<bool> good = graph_.choose(refused, more_come_);
      const std::vector<std::size_t> rows = graph_.parents_first(good, file_of_);
      if (rows.empty()) {
        check_again();
        return !has_given_up_;
      }
      connection_.savepoint(kSavepoint);
      if (write(rows, refused)) {
        verify(good);
        check_again();
        take_out(good);
        return !has_given_up_;
      }
      // Rows that refer to a refused row have no parent either.
      connection_.rollback_to_savepoint(kSavepoint);
    }
  }

 private:
  /// The number of a file's waiting row in the graph.
  std::size_t number_of(std::size_t file, std::size_t row) const { return first_[file] + row; }
  WaitingRow& row_at(std::size_t number) const {
    const std::size_t file = file_of_[number];
    return files_[file]->rows[number - first_[file]];
  }

  void find_shared_keys() {
    std::unordered_map<std::string, std::vector<std::size_t>> rows_of;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      for (std::size_t row = 0; row < files_[i]->rows.size(); ++row) {
        for (const std::string& key : files_[i]->rows[row].keys) {
          rows_of[key].push_back(number_of(i, row));
        }
      }
    }
    for (const auto& [key, rows] : rows_of) {
      if (rows.size() > 1) graph_.share_key(rows);
    }
  }

  /// Rows that were refused for another reason than a missing parent.
  std::vector<bool> refused_before() const {
    std::vector<bool> refused(graph_.rows());
    for (std::size_t number = 0; number < graph_.rows(); ++number) {
      const std::optional<Error>& error = row_at(number).error;
      refused[number] = error && !lacks_parent(*error);
    }
    return refused;
  }

  bool on_mariadb() const { return connection_.dialect().kind() == DialectKind::mariadb; }
  std::string quoted(const std::string& name) const {
    return connection_.dialect().quote_identifier(name);
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

  std::vector<std::size_t> numbers(const std::string& sql) {
    std::vector<std::size_t> rows;
    for (const auto& row : connection_.query(sql).rows) {
      rows.push_back(std::stoul(row.at(0).value()));
    }
    return rows;
  }

  /// Determines which parents file `i`'s rows need.
  void ask(std::size_t i) {
    const WaitingFile& file = *files_[i];
    for (const ForeignKey& key : file.table.foreign_keys) {
      if (stop_) throw Error(ErrorCode::interrupted, "interrupted");
      // A column that the file lacks gets its default: NULL refers to nothing.
      const bool known = std::all_of(key.columns.begin(), key.columns.end(),
                                     [&](const auto& column) { return keys_.has(i, column); });
      if (!known) {
        if (!is_null_without_file(i, key)) return give_up(i);
        continue;
      }
      const schema::Schema whole = connection_.inspect({.tables = {key.referenced_table}}).schema;
      const schema::Table* parent = whole.find_table(key.referenced_table);
      if (parent == nullptr) return give_up(i);
      ask(i, key, *parent);
    }
  }

  void ask(std::size_t i, const ForeignKey& key, const schema::Table& parent) {
    const std::string condition = matches(key, parent);
    std::map<std::size_t, std::vector<std::size_t>> parents;  // of rows that lack one
    for (const std::size_t row : numbers(fmt::format(
             "SELECT c.{} FROM {} c WHERE {} AND NOT EXISTS (SELECT 1 FROM {} p WHERE {})",
             WaitingKeys::kNumber, keys_.table(i), bound(key, connection_.dialect()),
             quoted(parent.name), condition))) {
      parents[row];
    }
    for (std::size_t h = 0; h < files_.size() && !parents.empty(); ++h) {
      if (!keys_.is_parent(h, key)) continue;
      const auto pairs = connection_.query(
          fmt::format("SELECT c.{0}, p.{0} FROM {1} c JOIN {2} p ON {3}", WaitingKeys::kNumber,
                      keys_.table(i), keys_.table(h), condition));
      for (const auto& pair : pairs.rows) {
        const auto lacking = parents.find(std::stoul(pair.at(0).value()));
        if (lacking == parents.end()) continue;
        lacking->second.push_back(number_of(h, std::stoul(pair.at(1).value())));
      }
    }
    for (const auto& [row, some] : parents) graph_.need(number_of(i, row), some);
  }

  bool is_null_without_file(std::size_t i, const ForeignKey& key) const {
    return std::any_of(key.columns.begin(), key.columns.end(), [&](const std::string& name) {
      const schema::Column* column = files_[i]->table.find_column(name);
      return !keys_.has(i, name) && column != nullptr && column->nullable &&
             !column->default_value && !column->generated;
    });
  }

  /// The parents of file `i`'s rows are not known before they are written: the rows stay refused.
  void give_up(std::size_t i) {
    has_given_up_ = true;
    for (std::size_t row = 0; row < files_[i]->rows.size(); ++row) {
      graph_.need(number_of(i, row), {});
    }
  }

  /// False if the database refused some, which are in `refused` then.
  bool write(std::span<const std::size_t> rows, std::vector<bool>& refused) {
    const UncheckedForeignKeys unchecked(connection_);
    bool is_taken = true;
    while (!rows.empty()) {
      const std::size_t file = file_of_[rows.front()];
      const auto end = std::find_if(rows.begin(), rows.end(),
                                    [&](std::size_t number) { return file_of_[number] != file; });
      const auto count = static_cast<std::size_t>(end - rows.begin());
      const auto sink = connection_.bulk_sink(files_[file]->table, files_[file]->columns);
      for (std::size_t at = 0; at < count; at += kAtOnce) {
        is_taken =
            write_some(*sink, rows.subspan(at, std::min(kAtOnce, count - at)), refused) && is_taken;
      }
      rows = rows.subspan(count);
    }
    return is_taken;
  }

  /// `rows` of one file.
  bool write_some(backend::BulkSink& sink, std::span<const std::size_t> rows,
                  std::vector<bool>& refused) {
    if (stop_) throw Error(ErrorCode::interrupted, "interrupted");
    const std::size_t columns = files_[file_of_[rows.front()]]->columns.size();
    const auto encoder = backend::row_encoder(sink.encoding(), columns);
    for (const std::size_t number : rows) {
      const auto reader =
          backend::row_reader(backend::kCellEncoding, columns, row_at(number).batch);
      encoder->add(reader->next());
    }
    bool is_taken = true;
    sink.write(encoder->batch(), [&](std::size_t at, const Error& error) {
      row_at(rows[at]).error = error;
      refused[rows[at]] = true;
      is_taken = false;
    });
    return is_taken;
  }

  /// Rows that come later are checked one by one. But SQLite forgets what it has not checked yet
  /// then: only if it is known that no row lacks a parent, which a trigger may have changed.
  void check_again() {
    const bool has_triggers = std::any_of(files_.begin(), files_.end(),
                                          [](const auto* file) { return file->has_triggers; });
    if (!on_mariadb() && !has_triggers) connection_.execute("PRAGMA defer_foreign_keys = OFF");
  }

  /// Checks that every row has its parents; on MariaDB, locks them.
  void verify(const std::vector<bool>& good) {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      remove_others(i, good);
      for (const ForeignKey& key : files_[i]->table.foreign_keys) {
        const bool known = std::all_of(key.columns.begin(), key.columns.end(),
                                       [&](const auto& column) { return keys_.has(i, column); });
        if (!known) continue;
        const std::string sql = fmt::format(
            "SELECT COUNT(*) FROM {} c WHERE {} AND NOT EXISTS (SELECT 1 FROM {} p WHERE {}{})",
            keys_.table(i), bound(key, connection_.dialect()), quoted(key.referenced_table),
            matches(key, {}), on_mariadb() ? " LOCK IN SHARE MODE" : "");
        if (connection_.query(sql).rows.at(0).at(0) == "0") continue;
        throw Error(ErrorCode::constraint,
                    fmt::format("rows of '{}' lost a parent in '{}' while they were imported",
                                files_[i]->table.name, key.referenced_table))
            .hint("nothing was imported; run it again");
      }
    }
  }

  void remove_others(std::size_t i, const std::vector<bool>& good) {
    std::vector<std::string> numbers;
    const auto remove = [&] {
      if (numbers.empty()) return;
      connection_.execute(fmt::format("DELETE FROM {} WHERE {} IN ({})", keys_.table(i),
                                      WaitingKeys::kNumber, text::join(numbers, ", ")));
      numbers.clear();
    };
    for (std::size_t row = 0; row < files_[i]->rows.size(); ++row) {
      if (good[number_of(i, row)]) continue;
      numbers.push_back(std::to_string(row));
      if (numbers.size() == kAtOnce) remove();
    }
    remove();
  }

  void take_out(const std::vector<bool>& good) {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      std::vector<WaitingRow> left;
      for (std::size_t row = 0; row < files_[i]->rows.size(); ++row) {
        if (!good[number_of(i, row)]) left.push_back(std::move(files_[i]->rows[row]));
      }
      files_[i]->written += files_[i]->rows.size() - left.size();
      files_[i]->rows = std::move(left);
    }
  }

  backend::Connection& connection_;
  const std::vector<WaitingFile*>& files_;
  const bool more_come_;
  const std::atomic<bool>& stop_;
  WaitingKeys keys_;
  bool has_given_up_ = false;
  std::vector<std::size_t> first_;    ///< number of each file's first row
  std::vector<std::size_t> file_of_;  ///< of each row
  RowGraph graph_{0};
};

}  // namespace

bool write_circles(backend::Connection& connection, const std::vector<WaitingFile*>& files,
                   bool more_come, const std::atomic<bool>& stop) {
  try {
    return Circles(connection, files, more_come, stop).write();
  } catch (const Error& error) {
    // Without the right to create temporary tables it is not known.
    if (error.code() != ErrorCode::access) throw;
    return false;
  }
}

}  // namespace dbmig::import
