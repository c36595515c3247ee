#pragma once

#include <string>
#include <string_view>

#include "backend/mariadb/session.hpp"

namespace dbmig::backend::mariadb {

/// The sessions that may hold the lock that `sql` did not get, and what to do: connection, user,
/// host, seconds and statement of each. The plugin METADATA_LOCK_INFO knows which session holds a
/// table; without it, and for rows, the sessions with an open transaction are named, and said to be
/// a guess. Empty when this user may see none. `session` is the one whose wait has ended. Throws
/// nothing.
///
/// Sources: https://mariadb.com/kb/en/information-schema-metadata_lock_info-table/ and
/// https://mariadb.com/kb/en/information-schema-innodb_trx-table/
std::string blockers(Session& session, std::string_view sql);

}  // namespace dbmig::backend::mariadb
