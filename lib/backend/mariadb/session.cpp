#include "backend/mariadb/session.hpp"

#include <fmt/core.h>
#include <mysql.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <mutex>

#include "backend/mariadb/error.hpp"
#include "backend/mariadb/session_state.hpp"
#include "backend/mariadb/statement.hpp"
#include "backend/url_parameter.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/settings.hpp"

namespace dbmig::backend::mariadb {
namespace {

/// What is not utf8mb4 loses characters on the way to the server.
constexpr std::string_view kCollationPrefix = "utf8mb4_";
/// As Connector/C chooses it, on every server.
constexpr const char* kCollation = "utf8mb4_general_ci";

constexpr unsigned kConnectTimeout = 10;
constexpr unsigned kOldest = 100502;  // RENAME COLUMN

unsigned seconds_of(const Url& url, const std::string& name, unsigned otherwise) {
  const std::string value = url_parameter(url, name);
  if (value.empty()) return otherwise;
  return static_cast<unsigned>(std::ceil(text::to_double(value)));
}

void set_text(MYSQL* handle, enum mysql_option option, const std::string& value) {
  if (!value.empty()) mysql_optionsv(handle, option, value.c_str());
}

void set_timeout(MYSQL* handle, enum mysql_option option, unsigned value) {
  if (value > 0) mysql_optionsv(handle, option, &value);
}

Rows rows_of(MYSQL_RES* result) {
  Rows out;
  const unsigned count = mysql_num_fields(result);
  for (unsigned i = 0; i < count; ++i) {
    out.columns.emplace_back(mysql_fetch_field_direct(result, i)->name);
  }
  while (MYSQL_ROW row = mysql_fetch_row(result)) {
    const unsigned long* lengths = mysql_fetch_lengths(result);
    std::vector<Value> values;
    values.reserve(count);
    for (unsigned i = 0; i < count; ++i) {
      values.push_back(row[i] == nullptr ? Value() : Value(std::string(row[i], lengths[i])));
    }
    out.rows.push_back(std::move(values));
  }
  return out;
}

const char* or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

}  // namespace

void Session::Close::operator()(st_mysql* handle) const {
  if (!is_lent) mysql_close(handle);
}

Session::~Session() {
  prepared_.clear();
  if (before_ != nullptr) before_->restore(*this);
}

Session::Session(st_mysql* handle) : handle_(handle, Close{true}) {
  unsigned status = 0;
  mariadb_get_infov(handle, MARIADB_CONNECTION_SERVER_STATUS, &status);
  if ((status & SERVER_STATUS_IN_TRANS) != 0) {
    throw Error(ErrorCode::failed, "the session has an open transaction")
        .hint("commit it, or roll it back, before its database is migrated");
  }
  auto before = std::make_unique<SessionState>(*this);
  try {
    set_up({});
  } catch (...) {
    before->restore(*this);
    throw;
  }
  before_ = std::move(before);
}

Session::Session(const Url& url) {
  static std::once_flag once;
  std::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });
  handle_.reset(mysql_init(nullptr));
  if (handle_ == nullptr) throw Error(ErrorCode::io, "not enough memory for a connection");
  configure(url);
  // To the library `localhost` is the socket, its default one or the one named, whatever the port.
  const bool local = uses_socket(url);
  const std::string socket = local ? url_parameter(url, "socket") : "";
  const std::string host = local || url.host.empty() ? "localhost" : url.host;
  const unsigned tcp = MYSQL_PROTOCOL_TCP;
  if (!local) mysql_optionsv(handle_.get(), MYSQL_OPT_PROTOCOL, &tcp);
  const char* password = url.password ? url.password->c_str() : nullptr;
  if (mysql_real_connect(handle_.get(), host.c_str(), or_null(url.user), password,
                         or_null(url.database), static_cast<unsigned>(url.port), or_null(socket),
                         0) == nullptr) {
    throw cannot_connect(mysql_errno(handle_.get()), mysql_error(handle_.get()), url);
  }
  set_up(url);
}

void Session::configure(const Url& url) {
  MYSQL* handle = handle_.get();
  mysql_optionsv(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  const unsigned no_files = 0;
  mysql_optionsv(handle, MYSQL_OPT_LOCAL_INFILE, &no_files);
  // A connection that comes back by itself has lost its locks and settings.
  const my_bool no = 0;
  mysql_optionsv(handle, MYSQL_OPT_RECONNECT, &no);
  set_timeout(handle, MYSQL_OPT_CONNECT_TIMEOUT,
              seconds_of(url, "connect_timeout", kConnectTimeout));
  set_timeout(handle, MYSQL_OPT_READ_TIMEOUT, seconds_of(url, "read_timeout", 0));
  set_timeout(handle, MYSQL_OPT_WRITE_TIMEOUT, seconds_of(url, "write_timeout", 0));
  set_text(handle, MYSQL_OPT_SSL_CA, url_parameter(url, "ssl_ca"));
  set_text(handle, MYSQL_OPT_SSL_CAPATH, url_parameter(url, "ssl_capath"));
  set_text(handle, MYSQL_OPT_SSL_CERT, url_parameter(url, "ssl_cert"));
  set_text(handle, MYSQL_OPT_SSL_KEY, url_parameter(url, "ssl_key"));
  set_text(handle, MYSQL_OPT_SSL_CIPHER, url_parameter(url, "ssl_cipher"));
  const bool has_ca =
      !url_parameter(url, "ssl_ca").empty() || !url_parameter(url, "ssl_capath").empty();
  const std::string verify = url_parameter(url, "ssl_verify");
  const my_bool verified = static_cast<my_bool>(verify.empty() ? has_ca : is_true(verify));
  const my_bool tls =
      static_cast<my_bool>(has_ca || verified != 0 || is_true(url_parameter(url, "ssl")));
  if (tls != 0) mysql_optionsv(handle, MYSQL_OPT_SSL_ENFORCE, &tls);
  // From Connector/C 3.4 on (MariaDB 11.4) certificates are verified unless it is told otherwise.
  if (verified != 0 || !verify.empty()) {
    mysql_optionsv(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verified);
  }
}

namespace {

/// What the URL says of the session's text must be able to carry all of it.
void require_unicode(const Url& url) {
  const std::string charset = text::lower(url_parameter(url, "charset"));
  if (!charset.empty() && charset != "utf8mb4" && charset != "utf8mb3" && charset != "utf8") {
    throw Error(
        ErrorCode::invalid,
        fmt::format("the charset '{}' of the database URL is not utf8mb4, which dbmig needs",
                    charset))
        .hint("leave it out: the server converts text to the charsets of the columns");
  }
  const std::string collation = url_parameter(url, "collation");
  if (!collation.empty() && !text::lower(collation).starts_with(kCollationPrefix)) {
    throw Error(
        ErrorCode::invalid,
        fmt::format("the collation '{}' of the database URL is not one of utf8mb4, which dbmig "
                    "needs",
                    collation))
        .hint("leave it out, or write one of utf8mb4, as in collation=utf8mb4_unicode_ci");
  }
}

}  // namespace

void Session::set_up(const Url& url) {
  MYSQL* handle = handle_.get();
  const std::string at = before_ == nullptr && url.host.empty() && url.database.empty()
                             ? std::string()
                             : " at " + url.redacted();
  if (mariadb_connection(handle) == 0) {
    throw Error(ErrorCode::connection, fmt::format("the server{} is MySQL {}, not MariaDB", at,
                                                   mysql_get_server_info(handle)))
        .hint("dbmig needs MariaDB 10.5.2 or later");
  }
  if (mysql_get_server_version(handle) < kOldest) {
    throw Error(ErrorCode::connection,
                fmt::format("the server{} is MariaDB {}", at, mysql_get_server_info(handle)))
        .hint("dbmig needs MariaDB 10.5.2 or later");
  }
  require_unicode(url);
  execute(dialect::mariadb::kSessionSettings);
  const std::string collation = url_parameter(url, "collation");
  // A server may be told not to listen to the client's choice (skip-character-set-client-handshake,
  // init_connect).
  execute(fmt::format("SET NAMES utf8mb4 COLLATE {}",
                      text::quote(collation.empty() ? kCollation : collation, '\'')));
  // Read-only on servers before 10.8; there, DDL says NULL and DEFAULT anyway.
  mysql_query(handle, "SET SESSION explicit_defaults_for_timestamp = 1");
}

void Session::execute(std::string_view sql) {
  results(sql);
}

PreparedStatement& Session::run_prepared(std::string_view sql, std::span<const Value> values) {
  constexpr std::size_t kMaxPrepared = 8;
  const auto found = std::find_if(prepared_.begin(), prepared_.end(),
                                  [&](const auto& one) { return one->sql() == sql; });
  std::unique_ptr<PreparedStatement> statement;
  if (found != prepared_.end()) {
    statement = std::move(*found);
    prepared_.erase(found);
  } else {
    statement = std::make_unique<PreparedStatement>(handle_.get(), sql);
  }
  statement->execute(values);  // one that fails is not kept
  if (prepared_.size() == kMaxPrepared) prepared_.erase(prepared_.begin());
  prepared_.push_back(std::move(statement));
  return *prepared_.back();
}

std::size_t Session::execute(std::string_view sql, std::span<const Value> values) {
  return run_prepared(sql, values).changed();
}

Rows Session::query(std::string_view sql, std::span<const Value> values) {
  if (values.empty()) {
    // CALL gives a result for each SELECT of the procedure.
    std::vector<Rows> all = results(sql);
    return all.empty() ? Rows{} : std::move(all.front());
  }
  PreparedStatement statement(handle_.get(), sql);
  statement.execute(values);
  return statement.fetch();
}

std::vector<Rows> Session::results(std::string_view sql) {
  MYSQL* handle = handle_.get();
  const auto fail = [&]() { return translate(mysql_errno(handle), mysql_error(handle), sql); };
  if (mysql_real_query(handle, sql.data(), sql.size()) != 0) throw fail();
  std::vector<Rows> out;
  while (true) {
    const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> result(mysql_store_result(handle),
                                                                  mysql_free_result);
    if (result == nullptr && mysql_field_count(handle) != 0) throw fail();
    if (result != nullptr) out.push_back(rows_of(result.get()));
    const int next = mysql_next_result(handle);
    if (next < 0) return out;
    if (next > 0) throw fail();
  }
}

}  // namespace dbmig::backend::mariadb
