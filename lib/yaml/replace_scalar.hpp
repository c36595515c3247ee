#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace dbmig::yaml {

/// `content` with the one-line scalar that begins at `where` (as the reader of models tells it:
/// line and column in characters, from 1) replaced by `value`, quoted where it must be; everything
/// else, comments too, stays as it is. Throws Error{failed} when no such scalar stands there.
std::string replace_scalar(std::string_view content, const SourcePosition& where,
                           std::string_view value);

}  // namespace dbmig::yaml
