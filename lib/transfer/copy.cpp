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
#include "transfer/copy_source.hpp"
#include "transfer/copy_transaction.hpp"
#include "transfer/row_hash.hpp"
#include "transfer/shared_snapshot.hpp"
#include "transfer/silent_triggers.hpp"
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
    throw_if_interrupted(stop);
    ++side.rows;
    invalid_casts.clear();
    const std::span<const Cell> cells =
        is_source ? pair.converter().convert(row, invalid_casts) : std::span<const Cell>(row);
    // What the target cannot hold is no row of it: its own cells tell it apart.
    side.hash.add(
        pair.converter().canonical_row(invalid_casts.empty() ? cells : std::span<const Cell>(row)));
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
    one.add(pair.converter().canonical_row(cells));
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

void empty_tables(Connection& target, const std::vector<TablePair>& pairs) {
  for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) {
    target.execute("DELETE FROM " + target.dialect().quote_identifier(pair->name()));
  }
}

bool has_rows(Connection& target, const std::string& table) {
  const std::string name = target.dialect().quote_identifier(table);
  return !target.query("SELECT 1 FROM " + name + " LIMIT 1").rows.empty();
}

void refuse_filled(const std::vector<std::string>& tables) {
  if (tables.empty()) return;
  throw Error(ErrorCode::refused,
              fmt::format("the target has rows in '{}'", text::join(tables, "', '")))
      .hint(
          "nothing was copied; --truncate deletes them first, --resume goes on with a copy that "
          "was ended before its last step");
}

/// The rows that are there already, which must be the source's.
TableComparison resume_table(Connection& source, Connection& target, TablePair& pair,
                             const std::atomic<bool>& stop) {
  const Side side = read_side(source, pair, true, stop);
  TableComparison found = compare(source, target, pair, side, stop);
  if (found.is_same()) return found;
  throw Error(ErrorCode::refused,
              fmt::format("the target's '{}' has rows that are not the source's: {}", pair.name(),
                          text::join(found.examples, "; ")))
      .hint("nothing was copied; --truncate deletes the target's rows first");
}

/// Which row of a part the target refused: the source is read once more as far as it.
std::string name_refused(Connection& source, const ReadJob& job, std::size_t part,
                         std::uint64_t number) {
  const auto rows = source.read_rows(job.parts[part]);
  std::vector<Cell> row;
  for (std::uint64_t i = 0; i < number; ++i) {
    if (!rows->next(row)) return "";
  }
  return describe_row(job.columns, job.key, row, number);
}

/// Writes the rows of one table; what was read, in the target's words.
Side write_table(Connection& source, SourceReaders& readers, Connection& target, TablePair& pair) {
  const auto sink = target.bulk_sink(pair.target(), pair.column_names());
  sink->begin();
  ReadJob job = job_for(source, pair, readers.size(), target.dialect().kind());
  job.encoding = sink->encoding();
  Side side;
  struct Refused {
    std::size_t part;
    std::uint64_t number;
    Error error;
  };
  std::optional<Refused> refused;
  try {
    readers.copy(job, [&](std::size_t part, const RowBatch& batch) {
      sink->write(batch.bytes, [&](std::size_t row, const Error& error) {
        refused = Refused{part, batch.first + row, error};
        throw Error(error);
      });
      side.rows += batch.rows;
      side.hash.add(batch.hash);
    });
  } catch (const Error&) {
    if (!refused) throw;
    throw Error(refused->error.code(),
                fmt::format("the target refused a row of '{}' ({}): {}", pair.name(),
                            name_refused(source, job, refused->part, refused->number),
                            refused->error.message()))
        .native(refused->error.native_code())
        .hint("nothing was copied");
  }
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

void refuse_rows(Connection& source, Connection& target, const CopyOptions& options,
                 EventSink& events) {
  const SilentTriggers left_by_a_killed_copy(target, events);
  if (options.truncate || options.resume) return;
  const schema::Schema there = target.inspect({}).schema;
  std::vector<std::string> filled;
  for (const std::string& name : chosen_tables(source.inspect({}).schema, options)) {
    const schema::Table* table = find_table_in(there, name);
    if (table != nullptr && has_rows(target, table->name)) filled.push_back(table->name);
  }
  refuse_filled(filled);
}

std::vector<TableComparison> copy_rows(Connection& source, Connection& target,
                                       const CopyOptions& options, EventSink& events,
                                       const std::atomic<bool>& stop, import::Communicator* ranks) {
  refuse_rows(source, target, options, events);
  const SharedSnapshot snapshot(source, ranks, options, events, stop);
  std::vector<TablePair> pairs =
      pair_tables(source, canonical_schema(target), target.dialect().kind(), options);
  std::vector<TableComparison> results;
  if (options.resume && !options.truncate) {
    for (auto pair = pairs.begin(); pair != pairs.end();) {
      if (!has_rows(target, pair->name())) {
        ++pair;
        continue;
      }
      results.push_back(resume_table(source, target, *pair, stop));
      events.info("dbmig.copy", fmt::format("'{}' has its rows already", pair->name()));
      pair = pairs.erase(pair);
    }
  }
  std::vector<std::optional<std::string>> numbers;
  std::vector<std::string> names;
  for (const TablePair& pair : pairs) {
    numbers.push_back(next_number(source, pair));
    names.push_back(pair.name());
  }
  SilentTriggers triggers(target, events);
  if (!options.fire_triggers) triggers.put_aside(names);
  {
    CopyTransaction transaction(target, options.fire_triggers);
    if (options.truncate) empty_tables(target, pairs);
    std::vector<Side> written;
    for (TablePair& pair : pairs) {
      written.push_back(write_table(source, snapshot.readers(), target, pair));
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
  triggers.make_again();
  return results;
}

std::vector<TableComparison> compare_rows(Connection& source, Connection& target,
                                          const CopyOptions& options,
                                          const std::atomic<bool>& stop) {
  const Snapshot before(source);
  const Snapshot after(target);
  std::vector<TablePair> pairs =
      pair_tables(source, canonical_schema(target), target.dialect().kind(), options);
  std::vector<TableComparison> results;
  for (TablePair& pair : pairs) {
    const Side side = read_side(source, pair, true, stop);
    results.push_back(compare(source, target, pair, side, stop));
  }
  return results;
}

}  // namespace dbmig::transfer
