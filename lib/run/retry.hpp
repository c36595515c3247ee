#pragma once

#include <functional>

#include "run/apply.hpp"

namespace dbmig::run {

/// Executes `work`, a statement or transaction that has no effect if it throws. If another session
/// holds a lock (Error{busy}), it is tried up to three times, with pauses that let the sessions
/// waiting behind it through, and an event for each attempt. Throws the last error.
void with_retries(const ApplyContext& context, const std::function<void()>& work);

}  // namespace dbmig::run
