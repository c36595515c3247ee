#pragma once

#include <string>

#include "backend/backend.hpp"

namespace dbmig::backend {

/// A text that is another one as soon as another connection has written to the database, or this
/// one a row; empty where the database cannot tell (dialect::SqlForms::change_mark()).
std::string change_mark(Connection& connection);

}  // namespace dbmig::backend
