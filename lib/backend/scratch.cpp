#include "backend/scratch.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "backend/sqlite/connection.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"

namespace dbmig::backend {
namespace {

constexpr std::string_view kPrefix = "dbmig_scratch_";
constexpr std::size_t kMachineDigits = 8;
constexpr std::size_t kRandomDigits = 12;

/// Tells the machines apart that process numbers belong to: a container has its own.
std::string machine() {
  std::array<char, 256> host{};
  static_cast<void>(::gethostname(host.data(), host.size() - 1));
  std::string identity = host.data();
  std::string id;
  std::ifstream("/etc/machine-id") >> id;
  identity += '\n' + id;
  std::error_code ignored;
  identity += '\n' + std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();
  return sha256_hex(identity).substr(0, kMachineDigits);
}

struct ScratchName {
  std::string machine;
  long process = 0;
};

bool are_digits(std::string_view s, std::string_view digits) {
  return !s.empty() && s.find_first_not_of(digits) == std::string_view::npos;
}

/// The parts of a name that make_name() gave; nothing for any other name.
std::optional<ScratchName> parse_name(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::vector<std::string> parts = text::split(name.substr(kPrefix.size()), '_');
  if (parts.size() != 3 || parts[0].size() != kMachineDigits || parts[1].size() > 10 ||
      parts[2].size() != kRandomDigits) {
    return std::nullopt;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  if (!are_digits(parts[0], kHex) || !are_digits(parts[1], kHex.substr(0, 10)) ||
      !are_digits(parts[2], kHex)) {
    return std::nullopt;
  }
  return ScratchName{parts[0], std::strtol(parts[1].c_str(), nullptr, 10)};
}

std::string make_name() {
  return fmt::format("{}{}_{}_{}", kPrefix, machine(), ::getpid(),
                     random_hex(static_cast<int>(kRandomDigits)));
}

/// A process that is dead and that nobody has waited for yet is dead.
bool is_alive(long process) {
  if (::kill(static_cast<pid_t>(process), 0) != 0 && errno != EPERM) return false;
  std::string stat;
  std::getline(std::ifstream(fmt::format("/proc/{}/stat", process)), stat);
  const std::size_t name_end = stat.rfind(") ");
  return name_end == std::string::npos || stat.compare(name_end + 2, 1, "Z") != 0;
}

bool take_lock(Connection& connection, const std::string& name) {
  const Value value = name;
  const Rows rows = connection.query("SELECT GET_LOCK(?, 0)", {&value, 1});
  return rows.rows.at(0).at(0) == "1";
}

void release_lock(Connection& connection, const std::string& name) {
  const Value value = name;
  connection.query("SELECT RELEASE_LOCK(?)", {&value, 1});
}

void try_to(Connection& connection, std::string_view sql) {
  try {
    connection.execute(sql);
  } catch (const Error&) {
    // Nice to have: the right to do so is not everybody's.
  }
}

bool is_galera(Connection& connection) {
  const Rows rows = connection.query("SHOW GLOBAL VARIABLES LIKE 'wsrep\\_on'");
  return !rows.rows.empty() && text::equals_ignoring_case(rows.rows[0].at(1).value_or(""), "ON");
}

/// The character set of the database that the URL names; nothing when it names none that is there.
struct Charset {
  std::string charset;
  std::string collation;
};

Charset charset_of(Connection& connection, const std::string& database) {
  if (database.empty()) return {};
  const Value value = database;
  const Rows rows = connection.query(
      "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA "
      "WHERE SCHEMA_NAME = ?",
      {&value, 1});
  if (rows.rows.empty()) return {};
  return {rows.rows[0][0].value_or(""), rows.rows[0][1].value_or("")};
}

Error cannot_create(const Url& server, const Error& error) {
  std::string hint = error.diagnostics().front().hint;
  if (error.code() == ErrorCode::access) {
    const bool is_local = server.host.empty() || server.host == "localhost";
    hint = fmt::format(
        "as an administrator: GRANT ALL PRIVILEGES ON `dbmig\\_scratch\\_%`.* TO {}@{}; or name "
        "another server as `scratch:` in dbmig.yaml",
        text::quote(server.user, '\''), text::quote(is_local ? "localhost" : "%", '\''));
  }
  return Error(error.code(), fmt::format("cannot create a scratch database on {}: {}",
                                         server.redacted(), error.message()))
      .hint(std::move(hint))
      .native(error.native_code())
      .sql(error.statement());
}

}  // namespace

std::vector<std::string> sweep_scratch(Connection& connection) {
  std::vector<std::string> gone;
  const Rows rows = connection.query("SHOW DATABASES LIKE 'dbmig\\_scratch\\_%'");
  const std::string here = machine();
  for (const auto& row : rows.rows) {
    const std::string name = row.at(0).value_or("");
    const std::optional<ScratchName> parts = parse_name(name);
    if (!parts) continue;
    const bool is_ours = parts->machine == here;
    if (is_ours && is_alive(parts->process)) continue;
    try {
      if ((!is_ours && is_galera(connection)) || !take_lock(connection, name)) continue;
      try_to(connection, "SET SESSION lock_wait_timeout = 2");
      connection.execute("DROP DATABASE IF EXISTS " + connection.dialect().quote_identifier(name));
      gone.push_back(name);
      release_lock(connection, name);
    } catch (const Error&) {
      // It stays for the next time.
    }
  }
  return gone;
}

std::string why_no_scratch(const ScratchOptions& options) {
  try {
    const Scratch tried(options);
    return {};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::access) throw;
    return error.message();
  }
}

Scratch::Scratch(const ScratchOptions& options) {
  if (options.kind == DialectKind::mariadb) {
    open_on_server(options);
    return;
  }
  Url url;
  url.database = name_ = ":memory:";
  connection_ = connect(url, {.create = true});
}

void Scratch::open_on_server(const ScratchOptions& options) {
  if (!options.server || options.server->dialect != DialectKind::mariadb) {
    throw Error(ErrorCode::usage, "a scratch database on MariaDB needs a server")
        .hint("name it with --url, or as `scratch:` in dbmig.yaml: mariadb://user@host/");
  }
  Url url = *options.server;
  const std::string own = url.database;
  url.database.clear();
  keeper_ = connect(url);
  sweep_scratch(*keeper_);
  // Replicas need not see it come and go.
  if (!is_galera(*keeper_)) try_to(*keeper_, "SET SESSION sql_log_bin = 0");
  Charset charset{options.charset, options.collation};
  if (charset.charset.empty() && charset.collation.empty()) charset = charset_of(*keeper_, own);
  name_ = make_name();
  // First the lock, then the database: nobody sees it without one.
  if (!take_lock(*keeper_, name_)) {
    throw Error(ErrorCode::busy, fmt::format("the server's lock '{}' is taken", name_))
        .hint("run the command again");
  }
  std::string sql = "CREATE DATABASE " + keeper_->dialect().quote_identifier(name_);
  const auto quoted = [&](const std::string& name) {
    return keeper_->dialect().quote_string(name);
  };
  if (!charset.charset.empty()) sql += " CHARACTER SET " + quoted(charset.charset);
  if (!charset.collation.empty()) sql += " COLLATE " + quoted(charset.collation);
  try {
    keeper_->execute(sql);
  } catch (const Error& error) {
    throw cannot_create(*options.server, error);
  }
  url.database = name_;
  try {
    connection_ = connect(url);
  } catch (...) {
    try_to(*keeper_, "DROP DATABASE " + keeper_->dialect().quote_identifier(name_));
    throw;
  }
  if (!is_galera(*connection_)) try_to(*connection_, "SET SESSION sql_log_bin = 0");
}

void Scratch::invent_unknown_names(bool on) {
  auto* const sqlite = dynamic_cast<sqlite::SqliteConnection*>(connection_.get());
  if (sqlite != nullptr) sqlite->invent_unknown_names(on);
}

std::unique_ptr<Connection> Scratch::connect_again() const {
  if (keeper_ == nullptr) return nullptr;
  return connect(connection_->url());
}

Scratch::~Scratch() {
  if (keeper_ == nullptr) return;
  // An open transaction of its own session would hold the drop up.
  connection_.reset();
  try_to(*keeper_, "SET SESSION lock_wait_timeout = 10");
  try {
    keeper_->execute("DROP DATABASE IF EXISTS " + keeper_->dialect().quote_identifier(name_));
  } catch (const Error&) {
    // The server is gone: what is left is swept the next time.
  }
}

}  // namespace dbmig::backend
