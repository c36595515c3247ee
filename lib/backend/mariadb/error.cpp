#include "backend/mariadb/error.hpp"

#include <fmt/core.h>

#include <array>

#include "base/text.hpp"

namespace dbmig::backend::mariadb {
namespace {

struct Meaning {
  unsigned number;
  ErrorCode code;
  std::string_view hint;  ///< may be empty: the server's own text says it all
};

constexpr std::string_view kDiskHint =
    "free space on the server's disk (and in its tmpdir), then run the command again";
constexpr std::string_view kGoneHint =
    "the server was restarted, or ended the connection (wait_timeout, max_allowed_packet); run the "
    "command again";
constexpr std::string_view kValueHint =
    "a value does not fit its column; correct the data or widen the column's type";

constexpr std::string_view kJsonHint =
    "correct the text that is read as JSON: it is not valid, or nested too deeply";
constexpr std::string_view kOneRowHint =
    "the statement, or a trigger, takes one row, and there are several";

constexpr std::array kMeanings = {
    Meaning{4161, ErrorCode::invalid,
            "the server does not know this type: VECTOR needs MariaDB 11.7 or newer"},
    // Rows that the database rejects.
    Meaning{1022, ErrorCode::constraint, "two rows have the same key"},
    Meaning{1062, ErrorCode::constraint, "remove or change one of the rows with the same key"},
    Meaning{1169, ErrorCode::constraint, "remove or change one of the rows with the same key"},
    Meaning{1586, ErrorCode::constraint, "remove or change one of the rows with the same key"},
    Meaning{1761, ErrorCode::constraint, "remove or change one of the rows with the same key"},
    Meaning{1762, ErrorCode::constraint, "remove or change one of the rows with the same key"},
    Meaning{1859, ErrorCode::constraint, "remove or change one of the rows with the same key"},
    Meaning{1526, ErrorCode::constraint, "add a partition for the value, or change it"},
    Meaning{1048, ErrorCode::constraint, "give the column a value"},
    Meaning{1364, ErrorCode::constraint, "give the column a value or a default"},
    Meaning{1216, ErrorCode::constraint, "insert the parent row first"},
    Meaning{1217, ErrorCode::constraint, "remove the child rows first"},
    Meaning{1451, ErrorCode::constraint, "remove or change the rows that refer to it first"},
    Meaning{1452, ErrorCode::constraint, "insert the row it refers to first"},
    Meaning{1557, ErrorCode::constraint, "the cascade would make two rows with the same key"},
    Meaning{4025, ErrorCode::constraint, "a row violates the check"},
    Meaning{4026, ErrorCode::constraint, "a row violates the check"},
    Meaning{1138, ErrorCode::constraint, "a row holds NULL there; give it a value first"},
    // Values that do not fit.
    Meaning{1264, ErrorCode::constraint, kValueHint},
    Meaning{1265, ErrorCode::constraint, kValueHint},
    Meaning{1292, ErrorCode::constraint, kValueHint},
    Meaning{1366, ErrorCode::constraint, kValueHint},
    Meaning{1367, ErrorCode::constraint, kValueHint},
    Meaning{1406, ErrorCode::constraint, kValueHint},
    Meaning{1411, ErrorCode::constraint, kValueHint},
    Meaning{1416, ErrorCode::constraint, kValueHint},
    Meaning{1690, ErrorCode::constraint, kValueHint},
    Meaning{1365, ErrorCode::constraint, "correct the data: something is divided by 0"},
    Meaning{4035, ErrorCode::constraint, kJsonHint},
    Meaning{4036, ErrorCode::constraint, kJsonHint},
    Meaning{4037, ErrorCode::constraint, kJsonHint},
    Meaning{4038, ErrorCode::constraint, kJsonHint},
    Meaning{4039, ErrorCode::constraint, kJsonHint},
    Meaning{4040, ErrorCode::constraint, kJsonHint},
    Meaning{1172, ErrorCode::constraint, kOneRowHint},
    Meaning{1242, ErrorCode::constraint, kOneRowHint},
    // Locks.
    Meaning{
        1205, ErrorCode::busy,
        "another session holds a lock on the table or on its rows; let it finish or end it, then "
        "run the command again"},
    Meaning{1213, ErrorCode::busy, "two sessions waited for each other; run the command again"},
    Meaning{1969, ErrorCode::failed,
            "the statement ran longer than max_statement_time allows; raise it for this user"},
    Meaning{3024, ErrorCode::failed,
            "the statement ran longer than the server allows; raise the limit for this user"},
    Meaning{1317, ErrorCode::interrupted, "the query was killed; run the command again"},
    Meaning{1927, ErrorCode::connection, "the connection was killed; run the command again"},
    Meaning{1040, ErrorCode::connection, "the server has too many connections; try again later"},
    Meaning{1203, ErrorCode::connection, "the user has too many connections; try again later"},
    Meaning{1053, ErrorCode::connection, "the server is shutting down; try again later"},
    Meaning{1290, ErrorCode::access,
            "the server was started read-only or with an option that forbids this"},
    Meaning{1836, ErrorCode::access, "the server is read-only; connect to the primary server"},
    Meaning{1792, ErrorCode::access, "the transaction is read-only"},
    // Rights.
    Meaning{1044, ErrorCode::access, {}},
    Meaning{1045, ErrorCode::access, "check user and password in the database URL"},
    Meaning{1142, ErrorCode::access, {}},
    Meaning{1143, ErrorCode::access, {}},
    Meaning{1227, ErrorCode::access, "the user needs a privilege of the server; ask its owner"},
    Meaning{1370, ErrorCode::access, {}},
    Meaning{1419, ErrorCode::access,
            "with binary logging, triggers need log_bin_trust_function_creators=1 or the SUPER "
            "privilege"},
    Meaning{1698, ErrorCode::access,
            "this user logs in through the unix socket as its own system user; create a user with "
            "a password instead"},
    Meaning{4151, ErrorCode::access, "the account is locked; ask the server's owner"},
    // Disks.
    Meaning{3, ErrorCode::io, kDiskHint},
    Meaning{14, ErrorCode::io, kDiskHint},
    Meaning{20, ErrorCode::io, kDiskHint},
    Meaning{28, ErrorCode::io, kDiskHint},
    Meaning{1021, ErrorCode::io, kDiskHint},
    Meaning{1026, ErrorCode::io, kDiskHint},
    Meaning{1030, ErrorCode::io, "the server's storage engine failed; its error log says more"},
    Meaning{1041, ErrorCode::io, "the server is out of memory"},
    Meaning{1037, ErrorCode::io, "the server is out of memory"},
    Meaning{1114, ErrorCode::io, kDiskHint},
    Meaning{1153, ErrorCode::failed, "raise max_allowed_packet on the server"},
    // The connection.
    Meaning{2006, ErrorCode::connection, kGoneHint},
    Meaning{2013, ErrorCode::connection, kGoneHint},
    Meaning{2055, ErrorCode::connection, kGoneHint},
    Meaning{1152, ErrorCode::connection, kGoneHint},
    Meaning{1159, ErrorCode::connection, kGoneHint},
    Meaning{1160, ErrorCode::connection, kGoneHint},
    Meaning{1161, ErrorCode::connection, kGoneHint},
    Meaning{4031, ErrorCode::connection, kGoneHint},
    Meaning{2014, ErrorCode::failed, {}},
    // What the statement names.
    Meaning{1049, ErrorCode::not_found, {}},
    Meaning{1046, ErrorCode::usage, "name the database in the URL, as in mariadb://…/name"},
    Meaning{
        1064, ErrorCode::invalid,
        "the server cannot read the SQL from there on; only one statement can be sent at a time"},
    Meaning{1065, ErrorCode::invalid, "the statement is empty"},
    Meaning{1118, ErrorCode::invalid,
            "a row can hold 65535 bytes: change long varchars to text, or use fewer columns"},
    Meaning{1071, ErrorCode::invalid,
            "a key can hold 3072 bytes, 768 characters of utf8mb4: index fewer or shorter columns"},
    Meaning{
        1170, ErrorCode::invalid,
        "a text or blob in a key needs a prefix length; use a varchar, or an index with length"},
    Meaning{1553, ErrorCode::failed, "drop the foreign key first"},
    Meaning{1832, ErrorCode::failed, "drop the foreign key first, and add it again after"},
    Meaning{1833, ErrorCode::failed, "drop the foreign key first, and add it again after"},
};

/// The errno in `(errno: 28 "No space left on device")`, which several server errors carry.
int inner_errno(std::string_view message) {
  const std::size_t at = message.find("errno: ");
  if (at == std::string_view::npos) return 0;
  int value = 0;
  for (std::size_t i = at + 7; i < message.size() && message[i] >= '0' && message[i] <= '9'; ++i) {
    value = value * 10 + (message[i] - '0');
  }
  return value;
}

std::string missing_right(unsigned number, std::string_view message) {
  if (number == 1044) {
    return "grant the user the rights on the database: GRANT ALL PRIVILEGES ON `database`.* TO "
           "'user'@'host'";
  }
  // "SELECT command denied to user 'u'@'h' for table `db`.`t`"
  const std::size_t end = message.find(" command denied");
  const std::string right =
      end == std::string_view::npos ? "the right" : std::string(message.substr(0, end));
  return fmt::format("grant it: GRANT {} ON `database`.* TO 'user'@'host'", right);
}

const Meaning* find_meaning(unsigned number) {
  for (const Meaning& meaning : kMeanings) {
    if (meaning.number == number) return &meaning;
  }
  return nullptr;
}

std::string foreign_key_hint(int inner) {
  if (inner == 121) return "another foreign key of this database has the same name; rename one";
  if (inner == 150) {
    return "the table that the foreign key refers to does not exist, its columns there are not the "
           "start of a key or differ in type, sign or character set, or ON UPDATE CASCADE leads "
           "from a column that may be NULL to one that may not";
  }
  return {};
}

constexpr const char* kUnreachableHint =
    "is the server running and reachable from here? check its bind-address and skip-networking "
    "settings, the firewall and the port";

std::string place(const Url& url) {
  const auto socket = url.parameters.find("socket");
  if (socket != url.parameters.end() && url.host.empty()) return socket->second;
  if (uses_socket(url)) return "the local server's socket";
  return fmt::format("{}:{}", url.host.empty() ? "localhost" : url.host,
                     url.port == 0 ? 3306 : url.port);
}

std::string connect_hint(unsigned number, const Url& url) {
  switch (number) {
    case 1044:
      return fmt::format(
          "give the user rights on the database: GRANT ALL PRIVILEGES ON `{}`.* TO '{}'@'…'",
          url.database, url.user);
    case 1045:
      return url.password ? "check user and password in the database URL"
                          : "the database URL has no password; write user:password@host";
    case 1049:
      return fmt::format("create it: CREATE DATABASE {} CHARACTER SET utf8mb4",
                         text::quote(url.database, '`'));
    case 2002:
      if (!uses_socket(url)) return kUnreachableHint;
      return "is the server running, and is that its socket? mariadb://user@localhost/db?socket=… "
             "names another, 127.0.0.1 uses TCP";
    case 2003:
      return kUnreachableHint;
    case 2005:
      return "check the host in the database URL";
    case 2026:
      return "name the CA of the server's certificate with ?ssl_ca=/path/ca.pem; ?ssl_verify=false "
             "accepts any certificate, and a server without TLS (clients of MariaDB 11.4 and newer "
             "verify by default)";
    case 2059:
    case 1251:
      return "the client has no plugin for this user's authentication; use mysql_native_password "
             "or "
             "ed25519";
    case 1130:
      return "the server does not accept connections from this machine; create the user for this "
             "host";
    default: {
      const Meaning* meaning = find_meaning(number);
      return meaning == nullptr ? "" : std::string(meaning->hint);
    }
  }
}

ErrorCode connect_code(unsigned number) {
  if (number == 1130 || number == 1251 || number == 2059) return ErrorCode::access;
  if (number == 2061 || number == 1862 || number == 1820) return ErrorCode::access;
  const Meaning* meaning = find_meaning(number);
  return meaning == nullptr || meaning->code == ErrorCode::failed ? ErrorCode::connection
                                                                  : meaning->code;
}

}  // namespace

Error translate(unsigned number, std::string_view message, std::string_view sql) {
  const Meaning* meaning = find_meaning(number);
  ErrorCode code = meaning == nullptr ? ErrorCode::failed : meaning->code;
  std::string hint = meaning == nullptr ? std::string() : std::string(meaning->hint);
  const int inner = inner_errno(message);
  constexpr int kNoSpace = 28;
  if (inner == kNoSpace) {
    code = ErrorCode::io;
    hint = kDiskHint;
  } else if (number == 1005 || number == 1025) {
    hint = foreign_key_hint(inner);
  } else if (number == 1044 || number == 1142 || number == 1143 || number == 1370) {
    hint = missing_right(number, message);
  }
  // InnoDB on a full disk: `Can't change size of file (Errcode: 739005568 "Unknown error …")`.
  const bool is_memory_for_a_number =
      code == ErrorCode::io && message.find("\"Unknown error") != std::string_view::npos;
  if (is_memory_for_a_number) message = "the server cannot make a file larger: its disk is full";
  Error error = Error(code, fmt::format("{} (MariaDB error {})", message, number))
                    .native(static_cast<int>(number))
                    .sql(std::string(sql));
  return hint.empty() ? error : std::move(error).hint(hint);
}

bool uses_socket(const Url& url) {
  if (!url.host.empty() && url.host != "localhost") return false;
  return url.port == 0 || url.parameters.count("socket") != 0;
}

Error cannot_connect(unsigned number, std::string_view message, const Url& url) {
  const std::string said = number == 2002 || number == 2003 || number == 2005
                               ? fmt::format("cannot reach MariaDB at {}", place(url))
                               : fmt::format("cannot connect to {}", url.redacted());
  return Error(connect_code(number),
               fmt::format("{}: {} (MariaDB error {})", said, message, number))
      .hint(connect_hint(number, url))
      .native(static_cast<int>(number));
}

}  // namespace dbmig::backend::mariadb
