#pragma once

#include "backend/mariadb/session.hpp"
#include "base/error.hpp"

namespace dbmig::backend::mariadb {

/// Whether `error` says that a column cannot be renamed because a check, a generated column or a
/// default uses it, which is none. The server keeps tables open for the next statement, with the
/// alias of the query that opened them last, and looks for the column's uses under the table's own
/// name (MariaDB 10.11.19).
bool is_of_cached_table(const Error& error);

/// Runs the statement of `error` again, on a table that the server has opened anew: it does so
/// after an ALTER TABLE, here one that gives the table the comment that it has.
void run_on_reopened_table(Session& session, const Error& error);

}  // namespace dbmig::backend::mariadb
