#include "transfer/infer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "import/wire.hpp"
#include "transfer/composite_keys.hpp"
#include "transfer/describe_table.hpp"
#include "transfer/equal_keys.hpp"
#include "transfer/evidence.hpp"
#include "transfer/read_records.hpp"

namespace dbmig::transfer {
namespace {

using import::Bytes;

/// The `groups` in which no two records are equal; reads all records.
std::vector<ColumnGroup> search_groups(const import::Options& options,
                                       const std::atomic<bool>& stop,
                                       std::vector<ColumnGroup> groups,
                                       const std::function<void()>& at_chunk = {}) {
  if (groups.empty()) return {};
  GroupSearch search(std::move(groups));
  read_records(
      options, stop, [&](const std::vector<import::Field>& record) { return search.add(record); },
      at_chunk);
  return search.left();
}

void put_groups(Bytes& message, const std::vector<ColumnGroup>& groups) {
  import::WireWriter writer(message);
  writer.put(static_cast<std::uint32_t>(groups.size()));
  for (const ColumnGroup& group : groups) {
    writer.put(static_cast<std::uint32_t>(group.size()));
    for (const std::size_t column : group) writer.put(static_cast<std::uint32_t>(column));
  }
}

std::vector<ColumnGroup> get_groups(import::WireReader& reader) {
  std::vector<ColumnGroup> groups(reader.get<std::uint32_t>());
  for (ColumnGroup& group : groups) {
    group.resize(reader.get<std::uint32_t>());
    for (std::size_t& column : group) column = reader.get<std::uint32_t>();
  }
  return groups;
}

/// The root's side of a search by all ranks: each gets some of the groups and reads all records.
/// A message without groups ends the search for the others.
class SharedSearch {
 public:
  SharedSearch(const import::Options& options, import::Communicator& ranks, int readers,
               const std::atomic<bool>& stop)
      : options_(options), ranks_(ranks), readers_(readers), stop_(stop) {}
  ~SharedSearch() {
    try {
      for (int rank = 1; rank < readers_ && !ranks_.was_left(); ++rank) give(rank, {});
    } catch (const std::exception&) {  // NOLINT: a rank that is gone need not be told
    }
  }
  SharedSearch(const SharedSearch&) = delete;
  SharedSearch& operator=(const SharedSearch&) = delete;

  std::vector<ColumnGroup> search(const std::vector<ColumnGroup>& groups) {
    if (groups.empty()) return {};
    std::vector<std::vector<ColumnGroup>> shares(static_cast<std::size_t>(readers_));
    for (std::size_t i = 0; i < groups.size(); ++i) shares[i % shares.size()].push_back(groups[i]);
    // A rank without groups would take that for the end.
    const int asked = static_cast<int>(std::min(groups.size(), shares.size()));
    for (int rank = 1; rank < asked; ++rank) give(rank, shares[static_cast<std::size_t>(rank)]);
    std::vector<ColumnGroup> left;
    std::exception_ptr failure;
    try {
      left = search_groups(options_, stop_, shares.front());
    } catch (...) {
      failure = std::current_exception();
    }
    for (int rank = 1; rank < asked; ++rank) {
      const Bytes message = import::next_message(ranks_, rank);
      import::WireReader reader({message.data(), message.size()});
      for (ColumnGroup& group : get_groups(reader)) left.push_back(std::move(group));
    }
    if (failure) std::rethrow_exception(failure);
    std::sort(left.begin(), left.end());
    return left;
  }

  /// The other ranks' side.
  static void serve(const import::Options& options, import::Communicator& ranks,
                    const std::atomic<bool>& stop) {
    while (true) {
      Bytes message;
      import::wait(*ranks.irecv(message, 0));
      import::WireReader reader({message.data(), message.size()});
      std::vector<ColumnGroup> groups = get_groups(reader);
      if (groups.empty()) return;
      Bytes answer;
      try {
        import::SignsOfLife signs(ranks);
        groups = search_groups(options, stop, std::move(groups), [&] { signs.work_goes_on(); });
      } catch (const Error&) {
        groups.clear();  // the root reads the same files and reports the error
      }
      put_groups(answer, groups);
      import::wait(*ranks.isend(answer, 0));
    }
  }

 private:
  void give(int rank, const std::vector<ColumnGroup>& groups) {
    Bytes message;
    put_groups(message, groups);
    import::wait_for_rank(*ranks_.isend(message, rank), ranks_, rank);
  }

  const import::Options& options_;
  import::Communicator& ranks_;
  int readers_;
  const std::atomic<bool>& stop_;
};

int usable_cores() {
  constexpr unsigned kMaxThreads = 16;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads));
}

/// Whether the files can be read a second time.
bool can_be_read_again(const import::Options& options) {
  return std::all_of(options.files.begin(), options.files.end(), [](const std::string& file) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(file, ignored);
  });
}

/// The smallest groups of columns that identify rows, if no single column does.
void find_composite_keys(SharedSearch& shared, Inferred& result) {
  const std::vector<Evidence>& columns = result.columns;
  constexpr std::size_t kMaxSize = 3;
  constexpr std::size_t kMaxShown = 3;
  const bool is_needed =
      result.rows > 1 && std::none_of(columns.begin(), columns.end(),
                                      [](const Evidence& one) { return one.is_unique(); });
  for (std::size_t size = 2; is_needed && size <= kMaxSize && result.composite_keys.empty();
       ++size) {
    for (const ColumnGroup& group : shared.search(groups_of(result.table, columns, size))) {
      std::vector<std::string> names;
      for (const std::size_t column : group) names.push_back(result.table.columns[column].name);
      if (result.composite_keys.size() < kMaxShown) result.composite_keys.push_back(names);
    }
  }
}

/// Makes a text that was chosen as the primary key one on MariaDB, too: gives it a collation that
/// distinguishes what its values differ in, or, where a type has none, takes the key back.
void compare_key_exactly(SharedSearch& shared, Inferred& result) {
  if (!result.table.primary_key) return;
  const std::string name = result.table.primary_key->columns.front();
  schema::Column& column = *result.table.find_column(name);
  const bool is_uuid = column.type.kind == schema::TypeKind::uuid;
  if (!schema::is_text(column.type.kind) && !is_uuid) return;
  const auto place = static_cast<std::size_t>(&column - result.table.columns.data());
  if (!shared.search({{place}}).empty()) return;
  if (is_uuid) {
    result.table.primary_key.reset();
    return;
  }
  column.mariadb.collation = kExactCollation;
  result.notes.push_back(
      fmt::format("column '{}': some values differ only in case, accents or blanks at the end, so "
                  "it gets collation {} on MariaDB",
                  name, kExactCollation));
}

// The first byte of a rank's message.
enum class Outcome : std::uint8_t { found, failed };

/// A failure of a rank, as it is sent to the root.
struct RankFailure {
  ChunkPlace place;
  Error error;
};

Error error_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return {ErrorCode::failed, error.what()};
  }
}

/// Sends what this rank found, or why it failed, to the root.
void send(import::Communicator& ranks, const Findings& found,
          const std::optional<ReadFailure>& failure) {
  Bytes message;
  import::WireWriter writer(message);
  writer.put(failure ? Outcome::failed : Outcome::found);
  if (failure) {
    const Error error = error_of(failure->what);
    writer.put(failure->place.first);
    writer.put(failure->place.second);
    writer.put(static_cast<std::int32_t>(error.code()));
    writer.put_text(error.what());
  } else {
    writer.put(static_cast<std::uint32_t>(found.columns.size()));
    for (const Evidence& column : found.columns) column.encode(message);
  }
  import::wait(*ranks.isend(message, 0));
}

/// Combines what the ranks found, or keeps the first failure in the order of the files.
class SumOfRanks {
 public:
  SumOfRanks(std::vector<Evidence>& columns, const std::optional<ReadFailure>& failure)
      : columns_(columns) {
    if (failure) failure_ = RankFailure{failure->place, error_of(failure->what)};
  }

  void add(const Bytes& message) {
    import::WireReader reader({message.data(), message.size()});
    if (reader.get<Outcome>() == Outcome::failed) {
      ChunkPlace place;
      place.first = reader.get<std::uint32_t>();
      place.second = reader.get<std::uint64_t>();
      const auto code = static_cast<ErrorCode>(reader.get<std::int32_t>());
      if (failure_ && failure_->place <= place) return;
      failure_ = RankFailure{place, Error(code, std::string(reader.get_text()))};
      return;
    }
    if (failure_) return;
    if (reader.get<std::uint32_t>() != columns_.size()) {
      throw Error(ErrorCode::failed, "the ranks read different files");
    }
    for (Evidence& column : columns_) column.add(Evidence::decode(reader));
  }

  void throw_failure() const {
    if (failure_) throw Error(failure_->error);
  }

 private:
  std::vector<Evidence>& columns_;
  std::optional<RankFailure> failure_;
};

}  // namespace

Inferred infer(const import::Options& options, import::Communicator& ranks,
               const std::atomic<bool>& stop) {
  // Only the root can read standard input and pipes.
  const bool is_shared =
      std::none_of(options.files.begin(), options.files.end(),
                   [](const std::string& file) { return file == import::kStandardInput; });
  const int readers = is_shared ? ranks.size() : 1;
  // The user chooses the number of ranks; a single process uses all cores that it may.
  const int threads = ranks.size() == 1 ? usable_cores() : 1;
  Findings found;
  std::optional<ReadFailure> failure;
  if (ranks.rank() < readers) {
    import::SignsOfLife signs(ranks);
    found = read_evidence(options, stop, ranks.rank(), readers, threads, failure,
                          [&] { signs.work_goes_on(); });
  }
  if (!ranks.is_root()) {
    if (ranks.rank() < readers) {
      send(ranks, found, failure);
      SharedSearch::serve(options, ranks, stop);
    }
    return {};
  }
  SharedSearch shared(options, ranks, readers, stop);
  SumOfRanks sum(found.columns, failure);
  for (int rank = 1; rank < readers; ++rank) {
    sum.add(import::next_message(ranks, rank));
  }
  sum.throw_failure();
  Inferred result = describe_table(options, std::move(found));
  if (can_be_read_again(options)) {
    compare_key_exactly(shared, result);
    find_composite_keys(shared, result);
  }
  return result;
}

}  // namespace dbmig::transfer
