#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "import/input.hpp"

namespace dbmig::import {

enum class Compression : std::uint8_t { none, gzip, zstd, xz };

/// Recognises the compression by the first bytes, of which six are enough; `xz` includes the older
/// `.lzma`.
Compression compression_of(std::string_view head);

/// "gzip"; empty for none.
std::string_view to_string(Compression compression);

/// The decompressed text of `source`, which may consist of several members, frames or streams. Its
/// size is unknown, its name is the source's.
///
/// read() throws Error{invalid} for data that is damaged, truncated or followed by something else:
/// since checksums come last, earlier data may have been returned by then.
std::unique_ptr<Input> decompressed(std::unique_ptr<Input> source, Compression compression);

}  // namespace dbmig::import
