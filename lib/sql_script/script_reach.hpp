#pragma once

#include <string>
#include <string_view>

#include "sql_script/script_statement.hpp"

namespace dbmig::sql_script {

/// MariaDB: what in a statement that is to run in a scratch database is not known to stay there,
/// for people: "CREATE TABLE … SELECT calls 'f', which may do anything"; empty when all of it is.
/// Decided by what is allowed: engines that keep their rows in the database's own files, the
/// actions of ALTER TABLE on one table, queries of functions that only compute.
std::string reach_of(const ScriptHead& head);

/// The same for an event that the server may run at once.
std::string reach_of_event(const ScriptHead& head);

}  // namespace dbmig::sql_script
