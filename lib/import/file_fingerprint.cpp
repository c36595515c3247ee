#include "import/file_fingerprint.hpp"

#include <fmt/core.h>
#include <xxhash.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "import/input.hpp"

namespace dbmig::import {
namespace {

constexpr std::size_t kFingerprintBlock = std::size_t{1} << 20;

}  // namespace

std::string file_fingerprint(const std::string& path, const std::atomic<bool>& stop) {
  std::error_code failure;
  const auto kind = std::filesystem::status(path, failure).type();
  if (path == "-" || (kind != std::filesystem::file_type::regular &&
                      kind != std::filesystem::file_type::not_found &&
                      kind != std::filesystem::file_type::directory)) {
    throw Error(ErrorCode::usage,
                fmt::format("{} can be read only once: an import of it that was interrupted could "
                            "not be resumed",
                            path == "-" ? "standard input" : path))
        .hint("write it to a file first, or leave out --commit-every and --resume");
  }
  FileInput file(path, stop);
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::vector<char> block(kFingerprintBlock);
  std::uint64_t size = 0;
  while (true) {
    if (stop) throw Error(ErrorCode::interrupted, "interrupted");
    const std::size_t n = file.read(block);
    XXH3_128bits_update(state.get(), block.data(), n);
    size += n;
    if (n < block.size()) break;
  }
  const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
  return fmt::format("xxh3:{:016x}{:016x}:{}", hash.high64, hash.low64, size);
}

}  // namespace dbmig::import
