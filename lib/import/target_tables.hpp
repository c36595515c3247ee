#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

struct TargetTable {
  schema::Table table;
  bool has_triggers = false;  ///< that the user may see
};

/// The table called `name`, in whatever case; `is_named` when the user named it and not the file.
/// Throws Error{not_found}, and Error{invalid} for a view.
TargetTable find_target(backend::Connection& connection, const std::string& name, bool is_named);

/// The files that go into `tables`, one each, in the order in which they are read: as they were
/// named, but none before the files that its table's foreign keys refer to, as far as that can be.
std::vector<std::size_t> parents_first(const std::vector<schema::Table>& tables);

/// REPLACE takes the old row away, and with it what goes where it goes. Throws Error{refused} when
/// rows of other tables would.
void refuse_replacing_parents(backend::Connection& connection,
                              const std::vector<schema::Table>& tables);

/// A lock on the table or on the whole server is noticed here, before anything is done; the
/// first row could not be tried again. The lock that this takes lasts until the transaction ends.
void lock_table(backend::Connection& connection, const schema::Table& table,
                const std::vector<std::string>& columns);

}  // namespace dbmig::import
