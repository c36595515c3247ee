#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "import/communicator.hpp"

namespace dbmig::import {

/// Which ranks read the bytes of a file that several of them work on.
enum class ReadWay : std::uint8_t {
  automatic,  ///< each rank that sees the file its own part, the root for the others
  scatter,    ///< the root, which hands them out
  parallel,   ///< each rank its own part
};

/// A file as the root sees it, by which another rank knows that it sees the same one.
struct SharedFile {
  std::string path;  ///< absolute
  std::uint64_t size = 0;
  std::uint64_t ends_hash = 0;  ///< of its first and last bytes
  friend bool operator==(const SharedFile&, const SharedFile&) = default;
};

/// Of the file at `path`; nothing when it is not a regular file.
std::optional<SharedFile> share_file(const std::string& path);

void encode(const std::optional<SharedFile>& file, Bytes& out);
/// Takes off of `message` what encode() wrote.
std::optional<SharedFile> decode_shared_file(std::string_view& message);

/// A part of a file: what the root has read there.
struct FilePart {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t hash = 0;  ///< of its bytes, hash_of()
};

std::uint64_t hash_of(std::string_view bytes);

/// Reads parts of a shared file, on a rank that is not the root.
class SharedFileReader {
 public:
  /// Opens it as the ranks read files, else by itself. Throws nothing: a file that cannot be read
  /// is one that this rank does not see.
  SharedFileReader(Communicator& ranks, const SharedFile& file);

  /// Whether the file here looks like the root's.
  bool sees_file() const { return ranges_ != nullptr; }
  /// The bytes of `part` into `bytes`, behind its first `prefix` bytes, which stay. Throws
  /// Error{io} when they cannot be read or are not those that the root has read.
  void read(const FilePart& part, Bytes& bytes, std::size_t prefix) const;
  /// Fills `out` with the bytes from `offset` on; false when they cannot be read.
  bool read_at(std::uint64_t offset, std::span<char> out) const;

 private:
  std::string path_;
  std::unique_ptr<FileRanges> ranges_;
};

}  // namespace dbmig::import
