#pragma once

#include <string>
#include <string_view>

#include "yaml/project.hpp"

namespace dbmig::yaml {

/// What `content`, that of a dbmig.yaml, says, into `project`, whose root is known. `name` stands
/// in messages. Throws Error{invalid} with line and column for every mistake.
void read_config(std::string_view content, const std::string& name, Project& project);

}  // namespace dbmig::yaml
