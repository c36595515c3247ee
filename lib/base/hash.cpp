#include "base/hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <random>

#include "base/error.hpp"
#include "base/hex.hpp"

namespace dbmig {
std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw Error(ErrorCode::failed, "cannot compute a SHA-256 checksum");
  }
  return to_hex({reinterpret_cast<const char*>(digest.data()), length});
}

std::string random_hex(int count) {
  std::random_device device;
  std::uniform_int_distribution<std::size_t> digit(0, 15);
  std::string text;
  for (int i = 0; i < count; ++i) text += kHexDigits[digit(device)];
  return text;
}

}  // namespace dbmig
