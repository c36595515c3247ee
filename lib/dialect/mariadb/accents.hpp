#pragma once

#include <string>
#include <string_view>

namespace dbmig::dialect::mariadb {

/// `text`, UTF-8, in a form that is the same for two texts which every one of MariaDB's general
/// collations without case and accents takes for equal (`Sí` and `si`); two that it keeps apart may
/// still be equal in one of them (`ß` and `s`).
std::string without_accents(std::string_view text);

/// `name`, UTF-8, as utf8mb3_general_ci compares it, which the server's tables of functions,
/// procedures and events have: two names are one when this gives the same for both (`AÑO` and
/// `ano`, `Straße` and `strase`).
std::string folded_routine_name(std::string_view name);

}  // namespace dbmig::dialect::mariadb
