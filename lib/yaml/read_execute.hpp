#pragma once

#include <optional>

#include "ops/operation.hpp"
#include "yaml/reader.hpp"

namespace dbmig::yaml {

/// Reads the body of `execute`: SQL with its `undo` and its effect on the schema (`state`).
/// Mistakes are reported, and the caller drops the value.
std::optional<ops::Operation> read_execute(Reader& reader, const Node& key, const Node& body);

}  // namespace dbmig::yaml
