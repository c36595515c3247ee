#pragma once

#include <optional>
#include <string>

#include "backend/backend.hpp"

namespace dbmig::transfer {

/// The table of a target that says that a copy into it has begun and not come to its end. It is
/// there from before the first change until after the last, so a copy that is killed leaves it.
inline constexpr const char* kCopyMark = "dbmig_copy";

/// Writes down that a copy from `source` begins; the password is not written.
void mark_copy(backend::Connection& target, const Url& source);
/// Takes that back. Nothing when there is none.
void unmark_copy(backend::Connection& target);

/// A copy that was killed, as a sentence with what to do: "A copy from sqlite:///app.db that began
/// 2026-01-02 03:04:05 was ended before its last step…". Nothing when there is none, or the
/// database may not be read.
std::optional<std::string> find_killed_copy(backend::Connection& database);

}  // namespace dbmig::transfer
