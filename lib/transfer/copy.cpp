#include "transfer/copy.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "backend/bulk.hpp"
#include "backend/next_number.hpp"
#include "backend/row_source.hpp"
#include "base/error.hpp"
#include "base/listed.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "schema/unique_keys.hpp"
#include "transfer/copy_source.hpp"
#include "transfer/copy_transaction.hpp"
#include "transfer/find_differences.hpp"
#include "transfer/row_hash.hpp"
#include "transfer/row_sums.hpp"
#include "transfer/shared_snapshot.hpp"
#include "transfer/silent_triggers.hpp"
#include "transfer/table_order.hpp"
#include "transfer/table_pair.hpp"
#include "transfer/virtual_rows.hpp"
#include "transfer/written_rows.hpp"

namespace dbmig::transfer {
namespace {

using backend::Cell;
using backend::Connection;

/// `known`: the sums of the target's rows, if they were read before.
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
    result.examples = find_differences(source, target, pair, ranges_of(source, pair), stop);
  }
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
          "nothing was copied; --truncate deletes them first, --resume continues a copy that was "
          "killed before its last step");
}

/// Compares the rows that are there already, which must be the source's.
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

/// Describes the row of a part that the target refused: reads the source again up to it.
std::string name_refused(Connection& source, const ReadJob& job, std::size_t part,
                         std::uint64_t number) {
  const auto rows = source.read_rows(job.parts[part]);
  std::vector<Cell> row;
  for (std::uint64_t i = 0; i < number; ++i) {
    if (!rows->next(row)) return "";
  }
  return describe_row(job.columns, job.key, row, number);
}

/// The sums of a table's rows as they were read, and as they were read back.
struct Written {
  RowSum read;
  std::optional<RowSum> back;
};

/// A row is wrong, and because checks were deferred, the first wrong one is not known.
class DeferredCheckFailed : public Error {
 public:
  explicit DeferredCheckFailed(const Error& error) : Error(error) {}
};

/// How a table is written.
struct WriteMode {
  /// Nothing changes rows after they are written, so that they can be read back at once.
  bool is_final = true;
  bool defers_checks = true;
};

Written write_table(Connection& source, SourceReaders& readers, Connection& target, TablePair& pair,
                    const WriteMode& mode, const std::atomic<bool>& stop) {
  const auto sink = target.bulk_sink(pair.target(), pair.column_names());
  backend::DeferrableChecks deferrable;
  if (mode.defers_checks) {
    deferrable = {.keys = schema::unique_columns(pair.target()), .constraints = true};
  }
  const backend::DeferredChecks deferred = sink->begin(deferrable);
  const auto may_follow_bad_row = [&](const Error& error) {
    return (deferred.keys || deferred.constraints) && !is_of_surroundings(error.code());
  };
  const auto back =
      mode.is_final ? WrittenRows::watch(target, pair, source.dialect().kind(), stop) : nullptr;
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
  } catch (const Error& error) {
    if (may_follow_bad_row(error)) throw DeferredCheckFailed(error);
    if (!refused) throw;
    throw Error(refused->error.code(),
                fmt::format("the target refused a row of '{}' ({}): {}", pair.name(),
                            name_refused(source, job, refused->part, refused->number),
                            refused->error.message()))
        .native(refused->error.native_code())
        .hint("nothing was copied");
  }
  try {
    sink->finish();
  } catch (const Error& error) {
    if (may_follow_bad_row(error)) throw DeferredCheckFailed(error);
    throw;
  }
  is_written_up_to(ranges.size());
  if (back) written.back = back->finish();
  return written;
}

/// The number that the table's next row would get, if the source numbers rows by itself.
std::optional<std::string> next_number(Connection& connection, const TablePair& pair) {
  const std::vector<schema::Column>& columns = pair.target().columns;
  const bool counts = std::any_of(columns.begin(), columns.end(), [](const schema::Column& column) {
    return column.autoincrement;
  });
  if (!counts) return std::nullopt;
  return backend::next_number(connection, pair.name());
}

/// TIMESTAMP is a moment on MariaDB and text on SQLite.
void tell_time_zones(const std::vector<TablePair>& pairs, DialectKind from, DialectKind to,
                     EventSink& events) {
  if (from == to) return;
  std::vector<std::string> columns;
  for (const TablePair& pair : pairs) {
    const bool is_server = dialect::capabilities(to).is_server;
    for (const schema::Column& column : (is_server ? pair.target() : pair.source()).columns) {
      if (column.type.kind != schema::TypeKind::timestamp) continue;
      columns.push_back(fmt::format("'{}.{}'", pair.name(), column.name));
    }
  }
  if (columns.empty()) return;
  events.info("dbmig.copy",
              fmt::format("{}: TIMESTAMP values are in UTC on SQLite", text::join_some(columns)));
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
    if (table == nullptr) continue;
    const bool is_filled =
        table->sqlite.module.empty() || virtual_rows(*table) == VirtualRows::stored;
    if (is_filled && has_rows(target, table->name)) filled.push_back(table->name);
  }
  refuse_filled(filled);
}

namespace {

std::vector<TableComparison> copy_once(Connection& source, Connection& target,
                                       const CopyOptions& options, bool defers_checks,
                                       EventSink& events, const std::atomic<bool>& stop,
                                       import::Communicator* ranks) {
  const TimestampsInUtc from(source);
  const TimestampsInUtc to(target);
  const SharedSnapshot snapshot(source, ranks, options, events, stop);
  std::vector<TablePair> pairs =
      pair_tables(source, canonical_schema(target), target.dialect().kind(), options);
  tell_time_zones(pairs, source.dialect().kind(), target.dialect().kind(), events);
  std::vector<TableComparison> results;
  if (options.resume && !options.truncate) {
    for (auto pair = pairs.begin(); pair != pairs.end();) {
      if (!has_rows(target, pair->name())) {
        ++pair;
        continue;
      }
      results.push_back(resume_table(source, target, *pair, stop));
      events.info("dbmig.copy", fmt::format("'{}' already has its rows", pair->name()));
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
  if (!options.fire_triggers) triggers.drop(names);
  {
    CopyTransaction transaction(target, options.fire_triggers);
    if (options.truncate) empty_tables(target, pairs);
    std::vector<Written> written;
    for (TablePair& pair : pairs) {
      // A trigger may change rows of any table, including those written before.
      const WriteMode mode{.is_final = !options.fire_triggers, .defers_checks = defers_checks};
      written.push_back(write_table(source, snapshot.readers(), target, pair, mode, stop));
      events.info("dbmig.copy", fmt::format("'{}': {}", pair.name(),
                                            text::count(written.back().read.rows, "row")));
    }
    transaction.check_foreign_keys(pairs);
    bool is_same = true;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      results.push_back(compare(source, target, pairs[i], written[i].read, stop, written[i].back));
      is_same = is_same && results.back().is_same();
      if (numbers[i] && target.dialect().transactional_ddl()) {
        backend::set_next_number(target, pairs[i].name(), *numbers[i]);
      }
    }
    if (!is_same) return results;
    transaction.commit();
  }
  // After the transaction, which this would end; the counter is then already past the largest
  // number that was copied.
  if (!target.dialect().transactional_ddl()) {
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (numbers[i]) backend::set_next_number(target, pairs[i].name(), *numbers[i]);
    }
  }
  triggers.recreate();
  return results;
}

}  // namespace

std::vector<TableComparison> copy_rows(Connection& source, Connection& target,
                                       const CopyOptions& options, EventSink& events,
                                       const std::atomic<bool>& stop, import::Communicator* ranks) {
  refuse_rows(source, target, options, events);
  try {
    return copy_once(source, target, options, true, events, stop, ranks);
  } catch (const DeferredCheckFailed&) {
    events.info("dbmig.copy", "A row is wrong: copying again, row by row, to find the first one");
    // The other ranks have ended with the first attempt.
    return copy_once(source, target, options, false, events, stop, nullptr);
  }
}

void rebuild_indexes(Connection& source, Connection& target, const CopyOptions& options,
                     EventSink& events) {
  if (!dialect::capabilities(target.dialect().kind()).virtual_tables) return;
  const schema::Schema given = source.inspect({}).schema;
  const schema::Schema there = target.inspect({}).schema;
  for (const std::string& name : chosen_tables(given, options)) {
    const schema::Table* table = find_table_in(there, name);
    if (table == nullptr || table->sqlite.module.empty()) continue;
    if (virtual_rows(*table) != VirtualRows::indexed) continue;
    try {
      rebuild_index(target, table->name);
    } catch (const Error& error) {
      if (is_of_surroundings(error.code())) throw;
      events.warning("dbmig.copy", fmt::format("The index of {} is empty: {}", virtual_name(*table),
                                               error.message()));
    }
  }
}

}  // namespace dbmig::transfer
