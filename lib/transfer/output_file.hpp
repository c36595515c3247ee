#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dbmig::transfer {

enum class OutputCompression : std::uint8_t { none, gzip, zstd };

/// A temporary file next to its final name, readable by its owner only, that finish() renames;
/// without finish() nothing is left behind. Or standard output, for an empty path.
///
/// write() and finish() throw Error{io} (full disk, read-only folder). If the reader of a pipe is
/// gone, that is not a failure: further output is discarded, see is_closed().
class OutputFile {
 public:
  /// Throws Error{refused} if the file exists and `force` is not set, Error{io} if it cannot be
  /// created. An existing pipe or device is written to and stays; a symbolic link stays, and the
  /// file behind it is replaced.
  OutputFile(std::string path, OutputCompression compression, bool force);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view text);
  void finish();

  const std::string& path() const { return path_; }
  /// A pipe, a device or standard output, which cannot have a companion file.
  bool is_stream() const { return is_stream_; }
  /// The reader of the pipe or standard output is gone.
  bool is_closed() const { return closed_; }

 private:
  class Compressor;
  void send(std::string_view bytes);
  void flush();
  void take_name();

  std::string path_;
  std::string target_;  ///< the final name, with symbolic links resolved
  std::string temporary_;
  bool force_;
  int fd_ = -1;
  bool is_stream_ = true;
  bool closed_ = false;
  std::string buffer_;
  std::unique_ptr<Compressor> compressor_;
};

}  // namespace dbmig::transfer
