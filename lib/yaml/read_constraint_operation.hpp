#pragma once

#include <optional>

#include "ops/operation.hpp"
#include "yaml/reader.hpp"

namespace dbmig::yaml {

/// Each function reads the body of an operation on a constraint; mistakes are reported, and the
/// caller drops the value.
std::optional<ops::Operation> read_create_primary_key(Reader& reader, const Node& key,
                                                      const Node& body);
std::optional<ops::Operation> read_create_unique_constraint(Reader& reader, const Node& key,
                                                            const Node& body);
std::optional<ops::Operation> read_create_foreign_key(Reader& reader, const Node& key,
                                                      const Node& body);
std::optional<ops::Operation> read_create_check_constraint(Reader& reader, const Node& key,
                                                           const Node& body);
std::optional<ops::Operation> read_drop_constraint(Reader& reader, const Node& key,
                                                   const Node& body);

}  // namespace dbmig::yaml
