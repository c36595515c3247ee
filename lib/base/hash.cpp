#include "base/hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <random>

#include "base/error.hpp"

namespace dbmig {
namespace {
constexpr std::string_view kDigits = "0123456789abcdef";
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw Error(ErrorCode::failed, "cannot compute a SHA-256 checksum");
  }
  std::string text;
  text.reserve(std::size_t{length} * 2);
  for (unsigned int i = 0; i < length; ++i) {
    text += kDigits[digest[i] >> 4U];
    text += kDigits[digest[i] & 15U];
  }
  return text;
}

std::string random_hex(int count) {
  std::random_device device;
  std::uniform_int_distribution<std::size_t> digit(0, 15);
  std::string text;
  for (int i = 0; i < count; ++i) text += kDigits[digit(device)];
  return text;
}

}  // namespace dbmig
