#pragma once

#include <span>
#include <string_view>

#include "run/apply.hpp"

namespace dbmig::run {

/// MariaDB: whether all tables that `sql`, a data statement, names are of engines with
/// transactions. What a MyISAM or Aria table took in is not rolled back.
bool takes_part_in_transactions(backend::Connection& connection, std::string_view sql);

/// Runs the SETs among `done`, statements of an earlier connection, again: `foreign_key_checks` and
/// their like went with it, and the statements that follow count on them. A variable that was
/// computed may come out otherwise, which an event says.
void restore_settings(const ApplyContext& context, std::span<const dialect::Statement> done);

}  // namespace dbmig::run
