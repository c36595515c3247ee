#pragma once

#include "backend/read_only.hpp"
#include "serve/value.hpp"

namespace dbmig::serve {

/// What a server or a file says of itself, as sections of tables: `[{title, note, columns, rows}]`,
/// values as value_json() gives them. MariaDB: sessions, locks that are waited for, databases with
/// their sizes, users and the rights of whom we are; what the rights do not reach is a note.
/// SQLite: the file's size, settings and tables. Never a password (without_passwords()).
Json sections_json(backend::ReadOnlyConnection& database);

}  // namespace dbmig::serve
