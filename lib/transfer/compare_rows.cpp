// Tables are compared in parts: ranges of an integer key, or whole tables. The parts are assigned
// to the ranks in turn; a rank reads both sides and sends sums of their rows.
#include "transfer/compare_rows.hpp"

#include <fmt/core.h>

#include <exception>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "import/wire.hpp"
#include "transfer/copy_source.hpp"
#include "transfer/find_differences.hpp"
#include "transfer/key_ranges.hpp"
#include "transfer/one_moment.hpp"
#include "transfer/row_sums.hpp"
#include "transfer/virtual_rows.hpp"

namespace dbmig::transfer {
namespace {

using backend::Connection;
using import::Bytes;
using import::WireReader;
using import::WireWriter;

/// A part of a table: one range of its key.
struct ComparedPart {
  std::size_t table = 0;
  KeyRange range;
};

/// The sums of both sides of a part.
struct PartSums {
  RowSum source;
  RowSum target;
  bool is_same() const {
    return source.rows == target.rows && source.hash.halves() == target.hash.halves();
  }
};

/// Both databases, as one rank reads them.
struct ComparedSides {
  Connection& source;
  Connection& target;
  std::vector<TablePair> pairs;
  const std::atomic<bool>& stop;
  /// Returns true to end the work on parts early; null: never.
  std::function<bool()> is_cancelled;

  ComparedSides(Connection& from, Connection& to, const CopyOptions& options,
                const std::atomic<bool>& stopped)
      : source(from),
        target(to),
        pairs(pair_tables(from, canonical_schema(to), to.dialect().kind(), options)),
        stop(stopped) {}

  /// Called from time to time while rows are read, from two threads.
  std::function<void()> while_reading = {};

  RowSum read(const ComparedPart& part) {
    return read_source(source, pairs[part.table], stop, part.range, each_row());
  }
  RowSum read_back(const ComparedPart& part) {
    const TablePair& pair = pairs[part.table];
    const std::string column = pair.shared_range_column(source.dialect().kind()).value_or("");
    return read_target(target, pair, stop,
                       part.range.condition(target.dialect(), pair.name(), column), each_row());
  }

 private:
  EachRow each_row() const {
    if (!while_reading) return {};
    return [this](std::span<const backend::Cell>, std::uint64_t number) {
      constexpr std::uint64_t kEvery = 1024;
      if (number % kEvery == 0) while_reading();
    };
  }
};

/// Reads both sides of `parts` in parallel, the target in a thread of its own. `go_on` is called
/// between two parts of the source.
std::vector<PartSums> sums_of(ComparedSides& sides, const std::vector<ComparedPart>& parts,
                              const std::function<bool()>& go_on = {}) {
  std::vector<PartSums> sums(parts.size());
  std::atomic<bool> is_over = false;
  std::exception_ptr failure;
  std::thread thread([&] {
    try {
      for (std::size_t i = 0; i < parts.size() && !is_over; ++i) {
        sums[i].target = sides.read_back(parts[i]);
      }
    } catch (...) {
      failure = std::current_exception();
      is_over = true;
    }
  });
  try {
    for (std::size_t i = 0; i < parts.size() && !is_over; ++i) {
      if (go_on && !go_on()) is_over = true;
      if (!is_over) sums[i].source = sides.read(parts[i]);
    }
  } catch (...) {
    is_over = true;
    thread.join();
    throw;
  }
  thread.join();
  if (failure) std::rethrow_exception(failure);
  return sums;
}

std::vector<ComparedPart> parts_of(ComparedSides& sides) {
  std::vector<ComparedPart> parts;
  for (std::size_t table = 0; table < sides.pairs.size(); ++table) {
    TablePair& pair = sides.pairs[table];
    if (!pair.shared_range_column(sides.source.dialect().kind())) {
      parts.push_back({table, {}});
      continue;
    }
    for (const KeyRange& range : ranges_of(sides.source, pair)) parts.push_back({table, range});
  }
  return parts;
}

enum class ComparisonOrder : std::uint8_t { snapshot, end_snapshot, parts, cancel, quit };
enum class ComparisonAnswer : std::uint8_t { done, failed, cancelled };

void send_text(import::Communicator& ranks, const Bytes& message, int to) {
  import::wait_for_rank(*ranks.isend(message, to), ranks, to);
}

void order_all(import::Communicator& ranks, ComparisonOrder order) {
  Bytes message;
  WireWriter(message).put(order);
  for (int rank = 1; rank < ranks.size(); ++rank) send_text(ranks, message, rank);
}

Bytes failure_text(const Error& error) {
  Bytes message;
  WireWriter writer(message);
  writer.put(ComparisonAnswer::failed);
  writer.put(static_cast<std::int32_t>(error.code()));
  writer.put_text(error.what());
  return message;
}

/// The answer of a rank; `failure` is set if it failed.
Bytes answer_of(import::Communicator& ranks, int rank, std::optional<Error>& failure) {
  Bytes message = import::next_message(ranks, rank);
  WireReader reader({message.data(), message.size()});
  if (reader.get<ComparisonAnswer>() == ComparisonAnswer::failed && !failure) {
    const auto code = static_cast<ErrorCode>(reader.get<std::int32_t>());
    failure = Error(code, std::string(reader.get_text()));
  }
  return message;
}

void put_end(WireWriter& writer, const std::optional<std::int64_t>& end) {
  writer.put(static_cast<std::uint8_t>(end.has_value()));
  writer.put(end.value_or(0));
}

std::optional<std::int64_t> get_end(WireReader& reader) {
  const bool is_there = reader.get<std::uint8_t>() != 0;
  const auto value = reader.get<std::int64_t>();
  return is_there ? std::optional(value) : std::nullopt;
}

void put_parts(Bytes& message, const ComparedSides& sides, const std::vector<ComparedPart>& parts) {
  WireWriter writer(message);
  writer.put(ComparisonOrder::parts);
  writer.put(static_cast<std::uint32_t>(sides.pairs.size()));
  for (const TablePair& pair : sides.pairs) writer.put_text(pair.name());
  writer.put(static_cast<std::uint32_t>(parts.size()));
  for (const ComparedPart& part : parts) {
    writer.put(static_cast<std::uint32_t>(part.table));
    put_end(writer, part.range.from);
    put_end(writer, part.range.until);
  }
}

std::vector<ComparedPart> get_parts(WireReader& reader, const ComparedSides& sides) {
  bool is_same = reader.get<std::uint32_t>() == sides.pairs.size();
  for (std::size_t i = 0; is_same && i < sides.pairs.size(); ++i) {
    is_same = reader.get_text() == sides.pairs[i].name();
  }
  if (!is_same) throw Error(ErrorCode::failed, "the ranks see different tables");
  std::vector<ComparedPart> parts(reader.get<std::uint32_t>());
  for (ComparedPart& part : parts) {
    part.table = reader.get<std::uint32_t>();
    part.range.from = get_end(reader);
    part.range.until = get_end(reader);
  }
  return parts;
}

void put_sum(WireWriter& writer, const RowSum& sum) {
  writer.put(sum.rows);
  const auto [high, low] = sum.hash.halves();
  writer.put(high);
  writer.put(low);
  writer.put(static_cast<std::uint32_t>(sum.beyond_float.size()));
  for (const std::uint64_t count : sum.beyond_float) writer.put(count);
}

RowSum get_sum(WireReader& reader) {
  RowSum sum;
  sum.rows = reader.get<std::uint64_t>();
  const auto high = reader.get<std::uint64_t>();
  sum.hash = RowHash(high, reader.get<std::uint64_t>());
  sum.beyond_float.resize(reader.get<std::uint32_t>());
  for (std::uint64_t& count : sum.beyond_float) count = reader.get<std::uint64_t>();
  return sum;
}

/// The parts assigned to one rank.
std::vector<ComparedPart> share_of(const std::vector<ComparedPart>& parts, int rank, int ranks) {
  std::vector<ComparedPart> share;
  for (auto i = static_cast<std::size_t>(rank); i < parts.size();
       i += static_cast<std::size_t>(ranks)) {
    share.push_back(parts[i]);
  }
  return share;
}

/// The sums of all parts, in order. When it returns or throws, every rank has answered, or one was
/// given up.
std::vector<PartSums> sums_of_ranks(ComparedSides& sides, const std::vector<ComparedPart>& parts,
                                    import::Communicator& ranks) {
  for (int rank = 1; rank < ranks.size(); ++rank) {
    Bytes message;
    put_parts(message, sides, share_of(parts, rank, ranks.size()));
    send_text(ranks, message, rank);
  }
  std::vector<PartSums> sums(parts.size());
  std::exception_ptr own_failure;
  const auto take = [&](int rank, const std::function<PartSums(std::size_t)>& next) {
    const auto step = static_cast<std::size_t>(ranks.size());
    for (std::size_t i = static_cast<std::size_t>(rank), n = 0; i < parts.size(); i += step, ++n) {
      sums[i] = next(n);
    }
  };
  try {
    const std::vector<PartSums> own = sums_of(sides, share_of(parts, 0, ranks.size()));
    take(0, [&](std::size_t n) { return own[n]; });
  } catch (...) {
    own_failure = std::current_exception();
  }
  std::optional<Error> failure;
  try {
    if (own_failure) order_all(ranks, ComparisonOrder::cancel);
    for (int rank = 1; rank < ranks.size(); ++rank) {
      const Bytes message = answer_of(ranks, rank, failure);
      WireReader reader({message.data(), message.size()});
      if (reader.get<ComparisonAnswer>() != ComparisonAnswer::done) continue;
      take(rank, [&](std::size_t) {
        PartSums one;
        one.source = get_sum(reader);
        one.target = get_sum(reader);
        return one;
      });
    }
  } catch (...) {
    if (!own_failure) throw;  // otherwise that is what went wrong first
  }
  if (own_failure) std::rethrow_exception(own_failure);
  if (failure) throw Error(*failure);
  return sums;
}

/// Combines the sums of the ranks, and names rows that differ.
std::vector<TableComparison> comparisons_of(ComparedSides& sides,
                                            const std::vector<ComparedPart>& parts,
                                            const std::vector<PartSums>& sums) {
  std::vector<TableComparison> results;
  std::size_t at = 0;
  for (std::size_t table = 0; table < sides.pairs.size(); ++table) {
    TablePair& pair = sides.pairs[table];
    PartSums all;
    std::vector<KeyRange> different;
    for (; at < parts.size() && parts[at].table == table; ++at) {
      all.source.add(sums[at].source);
      all.target.add(sums[at].target);
      if (!sums[at].is_same()) different.push_back(parts[at].range);
    }
    TableComparison& result = results.emplace_back();
    result.table = pair.name();
    result.source_rows = all.source.rows;
    result.target_rows = all.target.rows;
    result.source_checksum = all.source.hash.text();
    result.target_checksum = all.target.hash.text();
    for (const std::size_t column : pair.float_columns()) {
      const std::uint64_t here = all.source.count_beyond_float(column);
      const std::uint64_t there = all.target.count_beyond_float(column);
      if (here + there != 0) result.as_float.push_back({pair.columns()[column].name, here, there});
    }
    if (result.is_same()) continue;
    result.examples = find_differences(sides.source, sides.target, pair, different, sides.stop);
  }
  return results;
}

/// Begins a snapshot of both sides on all ranks, at the same moment; false if one side was written
/// to meanwhile.
bool begin_on_all(Connection& source, Connection& target, const CopyOptions& options,
                  import::Communicator& ranks) {
  const std::vector<std::string> names = chosen_tables(source.inspect({}).schema, options);
  const schema::Schema there = target.inspect({}).schema;
  std::vector<std::string> others;
  for (const std::string& name : names) {
    if (const schema::Table* table = find_table_in(there, name)) others.push_back(table->name);
  }
  OneMoment before(source, names);
  OneMoment after(target, others);
  source.begin_snapshot();
  target.begin_snapshot();
  order_all(ranks, ComparisonOrder::snapshot);
  std::optional<Error> failure;
  for (int rank = 1; rank < ranks.size(); ++rank) answer_of(ranks, rank, failure);
  if (!failure && before.holds() && after.holds()) return true;
  source.rollback();
  target.rollback();
  order_all(ranks, ComparisonOrder::end_snapshot);
  if (failure) throw Error(*failure);
  return false;
}

/// Whether all ranks see both sides at the same moment; otherwise the root works alone, and reports
/// that.
bool begin_together(Connection& source, Connection& target, const CopyOptions& options,
                    import::Communicator& ranks, EventSink& events) {
  constexpr int kTries = 5;
  std::string reason = "other sessions keep writing to them";
  try {
    for (int i = 0; i < kTries; ++i) {
      if (begin_on_all(source, target, options, ranks)) return true;
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted || ranks.was_left()) throw;
    reason = error.message();
  }
  events.warning("dbmig.diff", fmt::format("Only one rank compares the rows: the others could not "
                                           "get the same snapshot of both databases ({})",
                                           reason));
  return false;
}

void tell_not_compared(Connection& source, const CopyOptions& options, EventSink& events) {
  const schema::Schema given = source.inspect({}).schema;
  for (const std::string& name : chosen_tables(given, options)) {
    const schema::Table& table = given.table(name);
    if (table.sqlite.module.empty() || virtual_rows(table) == VirtualRows::stored) continue;
    events.warning("dbmig.diff",
                   fmt::format("Not compared: the rows of {}, which are not its own, or cannot be "
                               "read as they were written",
                               virtual_name(table)));
  }
}

/// Sends the sums of parts to the root.
Bytes answer_parts(Connection& source, Connection& target, const CopyOptions& options,
                   WireReader& order, import::Communicator& ranks, import::Request& next,
                   const std::atomic<bool>& stop) {
  import::SignsOfLife signs(ranks);
  try {
    ComparedSides sides(source, target, options, stop);
    sides.while_reading = [&signs] { signs.work_goes_on(); };
    const std::vector<ComparedPart> parts = get_parts(order, sides);
    bool is_cancelled = false;
    const std::vector<PartSums> sums = sums_of(sides, parts, [&] {
      const auto lock = signs.pause();
      is_cancelled = next.test();  // the only order that arrives meanwhile
      return !is_cancelled;
    });
    Bytes answer;
    WireWriter writer(answer);
    writer.put(is_cancelled ? ComparisonAnswer::cancelled : ComparisonAnswer::done);
    for (const PartSums& one : sums) {
      put_sum(writer, one.source);
      put_sum(writer, one.target);
    }
    return answer;
  } catch (const Error& error) {
    return failure_text(error);
  }
}

Bytes answer_snapshot(Connection& source, Connection& target) {
  try {
    source.begin_snapshot();
    target.begin_snapshot();
    Bytes answer;
    WireWriter(answer).put(ComparisonAnswer::done);
    return answer;
  } catch (const Error& error) {
    return failure_text(error);
  }
}

}  // namespace

std::vector<TableComparison> compare_rows(Connection& source, Connection& target,
                                          const CopyOptions& options, EventSink& events,
                                          const std::atomic<bool>& stop,
                                          import::Communicator* ranks) {
  const TimestampsInUtc one(source);
  const TimestampsInUtc other(target);
  const bool is_shared = ranks != nullptr && ranks->size() > 1 &&
                         begin_together(source, target, options, *ranks, events);
  if (!is_shared) {
    source.begin_snapshot();
    target.begin_snapshot();
  }
  const struct EndOfSnapshots {
    Connection& source;
    Connection& target;
    ~EndOfSnapshots() {
      source.rollback();
      target.rollback();
    }
  } end{source, target};
  tell_not_compared(source, options, events);
  ComparedSides sides(source, target, options, stop);
  const std::vector<ComparedPart> parts = parts_of(sides);
  return comparisons_of(sides, parts,
                        is_shared ? sums_of_ranks(sides, parts, *ranks) : sums_of(sides, parts));
}

void serve_comparison(Connection& source, Connection& target, const CopyOptions& options,
                      import::Communicator& ranks, const std::atomic<bool>& stop) {
  const TimestampsInUtc one(source);
  const TimestampsInUtc other(target);
  Bytes message;
  auto next = ranks.irecv(message, 0);
  while (true) {
    import::wait(*next);
    const Bytes text = message;
    WireReader reader({text.data(), text.size()});
    const auto order = reader.get<ComparisonOrder>();
    if (order == ComparisonOrder::quit) break;
    next = ranks.irecv(message, 0);
    if (order == ComparisonOrder::snapshot) {
      send_text(ranks, answer_snapshot(source, target), 0);
    } else if (order == ComparisonOrder::parts) {
      send_text(ranks, answer_parts(source, target, options, reader, ranks, *next, stop), 0);
    } else if (order == ComparisonOrder::end_snapshot) {
      source.rollback();
      target.rollback();
    }
  }
  source.rollback();
  target.rollback();
}

void end_comparison(import::Communicator& ranks) {
  try {
    if (!ranks.was_left()) order_all(ranks, ComparisonOrder::quit);
  } catch (const Error&) {
    // The rank was given up just now: the job ends without it.
  }
}

}  // namespace dbmig::transfer
