#include "base/url.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"

namespace dbmig {
namespace {

// No message repeats a part of the text that could be a password: a forgotten `@host` or an `@`
// that is not encoded moves pieces of it into the host, the port or the database.

Error wrong(std::string message, std::string hint) {
  return Error(ErrorCode::usage, std::move(message)).hint(std::move(hint));
}

constexpr std::string_view kMariadbForm = "mariadb://user:password@host:3306/database";
constexpr std::string_view kSqliteForms =
    "SQLite URLs are sqlite:///relative.db, sqlite:////absolute.db or sqlite:// (in memory)";

struct Parameter {
  std::string_view name;
  std::string_view canonical;
  enum class Value { text, boolean, seconds, port } value;
};

// What the Python drivers of these databases take, as far as it means something here. Sources: the
// connect() arguments of PyMySQL, mysqlclient, MariaDB Connector/Python and the sqlite3 module.
constexpr std::array kMariadbParameters = {
    Parameter{"charset", "charset", Parameter::Value::text},
    Parameter{"collation", "collation", Parameter::Value::text},
    Parameter{"socket", "socket", Parameter::Value::text},
    Parameter{"unix_socket", "socket", Parameter::Value::text},
    Parameter{"ssl", "ssl", Parameter::Value::boolean},
    Parameter{"ssl_ca", "ssl_ca", Parameter::Value::text},
    Parameter{"ssl_capath", "ssl_capath", Parameter::Value::text},
    Parameter{"ssl_cert", "ssl_cert", Parameter::Value::text},
    Parameter{"ssl_key", "ssl_key", Parameter::Value::text},
    Parameter{"ssl_cipher", "ssl_cipher", Parameter::Value::text},
    Parameter{"ssl_verify", "ssl_verify", Parameter::Value::boolean},
    Parameter{"ssl_verify_cert", "ssl_verify", Parameter::Value::boolean},
    Parameter{"ssl_verify_identity", "ssl_verify", Parameter::Value::boolean},
    Parameter{"ssl_check_hostname", "ssl_verify", Parameter::Value::boolean},
    Parameter{"connect_timeout", "connect_timeout", Parameter::Value::seconds},
    Parameter{"read_timeout", "read_timeout", Parameter::Value::seconds},
    Parameter{"write_timeout", "write_timeout", Parameter::Value::seconds},
};

constexpr std::array kSqliteParameters = {
    Parameter{"mode", "mode", Parameter::Value::text},
    Parameter{"timeout", "timeout", Parameter::Value::seconds},
    Parameter{"uri", "uri", Parameter::Value::boolean},
    Parameter{"check_same_thread", "check_same_thread", Parameter::Value::boolean},
};

/// Python's unquote: a `%` that no two hexadecimal digits follow stands for itself.
std::string percent_decode(std::string_view s, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '%' && i + 2 < s.size() && hex_digit(s[i + 1]) >= 0 && hex_digit(s[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2]));
      i += 2;
    } else {
      out += plus_is_blank && s[i] == '+' ? ' ' : s[i];
    }
  }
  return out;
}

DialectKind parse_scheme(std::string_view scheme) {
  const std::string full = text::lower(scheme);
  const std::string name = full.substr(0, full.find('+'));
  if (name == "mysql") return DialectKind::mariadb;
  if (const auto kind = dialect_kind(name)) return *kind;
  throw wrong(fmt::format("unknown database '{}' in the database URL", name),
              text::suggest(name, {"sqlite", "mariadb", "mysql"}));
}

int parse_port(std::string_view digits) {
  const bool all_digits =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  const int port = all_digits && digits.size() <= 5 && !digits.empty()
                       ? std::stoi(std::string(digits))
                       : (digits.empty() ? 0 : -1);
  if (port < 0 || port > 65535 || (port == 0 && !digits.empty())) {
    throw wrong("the port in the database URL is not a number from 1 to 65535",
                fmt::format("the form is {}", kMariadbForm));
  }
  return port;
}

Error two_ats() {
  return wrong("the database URL has more than one '@'",
               "write an '@' in the password as %40, ':' as %3A and '/' as %2F");
}

/// `host:port`, `[v6]:port` or nothing.
void parse_host(std::string_view text, Url& url) {
  if (text.find('@') != std::string_view::npos) throw two_ats();
  std::string_view port;
  if (!text.empty() && text.front() == '[') {
    const auto close = text.find(']');
    if (close == std::string_view::npos) {
      throw wrong("the '[' of an IPv6 address is not closed in the database URL",
                  "write the address as in mariadb://user@[::1]:3306/database");
    }
    url.host = std::string(text.substr(1, close - 1));
    port = text.substr(close + 1);
    if (!port.empty() && port.front() != ':') {
      throw wrong("after an IPv6 address only ':' and a port can stand in the database URL",
                  "write the address as in mariadb://user@[::1]:3306/database");
    }
  } else {
    const auto colon = text.find(':');
    url.host = percent_decode(text.substr(0, colon), false);
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (!port.empty()) url.port = parse_port(port.substr(1));
}

/// `user:password@host:port/database`. As SQLAlchemy reads it, the password ends at the first `@`
/// and may hold anything else; user, host and database stop at the usual marks.
void parse_authority(std::string_view rest, Url& url) {
  const auto user_end = rest.find_first_of(":/");
  const auto at = rest.find('@');
  const bool has_user = at != std::string_view::npos && (user_end == std::string_view::npos ||
                                                         at < user_end || rest[user_end] == ':');
  if (has_user) {
    const std::string_view login = rest.substr(0, at);
    const auto colon = login.find(':');
    url.user = percent_decode(login.substr(0, colon), false);
    if (colon != std::string_view::npos) {
      url.password = percent_decode(login.substr(colon + 1), false);
    }
    rest.remove_prefix(at + 1);
    // Of what follows, nothing can hold an '@': it stands in the password.
    if (url.password && rest.find('@') != std::string_view::npos) throw two_ats();
  }
  const auto slash = rest.find('/');
  parse_host(rest.substr(0, slash), url);
  if (slash == std::string_view::npos) return;
  url.database = std::string(rest.substr(slash + 1));
  if (url.database.find_first_of("@/") != std::string::npos) {
    throw wrong("the database name in the database URL has an '@' or a '/'",
                fmt::format("the form is {}; write an '@' in the password as %40 and '/' as %2F",
                            kMariadbForm));
  }
}

/// Where the password ends, which may hold a '?' as long as an '@' ends it; 0 when there is none.
/// In `host:3306/db?socket=@name` what looks like one is a port and more, whatever SQLAlchemy says.
std::size_t password_end(std::string_view rest) {
  const auto at = rest.find('@');
  const auto colon = rest.find(':');
  const auto slash = rest.find('/');
  if (at == std::string_view::npos || colon > at || colon > slash) return 0;
  const bool is_port = slash < at && rest.find('?', slash) < at &&
                       rest.substr(colon + 1, slash - colon - 1).find_first_not_of("0123456789") ==
                           std::string_view::npos;
  return is_port ? 0 : at;
}

void parse_sqlite_path(std::string_view rest, Url& url) {
  if (!rest.empty() && rest.front() != '/') {
    throw wrong("a SQLite URL has no user, host or port: its path starts after three slashes",
                std::string(kSqliteForms));
  }
  // Not decoded: SQLAlchemy takes the path as it stands.
  url.database = rest.empty() ? std::string() : std::string(rest.substr(1));
  if (url.database.empty()) url.database = ":memory:";
}

void check_value(const Parameter& parameter, const std::string& value) {
  static const std::vector<std::string> kBooleans = {"1",   "0",  "true", "false",
                                                     "yes", "no", "on",   "off"};
  const bool is_number = !value.empty() && value.size() <= 6 &&
                         value.find_first_not_of("0123456789.") == std::string::npos &&
                         std::count(value.begin(), value.end(), '.') <= 1 && value != ".";
  const std::string what = fmt::format("parameter '{}' of the database URL", parameter.name);
  if (value.find('\0') != std::string::npos) {
    throw wrong(what + " has a zero byte", "remove the '%00'");
  }
  if (parameter.value == Parameter::Value::seconds && !is_number) {
    throw wrong(what + " is not a number of seconds", fmt::format("as in {}=10", parameter.name));
  }
  if (parameter.value == Parameter::Value::boolean &&
      std::find(kBooleans.begin(), kBooleans.end(), text::lower(value)) == kBooleans.end()) {
    throw wrong(what + " is neither true nor false", fmt::format("as in {}=true", parameter.name));
  }
  if (parameter.name == "mode" && value != "ro" && value != "rw" && value != "rwc" &&
      value != "memory") {
    throw wrong(what + " is not one of ro, rw, rwc and memory", "as in mode=ro");
  }
}

template <std::size_t N>
const Parameter& find_parameter(const std::array<Parameter, N>& known, const std::string& name) {
  std::vector<std::string> names;
  for (const Parameter& parameter : known) {
    if (parameter.name == name) return parameter;
    names.emplace_back(parameter.name);
  }
  throw wrong(fmt::format("unknown parameter '{}' in the database URL", name),
              text::suggest(name, names));
}

void parse_query(std::string_view query, Url& url) {
  for (const std::string& pair : text::split(query, '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const std::string name = percent_decode(pair.substr(0, equals), true);
    const Parameter& parameter = url.dialect == DialectKind::mariadb
                                     ? find_parameter(kMariadbParameters, name)
                                     : find_parameter(kSqliteParameters, name);
    if (equals == std::string::npos || equals + 1 == pair.size()) {
      throw wrong(fmt::format("parameter '{}' of the database URL has no value", name),
                  fmt::format("write {}=…, or leave it out", name));
    }
    std::string value = percent_decode(std::string_view(pair).substr(equals + 1), true);
    check_value(parameter, value);
    const auto [at, is_new] = url.parameters.emplace(parameter.canonical, std::move(value));
    if (!is_new) {
      throw wrong(fmt::format("parameter '{}' is given twice in the database URL", at->first),
                  "leave one of the two");
    }
  }
}

/// `file:path` with `uri=true`, SQLite's own form, as a plain path, and `mode=memory` as no path.
void unwrap_file_uri(Url& url) {
  const auto mode = url.parameters.find("mode");
  if (mode != url.parameters.end() && mode->second == "memory") {
    url.parameters.erase(mode);
    url.database = ":memory:";
  }
  const auto uri = url.parameters.find("uri");
  if (uri == url.parameters.end()) return;
  const bool is_uri =
      std::string_view("1 true yes on").find(text::lower(uri->second)) != std::string_view::npos;
  url.parameters.erase(uri);
  if (!is_uri || url.database.rfind("file:", 0) != 0) return;
  url.database = percent_decode(std::string_view(url.database).substr(5), false);
  if (url.database.rfind("//", 0) == 0) {
    url.database.erase(0, std::min(url.database.find('/', 2), url.database.size()));
  }
  if (url.database.empty()) url.database = ":memory:";
}

bool is_secret(std::string_view parameter) {
  static constexpr std::array<std::string_view, 4> kWords = {"pass", "pwd", "secret", "token"};
  const std::string name = text::lower(parameter);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

}  // namespace

Url Url::parse(std::string_view text) {
  text = text::trim(text);
  const auto colon = text.find("://");
  if (text.empty()) {
    throw wrong("the database URL is empty",
                fmt::format("write one, as in sqlite:///app.db or {}", kMariadbForm));
  }
  if (colon == std::string_view::npos || colon == 0 ||
      text.substr(0, colon).find_first_of(":/@?") != std::string_view::npos) {
    throw wrong("the database URL does not start with the name of a database and '://'",
                fmt::format("write it as in sqlite:///app.db or {}", kMariadbForm));
  }
  Url url;
  url.dialect = parse_scheme(text.substr(0, colon));
  std::string_view rest = text.substr(colon + 3);
  const bool is_server = url.dialect == DialectKind::mariadb;
  const auto query = rest.find('?', is_server ? password_end(rest) : 0);
  const std::string_view parameters =
      query == std::string_view::npos ? std::string_view() : rest.substr(query + 1);
  rest = rest.substr(0, query);

  if (is_server) {
    parse_authority(rest, url);
  } else {
    parse_sqlite_path(rest, url);
  }
  parse_query(parameters, url);
  unwrap_file_uri(url);

  if ((url.user + url.password.value_or("") + url.host + url.database).find('\0') !=
      std::string::npos) {
    throw wrong("the database URL has a zero byte", "remove the '%00'");
  }
  return url;
}

std::string Url::redacted() const {
  std::string text = fmt::format("{}://", to_string(dialect));
  char separator = '?';
  if (dialect == DialectKind::sqlite) {
    if (in_memory()) return text;
    text += "/";
    // What the plain form cannot say: a '?' begins the parameters, `file:` another form.
    const bool is_plain = database.find('?') == std::string::npos &&
                          !database.starts_with("file:") && text::trim(database) == database;
    text += is_plain ? database : "file:" + percent_encode(database, "/") + "?uri=true";
    if (!is_plain) separator = '&';
  } else {
    if (!user.empty() || password) {
      text += percent_encode(user, "");
      if (password) text += ":***";
      text += "@";
    }
    text += host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != 0) text += fmt::format(":{}", port);
    text += "/" + database;
  }
  for (const auto& [name, value] : parameters) {
    text += separator + name + "=" + (is_secret(name) ? "***" : percent_encode(value, "/:,"));
    separator = '&';
  }
  return text;
}

}  // namespace dbmig
