#pragma once

#include <optional>
#include <string_view>

#include "dialect/dialect.hpp"

namespace dbmig::dialect::sqlite {

/// What `sql` leaves open at its end, a string, quoted name or comment, or that it holds a zero
/// byte; nothing when all is well. SQLite itself ends a comment with the text: what is put behind
/// it would be part of the comment.
std::optional<SqlRefusal> not_closed(std::string_view sql);

}  // namespace dbmig::dialect::sqlite
