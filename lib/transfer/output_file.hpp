#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dbmig::transfer {

enum class OutputCompression : std::uint8_t { none, gzip, zstd };

/// A file that grows beside its final name, readable by its owner alone, and takes it in finish();
/// without that nothing is left behind. Or standard output, for an empty path.
///
/// write() and finish() throw Error{io} (full disk, read-only folder). A reader of a pipe that has
/// left is not a failure: what is written from then on goes nowhere, see is_closed().
class OutputFile {
 public:
  /// Throws Error{refused} when there is a file and `force` is not set, Error{io} when none can be
  /// made there. A pipe or a device that is there is written into and stays; behind a symbolic link
  /// the file is replaced, not the link.
  OutputFile(std::string path, OutputCompression compression, bool force);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view text);
  void finish();

  const std::string& path() const { return path_; }
  /// A pipe, a device or standard output: nothing may stand beside it.
  bool is_stream() const { return is_stream_; }
  /// The reader of the pipe or standard output is gone.
  bool is_closed() const { return closed_; }

 private:
  class Compressor;
  void send(std::string_view bytes);
  void flush();
  void take_name();

  std::string path_;
  std::string target_;  ///< what gets the name in the end: behind symbolic links
  std::string temporary_;
  bool force_;
  int fd_ = -1;
  bool is_stream_ = true;
  bool closed_ = false;
  std::string buffer_;
  std::unique_ptr<Compressor> compressor_;
};

}  // namespace dbmig::transfer
