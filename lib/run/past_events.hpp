#pragma once

#include "backend/backend.hpp"
#include "schema/table.hpp"

namespace dbmig::run {

/// Returns the inspected schema `live` with those events of `expected` that the server has removed
/// by itself, because the last time in their schedule is past and they are not ON COMPLETION
/// PRESERVE: that is no difference. A schedule that counts from the moment of its creation
/// (CURRENT_TIMESTAMP + INTERVAL …) may be past whenever its event is not there.
schema::Schema with_past_events(backend::Connection& connection, const schema::Schema& expected,
                                schema::Schema live);

}  // namespace dbmig::run
