#pragma once

#include <optional>
#include <string>

#include "backend/backend.hpp"

namespace dbmig::backend {

/// The number that the next row of `table` gets, where the database counts on by itself: MariaDB's
/// AUTO_INCREMENT, SQLite's AUTOINCREMENT. Nothing where it keeps none.
std::optional<std::string> next_number(Connection& connection, const std::string& table);

/// Makes it `number`. Does nothing on SQLite for a key that counts from its largest number. MariaDB
/// ends an open transaction for it; dialect::Capabilities::transactional_ddl says whether it would.
void set_next_number(Connection& connection, const std::string& table, const std::string& number);

/// Lets the sequences of `to` that `from` has, too, go on where those are, so that no number is
/// given twice: numbers that a server holds in its cache count as given, and a sequence that is
/// further on stays where it is. A database without sequences has none to go on.
void continue_sequences(Connection& from, Connection& to);

}  // namespace dbmig::backend
