#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::schema {

/// A mistake that validate() finds in a schema that stands in no file, and what it is a mistake of:
/// {"tables", "t", "checks", "c"}.
struct Finding {
  std::vector<std::string> path;
  std::string message;
};

/// The mistakes of `schema`, as validate() of that `target` finds them.
std::vector<Finding> find_mistakes(const Schema& schema,
                                   std::optional<DialectKind> target = std::nullopt);

}  // namespace dbmig::schema
