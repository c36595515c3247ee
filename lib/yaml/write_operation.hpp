#pragma once

#include <vector>

#include "ops/operation.hpp"
#include "yaml/emit.hpp"

namespace dbmig::yaml {

/// `name: body`, as read_operations takes it.
Out operation_out(const ops::Operation& operation);
Out operations_out(const std::vector<ops::Operation>& operations);

}  // namespace dbmig::yaml
