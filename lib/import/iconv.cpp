#include "import/iconv.hpp"

#include <fmt/core.h>

#include <cerrno>

#include "base/error.hpp"

namespace dbmig::import {
namespace {

const ::iconv_t kInvalid = reinterpret_cast<::iconv_t>(-1);

}  // namespace

Iconv::Iconv(const std::string& encoding)
    : handle_(encoding.find('/') != std::string::npos ? kInvalid
                                                      : ::iconv_open("UTF-8", encoding.c_str())) {
  if (handle_ != kInvalid) return;
  throw Error(ErrorCode::usage, fmt::format("--encoding '{}' is not known", encoding))
      .hint("for example utf-8, utf-16, latin1, windows-1252; `iconv -l` lists them all");
}

Iconv::~Iconv() {
  ::iconv_close(handle_);
}

int Iconv::convert(std::string_view& from, std::span<char>& into) {
  char* in = const_cast<char*>(from.data());
  std::size_t in_left = from.size();
  char* out = into.data();
  std::size_t out_left = into.size();
  const std::size_t done = ::iconv(handle_, &in, &in_left, &out, &out_left);
  const int failure = done == static_cast<std::size_t>(-1) ? errno : 0;
  from = from.substr(from.size() - in_left);
  into = into.last(out_left);
  return failure;
}

}  // namespace dbmig::import
