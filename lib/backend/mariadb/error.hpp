#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/url.hpp"

namespace dbmig::backend::mariadb {

/// The one place where MariaDB's error numbers become ours: `number` is the server's or the
/// client's, `message` the text that came with it. Sources:
/// https://mariadb.com/kb/en/mariadb-error-codes/ and Connector/C's errmsg.h.
Error translate(unsigned number, std::string_view message, std::string_view sql);

/// Whether the server is reached over a socket: TCP has another host than `localhost`, or a port
/// and no socket.
bool uses_socket(const Url& url);

/// A failed attempt to connect to `url`: what to do next, never with the password.
Error cannot_connect(unsigned number, std::string_view message, const Url& url);

}  // namespace dbmig::backend::mariadb
