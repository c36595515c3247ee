#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "transfer/infer.hpp"

namespace dbmig::transfer {

/// Gives `inferred` the foreign keys that its columns are by name ("customer_id" of 'customer',
/// 'customers') and by every value: to tables of `schema`, which are in `database`. Such a column
/// gets its parent's type. Says what was found: "customer_id refers to 'customer.id', where all of
/// its 12 values are".
std::vector<std::string> find_parents(backend::Connection& database, const schema::Schema& schema,
                                      Inferred& inferred);

}  // namespace dbmig::transfer
