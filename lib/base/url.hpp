#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/dialect_kind.hpp"

namespace dbmig {

/// A database URL in SQLAlchemy's form, so that an application's own setting works as it is:
/// `sqlite:///relative.db`, `sqlite:////absolute.db`, `sqlite://` (in memory),
/// `mariadb://user:password@host:3306/database?charset=utf8mb4&socket=…&ssl_ca=…`, with `mysql` for
/// `mariadb` and any `+driver`. Source: https://docs.sqlalchemy.org/en/20/core/engines.html
struct Url {
  DialectKind dialect = DialectKind::sqlite;
  std::string user;
  std::optional<std::string> password;
  std::string host;  ///< without the brackets of an IPv6 address
  int port = 0;      ///< 0: the server's default
  /// MariaDB: the database's name. SQLite: the file's path, ":memory:" for none.
  std::string database;
  /// What stands after the `?`, under one name each: `unix_socket` is `socket`; `ssl_verify_cert`,
  /// `ssl_verify_identity` and `ssl_check_hostname` are `ssl_verify`. MariaDB: charset, collation,
  /// socket, ssl, ssl_ca, ssl_capath, ssl_cert, ssl_key, ssl_cipher, ssl_verify, connect_timeout,
  /// read_timeout, write_timeout (seconds). SQLite: mode (ro, rw, rwc), timeout (seconds),
  /// check_same_thread (Python's, means nothing here); `uri=true` and `mode=memory` are resolved
  /// into `database`.
  std::map<std::string, std::string> parameters;

  friend bool operator==(const Url&, const Url&) = default;

  /// Throws Error{usage} that says what is wrong, never repeating the password. An unknown
  /// parameter is an error too: a misspelled `ssl_ca` must not pass in silence.
  static Url parse(std::string_view text);

  /// For people: the password is `***`. Parameters whose value is a secret are masked too.
  std::string redacted() const;

  bool in_memory() const { return dialect == DialectKind::sqlite && database == ":memory:"; }
};

}  // namespace dbmig
