#include "transfer/copy.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <map>
#include <thread>
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
#include "transfer/written_rows.hpp"

namespace dbmig::transfer {
namespace {

using backend::Cell;
using backend::Connection;

constexpr std::size_t kExamples = 5;
using EachRow = std::function<void(std::span<const Cell>, std::uint64_t)>;

/// Rows of the source as the target's cells, in one range of its key.
RowSum read_source(Connection& source, TablePair& pair, const std::atomic<bool>& stop,
                   const KeyRange& range = {}, const EachRow& each = {}) {
  RowSum side;
  const std::string column = pair.range_column(source.dialect().kind()).value_or("");
  const auto rows = source.read_rows(pair.select_source(
      source.dialect(), range.condition(source.dialect(), pair.source().name, column)));
  RowConverter& converter = pair.converter();
  std::vector<Cell> row;
  std::vector<InvalidCast> invalid_casts;
  while (rows->next(row)) {
    throw_if_interrupted(stop);
    ++side.rows;
    invalid_casts.clear();
    const std::span<const Cell> converted = converter.convert(row, invalid_casts);
    // What the target cannot hold is no row of it: its own cells tell it apart.
    const std::span<const Cell> cells =
        invalid_casts.empty() ? converted : std::span<const Cell>(row);
    side.hash.add(converter.canonical_row(cells));
    if (each) each(cells, side.rows);
  }
  return side;
}

RowSum read_target(Connection& target, const TablePair& pair, const std::atomic<bool>& stop,
                   const std::string& condition = "", const EachRow& each = {}) {
  RowSum side;
  RowConverter converter(pair.columns(), target.dialect().kind());
  const auto rows = target.read_rows(pair.select_target(target.dialect(), condition));
  std::vector<Cell> row;
  while (rows->next(row)) {
    throw_if_interrupted(stop);
    ++side.rows;
    side.hash.add(converter.canonical_row(row));
    if (each) each(row, side.rows);
  }
  return side;
}

/// Looks for the first rows that one side has and the other has not.
class DifferenceSearch {
 public:
  DifferenceSearch(Connection& source, Connection& target, TablePair& pair,
                   const std::atomic<bool>& stop)
      : source_(source), target_(target), pair_(pair), stop_(stop) {}

  std::vector<std::string> run() {
    const auto column = pair_.shared_range_column(source_.dialect().kind());
    if (!column) {
      look_at({}, "");
    } else {
      for (const KeyRange& range : ranges_of(source_, pair_)) {
        if (in_target_.size() >= kExamples && in_source_.size() >= kExamples) break;
        look_at(range, range.condition(target_.dialect(), pair_.name(), *column));
      }
    }
    std::vector<std::string> found;
    for (const std::string& key : in_target_) found.push_back("in the target: " + key);
    for (const std::string& key : in_source_) found.push_back("in the source: " + key);
    return found;
  }

 private:
  /// A row, as often as it is there.
  struct Seen {
    std::size_t times = 0;
    std::uint64_t number = 0;
    std::string key;
  };

  void look_at(const KeyRange& range, const std::string& condition) {
    constexpr std::size_t kMaxRows = 5'000'000;  // about 200 MB
    std::unordered_map<std::string, Seen> seen;
    bool is_too_much = false;
    const auto hash_of = [&](std::span<const Cell> cells) {
      RowHash one;
      one.add(pair_.converter().canonical_row(cells));
      return one.text();
    };
    read_source(source_, pair_, stop_, range, [&](std::span<const Cell> cells, std::uint64_t n) {
      is_too_much = is_too_much || seen.size() >= kMaxRows;
      if (is_too_much) return;
      Seen& row = seen[hash_of(cells)];
      if (++row.times > 1) return;
      row.number = n;
      row.key = pair_.describe_key(cells, n);
    });
    if (is_too_much) return;
    read_target(target_, pair_, stop_, condition,
                [&](std::span<const Cell> cells, std::uint64_t n) {
                  const auto same = seen.find(hash_of(cells));
                  if (same != seen.end() && same->second.times > 0) {
                    --same->second.times;
                  } else if (in_target_.size() < kExamples) {
                    in_target_.push_back(pair_.describe_key(cells, n));
                  }
                });
    std::map<std::uint64_t, std::string> left;
    for (const auto& [hash, row] : seen) {
      if (row.times > 0) left.emplace(row.number, row.key);
    }
    for (const auto& [number, key] : left) {
      if (in_source_.size() < kExamples) in_source_.push_back(key);
    }
  }

  Connection& source_;
  Connection& target_;
  TablePair& pair_;
  const std::atomic<bool>& stop_;
  std::vector<std::string> in_target_;
  std::vector<std::string> in_source_;
};

/// `known`: what the target's rows are, when they have been read already.
TableComparison compare(Connection& source, Connection& target, TablePair& pair, const RowSum& from,
                        const std::atomic<bool>& stop,
                        const std::optional<RowSum>& known = std::nullopt) {
  TableComparison result;
  result.table = pair.name();
  const RowSum to = known ? *known : read_target(target, pair, stop);
  result.source_rows = from.rows;
  result.target_rows = to.rows;
  result.source_checksum = from.hash.text();
  result.target_checksum = to.hash.text();
  if (!result.is_same()) {
    result.examples = DifferenceSearch(source, target, pair, stop).run();
  }
  return result;
}

/// Reads both sides at the same time.
TableComparison compare_at_once(Connection& source, Connection& target, TablePair& pair,
                                const std::atomic<bool>& stop) {
  RowSum to;
  std::exception_ptr failure;
  std::thread thread([&] {
    try {
      to = read_target(target, pair, stop);
    } catch (...) {
      failure = std::current_exception();
    }
  });
  RowSum from;
  try {
    from = read_source(source, pair, stop);
  } catch (...) {
    thread.join();
    throw;
  }
  thread.join();
  if (failure) std::rethrow_exception(failure);
  return compare(source, target, pair, from, stop, to);
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
  const RowSum side = read_source(source, pair, stop);
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

/// The rows of a table that were read, in the target's words, and those that were read back.
struct Written {
  RowSum read;
  std::optional<RowSum> back;
};

/// `is_final`: nothing changes rows once they are written, so that they can be read back at once.
Written write_table(Connection& source, SourceReaders& readers, Connection& target, TablePair& pair,
                    bool is_final, const std::atomic<bool>& stop) {
  const auto sink = target.bulk_sink(pair.target(), pair.column_names());
  sink->begin();
  const auto back =
      is_final ? WrittenRows::watch(target, pair, source.dialect().kind(), stop) : nullptr;
  const bool is_in_parts = back != nullptr || readers.size() > 1;
  const std::vector<KeyRange> ranges =
      is_in_parts ? ranges_of(source, pair) : std::vector<KeyRange>(1);
  ReadJob job = job_for(source, pair, ranges, target.dialect().kind());
  job.encoding = sink->encoding();
  Written written;
  RowSum& side = written.read;
  std::size_t done = 0;
  const auto is_written_up_to = [&](std::size_t part) {
    for (; done < part; ++done) {
      if (back) back->add(ranges[done]);
    }
  };
  struct Refused {
    std::size_t part;
    std::uint64_t number;
    Error error;
  };
  std::optional<Refused> refused;
  try {
    readers.copy(job, [&](std::size_t part, const RowBatch& batch) {
      is_written_up_to(part);
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
  is_written_up_to(ranges.size());
  if (back) written.back = back->finish();
  return written;
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
    std::vector<Written> written;
    for (TablePair& pair : pairs) {
      // A trigger may change rows of any table, also of one that was written before.
      written.push_back(
          write_table(source, snapshot.readers(), target, pair, !options.fire_triggers, stop));
      events.info("dbmig.copy", fmt::format("'{}': {}", pair.name(),
                                            text::count(written.back().read.rows, "row")));
    }
    transaction.check_foreign_keys(pairs);
    bool is_same = true;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      results.push_back(compare(source, target, pairs[i], written[i].read, stop, written[i].back));
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
    results.push_back(compare_at_once(source, target, pair, stop));
  }
  return results;
}

}  // namespace dbmig::transfer
