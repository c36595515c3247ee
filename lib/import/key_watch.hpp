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

/// The values of one unique key that were seen so far: as long as whole numbers ascend, only how
/// far they have come, with what is between where they leave numbers out; else a hash of each.
class SeenKeys {
 public:
  /// `room`: for how many values there is memory, for all that share it. Without it, no more is
  /// seen.
  explicit SeenKeys(std::uint64_t& room) : room_(&room) {}

  /// Takes the rows of `digest` in, in order; the first one whose value was there.
  std::optional<std::size_t> first_repeated(const KeyDigest& digest);

 private:
  struct Run {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::vector<std::int64_t> numbers;  ///< empty when none is left out
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
  std::vector<Run> runs_;             ///< ascending, while there are no hashes
  std::vector<std::uint64_t> slots_;  ///< a power of two, 0 for a free one
  std::uint64_t used_ = 0;
};

/// Finds the first record whose unique key an earlier record of the files has, before it is
/// written: what the ranks say of the keys of their rows (KeyDigests), looked at in the order of
/// the files. Hashes of 64 bits: what it finds has to be looked at once more
/// (find_repeated_keys()).
class KeyWatch {
 public:
  struct Repeated {
    std::size_t row;  ///< of the chunk
    std::vector<std::string> columns;
  };

  explicit KeyWatch(std::uint64_t& room) : room_(room) {}

  /// The keys of `table` that can be watched in the rows of `plan`, and are from now on; see
  /// unique_keys(). Left out are those that only the server can compare.
  std::vector<FileKey> watch(backend::Connection& connection, const schema::Table& table,
                             const Plan& plan);
  /// Of a chunk, from the message of its result.
  std::optional<Repeated> first_repeated(std::string_view digests);

 private:
  struct Key {
    UniqueKey key;
    SeenKeys seen;
  };
  std::uint64_t& room_;
  std::vector<Key> keys_;
};

}  // namespace dbmig::import
