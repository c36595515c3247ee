#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/table.hpp"

namespace dbmig::yaml {

/// `schema` as bytes that this very build of dbmig reads again: for the index of a project, which
/// other builds do not read.
std::string to_bytes(const schema::Schema& schema);

/// Nothing when `bytes` are not what to_bytes() gives.
std::optional<schema::Schema> schema_from_bytes(std::string_view bytes);

}  // namespace dbmig::yaml
