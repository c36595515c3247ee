#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dbmig::yaml {

/// A variable's value, or nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// `text` with its variables: `${NAME}`, `${NAME:-default}` (default when NAME is not set or empty;
/// it may hold variables itself), `${NAME:?message}` (an error with that message when NAME is not
/// set or empty; the message may be left out) and `$$` for a dollar. A `$` before anything else
/// stays, for passwords. Throws Error{invalid} without position for a variable that is not set, a
/// brace that is not closed, or another operator of the shell's; never repeats a value.
std::string expand_variables(std::string_view text, const Environment& environment);

}  // namespace dbmig::yaml
