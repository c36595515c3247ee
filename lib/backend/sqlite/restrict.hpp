#pragma once

#include "backend/backend.hpp"

namespace dbmig::backend::sqlite {

/// Makes a model of what SQLite holds: objects that MariaDB could not take are marked as being on
/// SQLite alone (`only`), and what even there no model can say, as a foreign key to a table that
/// does not exist, is taken out and named.
void restrict_to_sqlite(Inspection& inspection);

}  // namespace dbmig::backend::sqlite
