#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/bulk.hpp"
#include "import/key_column.hpp"
#include "import/wire.hpp"

namespace dbmig::import {

/// The values of one unique key in the rows of a chunk.
struct KeyDigest {
  enum class Form : std::uint8_t {
    dense,      ///< integers, each one more than in the row before
    ascending,  ///< integers, each larger than in the row before
    hashes,     ///< hashes, 0 for a row without a key: NULL equals nothing
  };
  std::uint32_t key = 0;  ///< FileKey::key
  Form form = Form::dense;
  std::uint32_t rows = 0;
  std::int64_t first = 0;  ///< dense
  std::string_view bytes;  ///< the numbers or hashes, 8 bytes each; points into the message

  std::int64_t number(std::size_t row) const;  ///< for dense and ascending
  std::uint64_t hash(std::size_t row) const;
};

/// The same on every rank, and never 0.
std::uint64_t hash_of_number(std::int64_t number);

/// Collects the digests in a worker. Only for keys whose values need no weights from the server.
class KeyDigests {
 public:
  explicit KeyDigests(const std::vector<FileKey>& keys) : keys_(keys.begin(), keys.end()) {}

  void add(std::span<const backend::Cell> row);
  void write(WireWriter& out) const;
  void clear();

 private:
  struct Key {
    explicit Key(const FileKey& key) : of_file(key) {}
    FileKey of_file;
    bool ascends = true;
    std::vector<std::int64_t> values;  ///< integers as long as they ascend, then hashes
  };
  void add(std::span<const backend::Cell> row, Key& key);
  std::uint64_t hash_of(std::span<const backend::Cell> row, const FileKey& key);

  std::vector<Key> keys_;
  std::string bytes_;
};

/// Reads the message that write() made.
std::vector<KeyDigest> read_key_digests(std::string_view message);

}  // namespace dbmig::import
