#pragma once

#include <atomic>
#include <string>

namespace dbmig::import {

/// Identifies the content of a file: its size and a 128-bit hash of its bytes on disk. Throws
/// Error{not_found} or Error{io}, Error{usage} for input that can be read only once (standard
/// input, a pipe), and Error{interrupted} if `stop` is set.
std::string file_fingerprint(const std::string& path, const std::atomic<bool>& stop);

}  // namespace dbmig::import
