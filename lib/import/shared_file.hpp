#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "import/communicator.hpp"

namespace dbmig::import {

/// Which ranks read the bytes of a file that several ranks process.
enum class ReadWay : std::uint8_t {
  automatic,  ///< each rank that can read the file reads its own part, the root reads for the
              ///< others
  scatter,    ///< the root reads everything and sends it
  parallel,   ///< each rank reads its own part
};

/// A file as the root sees it, by which another rank recognises that it has the same one.
struct SharedFile {
  std::string path;  ///< absolute
  std::uint64_t size = 0;
  std::uint64_t ends_hash = 0;  ///< of its first and last bytes
  friend bool operator==(const SharedFile&, const SharedFile&) = default;
};

/// Describes the file at `path`; nothing if it is not a regular file.
std::optional<SharedFile> share_file(const std::string& path);

void encode(const std::optional<SharedFile>& file, Bytes& out);
/// Reads what encode() wrote from the beginning of `message`, and removes it.
std::optional<SharedFile> decode_shared_file(std::string_view& message);

/// A part of a file, with a hash of what the root has read there.
struct FilePart {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t hash = 0;  ///< of its bytes, hash_of()
};

std::uint64_t hash_of(std::string_view bytes);

/// Reads parts of a shared file, on a rank other than the root.
class SharedFileReader {
 public:
  /// Opens the file through `ranks` if possible, otherwise directly. Throws nothing: a file that
  /// cannot be read is one that this rank does not have.
  SharedFileReader(Communicator& ranks, const SharedFile& file);

  /// Whether the file here looks like the root's.
  bool sees_file() const { return ranges_ != nullptr; }
  /// Reads `part` into `bytes`, after its first `prefix` bytes, which stay. Throws Error{io} if it
  /// cannot be read or differs from what the root has read.
  void read(const FilePart& part, Bytes& bytes, std::size_t prefix) const;
  /// Fills `out` with the bytes from `offset` on; false if they cannot be read.
  bool read_at(std::uint64_t offset, std::span<char> out) const;

 private:
  std::string path_;
  std::unique_ptr<FileRanges> ranges_;
};

}  // namespace dbmig::import
