#pragma once

#include <optional>
#include <string>

#include "backend/backend.hpp"

namespace dbmig::transfer {

/// A table in the target which shows that a copy into it has begun and not finished. It exists from
/// before the first change until after the last, so a killed copy leaves it behind.
inline constexpr const char* kCopyMark = "dbmig_copy";

/// Records that a copy from `source` begins; without the password.
void mark_copy(backend::Connection& target, const Url& source);
/// Removes that record, if there is one.
void unmark_copy(backend::Connection& target);

/// A sentence about a killed copy, with what to do: "A copy from sqlite:///app.db that began … was
/// interrupted: …". Nothing if there is none, or the database cannot be read.
std::optional<std::string> find_killed_copy(backend::Connection& database);

}  // namespace dbmig::transfer
