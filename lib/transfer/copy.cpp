#include "transfer/copy.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "backend/bulk.hpp"
#include "backend/row_source.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "transfer/copy_transaction.hpp"
#include "transfer/row_hash.hpp"
#include "transfer/table_order.hpp"
#include "transfer/table_pair.hpp"

namespace dbmig::transfer {
namespace {

using backend::Cell;
using backend::Connection;

constexpr std::size_t kExamples = 5;
/// Rows that are sent together, and bytes, whichever is reached first.
constexpr std::size_t kBatchRows = 2000;
constexpr std::size_t kBatchBytes = std::size_t{1} << 20U;

void look_at(const std::atomic<bool>& stop) {
  if (stop) throw Error(ErrorCode::interrupted, "interrupted; nothing was copied");
}

/// Ends a snapshot whatever happens.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection) : connection_(connection) {
    connection_.begin_snapshot();
  }
  ~Snapshot() { connection_.rollback(); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Connection& connection_;
};

const schema::Table* find_in(const schema::Schema& schema, const std::string& name) {
  if (const schema::Table* table = schema.find_table(name)) return table;
  for (const auto& [other, table] : schema.tables) {
    if (text::equals_ignoring_case(other, name)) return &table;
  }
  return nullptr;
}

/// The tables to copy with their other halves, parents first.
std::vector<TablePair> pair_tables(const schema::Schema& source, const schema::Schema& target,
                                   DialectKind kind, const CopyOptions& options) {
  std::vector<TablePair> pairs;
  for (const std::string& name : choose_tables(source, options.tables)) {
    const bool is_excluded =
        std::any_of(options.exclude.begin(), options.exclude.end(),
                    [&](const std::string& one) { return text::equals_ignoring_case(one, name); });
    if (is_excluded) continue;
    const schema::Table* other = find_in(target, name);
    if (other == nullptr) {
      throw Error(ErrorCode::not_found, fmt::format("the target has no table '{}'", name))
          .hint(fmt::format("bring it to the source's schema first, or leave the table out: "
                            "--exclude {}",
                            name));
    }
    pairs.emplace_back(source.table(name), *other, kind);
  }
  return pairs;
}

schema::Schema canonical_schema(Connection& connection) {
  return connection.canonical(connection.inspect({}).schema);
}

/// Sums up the rows of one side.
struct Side {
  std::uint64_t rows = 0;
  RowHash hash;
};

Side read_side(Connection& connection, TablePair& pair, bool is_source,
               const std::atomic<bool>& stop,
               const std::function<void(std::span<const Cell>, std::uint64_t)>& each = {}) {
  Side side;
  const std::string sql = is_source ? pair.select_source(connection.dialect())
                                    : pair.select_target(connection.dialect());
  const auto rows = connection.read_rows(sql);
  std::vector<Cell> row;
  std::vector<InvalidCast> invalid_casts;
  while (rows->next(row)) {
    look_at(stop);
    ++side.rows;
    invalid_casts.clear();
    const std::span<const Cell> cells =
        is_source ? pair.convert(row, invalid_casts) : std::span<const Cell>(row);
    // What the target cannot hold is no row of it: its own cells tell it apart.
    side.hash.add(pair.canonical_row(invalid_casts.empty() ? cells : std::span<const Cell>(row)));
    if (each) each(invalid_casts.empty() ? cells : std::span<const Cell>(row), side.rows);
  }
  return side;
}

/// The keys of the first rows that differ, by a second look at both sides.
std::vector<std::string> find_differences(Connection& source, Connection& target, TablePair& pair,
                                          const std::atomic<bool>& stop) {
  constexpr std::size_t kMaxRows = 5'000'000;  // about 200 MB
  std::unordered_map<std::string, std::pair<std::uint64_t, std::string>> seen;
  const auto hash_of = [&](std::span<const Cell> cells) {
    RowHash one;
    one.add(pair.canonical_row(cells));
    return one.text();
  };
  bool is_too_much = false;
  read_side(source, pair, true, stop, [&](std::span<const Cell> cells, std::uint64_t number) {
    is_too_much = is_too_much || seen.size() >= kMaxRows;
    if (!is_too_much) {
      seen.emplace(hash_of(cells), std::pair(number, pair.describe_key(cells, number)));
    }
  });
  if (is_too_much) return {};
  std::vector<std::string> found;
  read_side(target, pair, false, stop, [&](std::span<const Cell> cells, std::uint64_t number) {
    const auto same = seen.find(hash_of(cells));
    if (same != seen.end()) {
      seen.erase(same);
    } else if (found.size() < kExamples) {
      found.push_back("in the target: " + pair.describe_key(cells, number));
    }
  });
  std::map<std::uint64_t, std::string> left;
  for (const auto& [hash, row] : seen) left.emplace(row);
  for (const auto& [number, key] : left) {
    if (found.size() >= 2 * kExamples) break;
    found.push_back("in the source: " + key);
  }
  return found;
}

TableComparison compare(Connection& source, Connection& target, TablePair& pair, const Side& from,
                        const std::atomic<bool>& stop) {
  TableComparison result;
  result.table = pair.name();
  const Side to = read_side(target, pair, false, stop);
  result.source_rows = from.rows;
  result.target_rows = to.rows;
  result.source_checksum = from.hash.text();
  result.target_checksum = to.hash.text();
  if (!result.is_same()) result.examples = find_differences(source, target, pair, stop);
  return result;
}

void require_empty(Connection& target, const std::vector<TablePair>& pairs,
                   const CopyOptions& options) {
  const dialect::Dialect& dialect = target.dialect();
  if (options.truncate) {
    for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) {
      target.execute("DELETE FROM " + dialect.quote_identifier(pair->name()));
    }
    return;
  }
  std::vector<std::string> filled;
  for (const TablePair& pair : pairs) {
    const auto rows =
        target.query("SELECT 1 FROM " + dialect.quote_identifier(pair.name()) + " LIMIT 1");
    if (!rows.rows.empty()) filled.push_back("'" + pair.name() + "'");
  }
  if (filled.empty()) return;
  throw Error(ErrorCode::refused,
              fmt::format("the target has rows in {}", text::join(filled, ", ")))
      .hint("--truncate deletes them first");
}

/// Writes the rows of one table; what was read, in the target's words.
Side write_table(Connection& source, Connection& target, TablePair& pair,
                 const std::atomic<bool>& stop) {
  const std::vector<std::string> columns = pair.column_names();
  const auto sink = target.bulk_sink(pair.target(), columns);
  sink->begin();
  const auto encoder = backend::row_encoder(sink->encoding(), columns.size());
  Side side;
  std::vector<std::string> keys;  // of the rows of the batch
  std::size_t bytes = 0;
  const auto flush = [&] {
    if (keys.empty()) return;
    sink->write(encoder->batch(), [&](std::size_t row, const Error& error) {
      throw Error(error.code(), fmt::format("the target refused a row of '{}' ({}): {}",
                                            pair.name(), keys.at(row), error.message()))
          .native(error.native_code())
          .hint("nothing was copied");
    });
    encoder->clear();
    keys.clear();
    bytes = 0;
  };
  const auto rows = source.read_rows(pair.select_source(source.dialect()));
  std::vector<Cell> row;
  std::vector<InvalidCast> invalid_casts;
  while (rows->next(row)) {
    look_at(stop);
    ++side.rows;
    const std::span<const Cell> cells = pair.convert(row, invalid_casts);
    if (!invalid_casts.empty()) {
      // The rows were looked at before: somebody has written since.
      const InvalidCast& invalid_cast = invalid_casts.front();
      throw Error(ErrorCode::invalid,
                  fmt::format("'{}' ({}): column '{}': {} {}", pair.name(),
                              pair.describe_key(row, side.rows), columns[invalid_cast.column],
                              invalid_cast.shown, invalid_cast.reason))
          .hint("nothing was copied; the source was changed while it was read: try again");
    }
    const std::string canonical = pair.canonical_row(cells);
    side.hash.add(canonical);
    encoder->add(cells);
    keys.push_back(pair.describe_key(cells, side.rows));
    bytes += canonical.size();
    if (keys.size() >= kBatchRows || bytes >= kBatchBytes) flush();
  }
  flush();
  sink->finish();
  return side;
}

/// The number that a table's next row would get, where the source counts on by itself.
std::optional<std::string> next_number(Connection& connection, const TablePair& pair) {
  const std::vector<schema::Column>& columns = pair.target().columns;
  const bool counts = std::any_of(columns.begin(), columns.end(), [](const schema::Column& column) {
    return column.autoincrement;
  });
  if (!counts) return std::nullopt;
  const backend::Value name = pair.name();
  if (connection.dialect().kind() == DialectKind::mariadb) {
    const auto rows = connection.query(
        "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND "
        "TABLE_NAME = ?",
        std::span(&name, 1));
    return rows.rows.empty() ? std::nullopt : rows.rows[0][0];
  }
  if (connection.query("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").rows.empty()) {
    return std::nullopt;
  }
  const auto rows = connection.query(
      "SELECT seq + 1 FROM sqlite_sequence WHERE name = ? COLLATE NOCASE", std::span(&name, 1));
  return rows.rows.empty() ? std::nullopt : rows.rows[0][0];
}

/// SQLite: inside of the transaction. MariaDB: behind it, since ALTER TABLE would end it; its own
/// counter stands behind the largest number that was copied already.
void count_on(Connection& target, const TablePair& pair, const std::string& number) {
  const dialect::Dialect& dialect = target.dialect();
  if (dialect.kind() == DialectKind::mariadb) {
    target.execute(fmt::format("ALTER TABLE {} AUTO_INCREMENT = {}",
                               dialect.quote_identifier(pair.name()), std::stoull(number)));
    return;
  }
  const std::vector<backend::Value> values = {pair.name(), number};
  if (target.query("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").rows.empty()) {
    return;  // a key that only fills itself counts from its largest number
  }
  target.execute("DELETE FROM sqlite_sequence WHERE name = ?", std::span(values).first(1));
  target.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ? - 1)", values);
}

}  // namespace

std::vector<CopyProblem> check_rows(Connection& source, const schema::Schema& schema,
                                    DialectKind target, const CopyOptions& options,
                                    const std::atomic<bool>& stop) {
  const Snapshot snapshot(source);
  std::vector<TablePair> pairs = pair_tables(canonical_schema(source), schema, target, options);
  std::vector<CopyProblem> all;
  for (TablePair& pair : pairs) {
    import::Problems problems;
    const std::vector<std::string> columns = pair.column_names();
    const auto rows = source.read_rows(pair.select_source(source.dialect()));
    std::vector<Cell> row;
    std::vector<InvalidCast> invalid_casts;
    for (std::uint64_t number = 1; rows->next(row); ++number) {
      look_at(stop);
      invalid_casts.clear();
      pair.convert(row, invalid_casts);
      for (InvalidCast& invalid_cast : invalid_casts) {
        import::BadRecord bad;
        bad.column = columns[invalid_cast.column];
        bad.value = std::move(invalid_cast.shown);
        bad.reason = std::move(invalid_cast.reason);
        problems.add(pair.name(), number, bad);
      }
    }
    for (import::Problem& problem : problems.take()) {
      const auto column = std::find(columns.begin(), columns.end(), problem.column);
      CopyProblem one;
      one.remedy = pair.remedy(static_cast<std::size_t>(column - columns.begin())).value_or("");
      one.what = std::move(problem);
      all.push_back(std::move(one));
    }
  }
  return all;
}

std::vector<TableComparison> copy_rows(Connection& source, Connection& target,
                                       const CopyOptions& options, EventSink& events,
                                       const std::atomic<bool>& stop) {
  const Snapshot snapshot(source);
  std::vector<TablePair> pairs = pair_tables(canonical_schema(source), canonical_schema(target),
                                             target.dialect().kind(), options);
  std::vector<std::optional<std::string>> numbers;
  for (const TablePair& pair : pairs) numbers.push_back(next_number(source, pair));
  std::vector<TableComparison> results;
  {
    CopyTransaction transaction(target, pairs, options.fire_triggers);
    require_empty(target, pairs, options);
    std::vector<Side> written;
    for (TablePair& pair : pairs) {
      written.push_back(write_table(source, target, pair, stop));
      events.info("dbmig.copy",
                  fmt::format("'{}': {}", pair.name(), text::count(written.back().rows, "row")));
    }
    transaction.check_foreign_keys(pairs);
    bool is_same = true;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      results.push_back(compare(source, target, pairs[i], written[i], stop));
      is_same = is_same && results.back().is_same();
      if (numbers[i] && target.dialect().kind() == DialectKind::sqlite) {
        count_on(target, pairs[i], *numbers[i]);
      }
    }
    if (!is_same) return results;
    transaction.commit();
  }
  if (target.dialect().kind() == DialectKind::mariadb) {
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (numbers[i]) count_on(target, pairs[i], *numbers[i]);
    }
  }
  return results;
}

std::vector<TableComparison> compare_rows(Connection& source, Connection& target,
                                          const CopyOptions& options,
                                          const std::atomic<bool>& stop) {
  const Snapshot before(source);
  const Snapshot after(target);
  std::vector<TablePair> pairs = pair_tables(canonical_schema(source), canonical_schema(target),
                                             target.dialect().kind(), options);
  std::vector<TableComparison> results;
  for (TablePair& pair : pairs) {
    const Side side = read_side(source, pair, true, stop);
    results.push_back(compare(source, target, pair, side, stop));
  }
  return results;
}

}  // namespace dbmig::transfer
