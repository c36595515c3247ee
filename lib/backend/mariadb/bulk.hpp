#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "backend/mariadb/connection.hpp"
#include "schema/table.hpp"

namespace dbmig::backend::mariadb {

/// A sink that sends many rows to one prepared INSERT (COM_STMT_BULK_EXECUTE, see binary_rows.hpp),
/// or INSERT statements of many rows to a server that does not know that. Never LOAD DATA, which
/// needs rights and server settings that many places do not give. The session is in strict mode
/// while the sink lives.
///
/// `connection` must outlive it. Holds the table's metadata lock until the transaction ends, and
/// waits for it here, because a row could not be retried. Throws Error{refused} for a table whose
/// engine has no transactions: a failing load would leave half its rows behind.
std::unique_ptr<BulkSink> make_bulk_sink(MariadbConnection& connection, const schema::Table& table,
                                         const std::vector<std::string>& columns,
                                         OnDuplicate on_duplicate);

}  // namespace dbmig::backend::mariadb
