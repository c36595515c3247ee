#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "import/input.hpp"

namespace dbmig::import {

enum class Compression : std::uint8_t { none, gzip, zstd, xz };

/// By its first bytes, of which six are enough; `xz` is the older `.lzma`, too.
Compression compression_of(std::string_view head);

/// "gzip"; empty for none.
std::string_view to_string(Compression compression);

/// The text of `source`, which is compressed in one or several members, frames or streams. Its
/// size is not known, its name is the source's.
///
/// read() throws Error{invalid} for data that is damaged, cut short or followed by something else:
/// checksums are checked, so what came before may have been given out by then.
std::unique_ptr<Input> decompressed(std::unique_ptr<Input> source, Compression compression);

}  // namespace dbmig::import
