#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

struct sqlite3;

namespace dbmig::backend::sqlite {

/// The one place where SQLite's result codes become errors: `code` is an extended result code,
/// `message` SQLite's own text. Source: https://www.sqlite.org/rescode.html
Error translate(int code, std::string_view message, std::string_view sql);

/// The same for the last call on `database`, which failed.
Error last_error(sqlite3* database, std::string_view sql);

}  // namespace dbmig::backend::sqlite
