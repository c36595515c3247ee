#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace dbmig::import {

/// The source of a CSV file's bytes: a file, or standard input for "-".
class Input {
 public:
  virtual ~Input() = default;
  /// Fills `buffer` as far as possible; fewer bytes only at the end. A file ends at the size that
  /// it had when it was opened. Throws Error{io}, also if it ends before, or if it has grown and
  /// what was there at first does not end with a line; and Error{interrupted} if the import was
  /// interrupted while it waited.
  virtual std::size_t read(std::span<char> buffer) = 0;
  /// Size in bytes, 0 if unknown.
  virtual std::uint64_t size() const = 0;
  /// How far read() is, in bytes of the file as it is stored: compressed, in its own encoding.
  virtual std::uint64_t stored_bytes() const = 0;
  /// From another thread: makes a waiting read() throw Error{interrupted}.
  virtual void cancel() noexcept = 0;
  /// For messages: the path as the user gave it, "standard input".
  virtual const std::string& name() const = 0;
};

/// Owns a file descriptor; checks `stop` a few times a second while reading a pipe.
class FileInput final : public Input {
 public:
  /// Throws Error{not_found} or Error{io} naming the path (a folder, no right to read).
  FileInput(const std::string& path, const std::atomic<bool>& stop);
  ~FileInput() override;
  FileInput(const FileInput&) = delete;
  FileInput& operator=(const FileInput&) = delete;

  std::size_t read(std::span<char> buffer) override;
  std::uint64_t size() const override { return size_; }
  std::uint64_t stored_bytes() const override { return read_; }
  void cancel() noexcept override { cancelled_ = true; }
  /// Called once by read() if no data has arrived for two seconds. On the reading thread.
  void when_silent(std::function<void()> tell) { when_silent_ = std::move(tell); }
  const std::string& name() const override { return name_; }

 private:
  void wait();
  void check_length() const;
  void check_growth() const;
  std::size_t room(std::size_t wanted) const;

  std::string name_;
  const std::atomic<bool>& stop_;
  std::atomic<bool> cancelled_{false};
  std::function<void()> when_silent_;
  int fd_ = -1;
  bool owned_ = false;
  bool regular_ = false;
  std::uint64_t size_ = 0;  ///< when it was opened
  /// Bytes to read of them; without a limit for pipes, and for files that do not know their size,
  /// as those in /proc.
  std::optional<std::uint64_t> limit_;
  char last_byte_ = '\n';
  std::uint64_t read_ = 0;  ///< bytes so far
};

}  // namespace dbmig::import
