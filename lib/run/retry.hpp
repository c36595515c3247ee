#pragma once

#include <functional>

#include "run/apply.hpp"

namespace dbmig::run {

/// Does `work`, a statement or transaction that has no effect when it throws. When another session
/// holds what it needs (Error{busy}) it is tried again, three times in all, with pauses that let
/// those through who wait behind it, and an event that says so each time. Throws the last error.
void with_retries(const ApplyContext& context, const std::function<void()>& work);

}  // namespace dbmig::run
