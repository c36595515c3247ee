#pragma once

#include <atomic>

namespace dbmig::cli {

/// From now on the first SIGINT or SIGTERM only sets `interrupted()` and says so on stderr; a
/// second one ends the process at once. For what must not stop halfway: proofs, upgrade,
/// downgrade, stamp and import. Other commands keep the system's behaviour.
void watch_signals();

/// Whether somebody asked us to stop. Lock-free, may be looked at from any thread.
const std::atomic<bool>& interrupted();

}  // namespace dbmig::cli
