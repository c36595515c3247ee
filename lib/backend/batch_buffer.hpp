#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace dbmig::backend {

/// The bytes of a batch of rows: their number, then whatever an encoder puts behind it.
class BatchBuffer {
 public:
  BatchBuffer() { clear(); }

  void clear() {
    rows_ = 0;
    size_ = sizeof rows_;
    if (bytes_.size() < size_) bytes_.resize(size_);
  }
  void count_row() { ++rows_; }
  /// Where the next bytes go, with room for `most`. To be followed by put_up_to().
  char* room(std::size_t most) {
    // The vector's own growth would write zeros over what follows anyway.
    if (size_ + most > bytes_.size()) bytes_.resize((size_ + most) * 2);
    return bytes_.data() + size_;
  }
  /// The bytes before `end`, which room() led to, belong to the batch.
  void put_up_to(const char* end) { size_ = static_cast<std::size_t>(end - bytes_.data()); }

  std::size_t size() const { return size_; }
  /// Takes back what follows the first `size` bytes.
  void shrink(std::size_t size) { size_ = size; }

  std::span<const char> bytes() {
    std::memcpy(bytes_.data(), &rows_, sizeof rows_);
    return {bytes_.data(), size_};
  }

 private:
  std::vector<char> bytes_;
  std::size_t size_ = 0;
  std::uint32_t rows_ = 0;
};

}  // namespace dbmig::backend
