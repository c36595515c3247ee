#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect_kind.hpp"
#include "base/error.hpp"

namespace dbmig::dialect {

/// One statement of a script.
struct ScriptStatement {
  std::string sql;       ///< without its delimiter and the comments before it
  SourcePosition where;  ///< of its first word
};

/// The statements of a script, parted as the database's own client parts them, and a little more
/// kindly: a trigger or routine with BEGIN … END needs no DELIMITER. MariaDB: DELIMITER lines, and
/// `;` between the statements of what stands before such a delimiter, as the server parts it; `#`,
/// `-- ` and `/* */` comments, `/*! … */` as code. SQLite: the shell's dot-commands that only
/// change how it prints are left out. A BOM and CRLF are taken as they come.
///
/// `name` stands in positions. Throws Error{invalid} at the place of a string or comment that is
/// not closed, bytes that are not UTF-8, and a client's command that reads another file.
/// Source: https://mariadb.com/kb/en/delimiters/ and https://www.sqlite.org/cli.html
std::vector<ScriptStatement> split_script(DialectKind kind, std::string_view text,
                                          const std::string& name);

/// A word, name or sign of a statement, for those who look at how it begins.
struct ScriptWord {
  std::string text;       ///< names without their quotes
  bool quoted = false;    ///< a quoted name: never a keyword
  bool is_name = false;   ///< can stand for a name: a bare word or a quoted one
  std::size_t begin = 0;  ///< offsets in the statement
  std::size_t end = 0;

  bool is(std::string_view keyword) const;
};

/// Whose code in MariaDB's `/*!NNNNNN … */` counts.
enum class ServerCode {
  known,  ///< that of servers up to 10.11
  any,    ///< that of any server, for those who ask what may run at all
};

/// The words of `sql`, comments left out and `/*! … */` opened. None for one that the server skips.
std::vector<ScriptWord> script_words(DialectKind kind, std::string_view sql,
                                     ServerCode code = ServerCode::known);

}  // namespace dbmig::dialect
