#pragma once

#include <string>
#include <string_view>

#include "base/dialect_kind.hpp"

namespace dbmig::backend {

/// Why a database rejects a part of a schema, as one sentence: "MariaDB refuses it: /// …".
/// Of a syntax error only the place is left: the manual and the lines behind it explain nothing.
std::string refusal_text(DialectKind kind, std::string_view message);

}  // namespace dbmig::backend
