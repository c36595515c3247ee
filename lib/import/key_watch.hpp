#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "import/key_digest.hpp"
#include "import/plan.hpp"
#include "import/unique_keys.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// The values of one unique key so far: as long as integers ascend, only ranges, with the numbers
/// in between where some are missing; otherwise a hash of each.
class SeenKeys {
 public:
  /// `room`: the number of values for which there is memory, shared by all keys. When it is used
  /// up, no more are recorded.
  explicit SeenKeys(std::uint64_t& room) : room_(&room) {}

  /// Adds the rows of `digest`, in order; returns the first one whose value was there before.
  std::optional<std::size_t> first_repeated(const KeyDigest& digest);
  bool has_given_up() const { return has_given_up_; }

 private:
  struct Run {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::vector<std::int64_t> numbers;  ///< empty if none is missing
  };
  bool append_run(const KeyDigest& digest);
  bool take_room(std::uint64_t values);
  void hash_runs();
  bool insert(std::uint64_t hash);
  void grow(std::uint64_t values);
  void give_up();

  std::uint64_t* room_;
  std::uint64_t taken_ = 0;
  bool has_given_up_ = false;
  std::vector<Run> runs_;             ///< ascending, as long as there are no hashes
  std::vector<std::uint64_t> slots_;  ///< its size is a power of two; 0 marks a free slot
  std::uint64_t used_ = 0;
};

/// Finds the first record whose unique key an earlier record of the files has, before it is
/// written: the ranks send the keys of their rows (KeyDigests), which are compared in the order of
/// the files. Since hashes have 64 bits, a result must be verified (find_repeated_keys()).
class KeyWatch {
 public:
  struct Repeated {
    std::size_t row;  ///< in the chunk
    std::vector<std::string> columns;
  };

  explicit KeyWatch(std::uint64_t& room) : room_(room) {}

  /// Returns the keys of `table` that can be watched in the rows of `plan`, and watches them from
  /// now on; see unique_keys(). Keys that only the server can compare are left out.
  std::vector<FileKey> watch(backend::Connection& connection, const schema::Table& table,
                             const Plan& plan);
  /// The first repeated row of a chunk, from the message with its result.
  std::optional<Repeated> first_repeated(std::string_view digests);
  /// Whether there was no memory for all values of a key, so that it may have missed one.
  bool has_given_up() const;

 private:
  struct Key {
    UniqueKey key;
    SeenKeys seen;
  };
  std::uint64_t& room_;
  std::vector<Key> keys_;
  std::vector<std::string> columns_;  ///< of the rows that watch() was last called for
  std::vector<FileKey> watched_;      ///< what it returned
};

/// The keys that are watched in the rows of `plan`, each by its columns.
std::vector<std::vector<std::string>> watched_keys(const Plan& plan);

}  // namespace dbmig::import
