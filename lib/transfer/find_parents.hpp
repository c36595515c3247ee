#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "transfer/infer.hpp"

namespace dbmig::transfer {

/// Adds foreign keys to `inferred` where a column's name ("customer_id" for 'customer' or
/// 'customers') and all its values match a table of `schema`, in `database`. Such a column gets its
/// parent's type. Returns what was found: "customer_id refers to 'customer.id', which has all of
/// its 12 different values".
std::vector<std::string> find_parents(backend::Connection& database, const schema::Schema& schema,
                                      Inferred& inferred);

}  // namespace dbmig::transfer
