#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

// What MariaDB keeps as text: views, triggers, sequences, functions, procedures and events.

namespace dbmig::dialect::mariadb {

/// `user@host` without quotes; empty for CURRENT_USER.
std::string canonical_definer(std::string_view definer);

/// One spelling of its head: parameters, characteristics, schedule, options. The body stays. A text
/// that cannot be read stays as it is.
schema::Routine canonical_routine(const schema::Routine& routine);

/// The canonical text `live` with what `expected` leaves to the server taken from there: the
/// character set of a function's result, when an event starts.
std::string reconciled_routine(schema::RoutineKind kind, const std::string& live,
                               const std::string& expected);

// Statements. `replace` makes it CREATE OR REPLACE; a sql_mode is set for that statement alone.
std::string create_view(const schema::View& view, bool replace);
std::string create_trigger(const schema::Trigger& trigger, bool replace);
std::string create_routine(const schema::Routine& routine, bool replace);
std::string drop_routine(schema::RoutineKind kind, const std::string& name);

/// The statements that make a sequence another one, keeping its value. None when nothing changes.
std::vector<std::string> alter_sequence(const schema::Routine& from, const schema::Routine& to);

}  // namespace dbmig::dialect::mariadb
