#pragma once

#include "backend/backend.hpp"
#include "base/error.hpp"

namespace dbmig::backend {

/// Whether `error`, which `connection` threw for a statement that writes rows, is about those rows:
/// the database understood the statement with everything that it starts (triggers, generated
/// columns, indexes), and would take other values. A constraint, a trigger that refuses, a function
/// that cannot read its argument.
bool is_about_rows(Connection& connection, const Error& error);

/// Whether a constraint, or a trigger on purpose, refuses a row.
bool is_refusal(const Error& error);

}  // namespace dbmig::backend
