#pragma once

#include <optional>
#include <string>

#include "backend/backend.hpp"
#include "base/error.hpp"

namespace dbmig::backend {

/// A table, column or function that a statement names and the database does not have.
struct MissingObject {
  enum class Kind { table, column, function };
  Kind kind;
  std::string name;  ///< as the database says it, so it may be qualified
};

/// What `error`, thrown by `connection`, says is missing; nothing when it is about something else.
std::optional<MissingObject> missing_object(const Connection& connection, const Error& error);

}  // namespace dbmig::backend
