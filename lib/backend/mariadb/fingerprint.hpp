#pragma once

#include <string>
#include <string_view>

#include "backend/mariadb/session.hpp"

namespace dbmig::backend::mariadb {

/// See Connection::fingerprint. SHOW CREATE of the tables, views and sequences that `sql` names,
/// and of the triggers, routines and events where its words speak of such; without counters of
/// AUTO_INCREMENT, which move by themselves.
std::string fingerprint(Session& session, std::string_view sql);

}  // namespace dbmig::backend::mariadb
