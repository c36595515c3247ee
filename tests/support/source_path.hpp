#pragma once

#include <string>
#include <string_view>

namespace dbmig::test {

/// The path of a file or folder of this source tree; `name` is relative to its top.
std::string source_path(std::string_view name);

}  // namespace dbmig::test
