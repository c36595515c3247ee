#pragma once

#include <iconv.h>

#include <span>
#include <string>
#include <string_view>

namespace dbmig::import {

/// Owns a converter of iconv(3) to UTF-8.
class Iconv {
 public:
  /// Throws Error{usage} for an unknown encoding. A name with a slash is one: iconv's `//TRANSLIT`
  /// and `//IGNORE` would silently change or drop characters.
  explicit Iconv(const std::string& encoding);
  ~Iconv();
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;

  /// Converts from the beginning of `from`; both are what is left afterwards. Returns 0 or the
  /// reason why it stopped: EILSEQ, EINVAL (an incomplete character), E2BIG (no room).
  int convert(std::string_view& from, std::span<char>& into);

 private:
  ::iconv_t handle_;
};

}  // namespace dbmig::import
