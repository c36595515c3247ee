#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace dbmig {

/// The whole of a text file. Throws Error{not_found} or Error{io} naming the path.
std::string read_file(const std::filesystem::path& path);

/// Writes `content` so that a reader sees either no file or all of it: a private temporary file in
/// the same folder, fsync, then link or rename. With `overwrite` false an existing file is
/// Error{failed}. Throws Error{io} (read-only folder, full disk), leaving nothing behind.
void write_file(const std::filesystem::path& path, std::string_view content, bool overwrite);

}  // namespace dbmig
