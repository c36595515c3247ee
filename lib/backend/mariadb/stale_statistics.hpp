#pragma once

#include "backend/mariadb/session.hpp"
#include "base/error.hpp"

namespace dbmig::backend::mariadb {

/// Whether `error` says that InnoDB's persistent statistics have rows under the new name of a table
/// or key. They are left behind at times when the server computes statistics while a table is
/// renamed, and it then refuses that name for ever.
bool is_of_stale_statistics(const Error& error);

/// Removes the statistics of tables and keys that the statement of `error` names and this database
/// does not have. Throws Error{access}, saying how somebody else can do it, if that fails: the user
/// may not write to the database `mysql`, or not keep that out of the binary log.
///
/// Source: https://mariadb.com/kb/en/innodb-persistent-statistics/
void remove_stale_statistics(Session& session, const Error& error);

}  // namespace dbmig::backend::mariadb
