#include "backend/row_error.hpp"

#include "backend/missing_object.hpp"

namespace dbmig::backend {
namespace {

/// ER_SIGNAL_EXCEPTION: a trigger refuses what it was made to refuse.
constexpr int kSignal = 1644;
/// SQLITE_ERROR.
constexpr int kGeneralError = 1;

/// SQLite finds what is wrong with a statement and its triggers when it compiles them; what fails
/// after that fails over values. But for the statements inside a virtual table, which are compiled
/// when they are needed.
bool fails_over_values(Connection& connection, const Error& error) {
  if (error.native_code() != kGeneralError || missing_object(connection, error)) return false;
  try {
    connection.query("EXPLAIN " + error.statement());
    return true;
  } catch (const Error& again) {
    if (is_of_surroundings(again.code())) throw;
    return false;
  }
}

}  // namespace

bool is_refusal(const Error& error) {
  return error.code() == ErrorCode::constraint || error.native_code() == kSignal;
}

bool is_about_rows(Connection& connection, const Error& error) {
  if (is_refusal(error)) return true;
  return connection.dialect().kind() == DialectKind::sqlite && fails_over_values(connection, error);
}

}  // namespace dbmig::backend
