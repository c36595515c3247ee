#include "base/url.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "support/random_source.hpp"

namespace dbmig {
namespace {

Url mariadb(std::string user, std::optional<std::string> password, std::string host, int port,
            std::string database, std::map<std::string, std::string> parameters = {}) {
  return {DialectKind::mariadb, std::move(user),      std::move(password), std::move(host), port,
          std::move(database),  std::move(parameters)};
}

Url sqlite(std::string path, std::map<std::string, std::string> parameters = {}) {
  return {DialectKind::sqlite, "", std::nullopt, "", 0, std::move(path), std::move(parameters)};
}

TEST(Url, ReadsWhatSqlalchemyReads) {
  const std::pair<const char*, Url> kCases[] = {
      {"sqlite://", sqlite(":memory:")},
      {"sqlite:///", sqlite(":memory:")},
      {"sqlite:///:memory:", sqlite(":memory:")},
      {"sqlite:///app.db", sqlite("app.db")},
      {"sqlite:///dir/app.db", sqlite("dir/app.db")},
      {"sqlite:////var/lib/app.db", sqlite("/var/lib/app.db")},
      {"sqlite+pysqlite:///app.db", sqlite("app.db")},
      {"sqlite:///a b%20c@d:e.db", sqlite("a b%20c@d:e.db")},
      {"sqlite:///app.db?mode=ro", sqlite("app.db", {{"mode", "ro"}})},
      {"sqlite:///app.db?timeout=2.5&check_same_thread=false",
       sqlite("app.db", {{"timeout", "2.5"}, {"check_same_thread", "false"}})},
      {"sqlite:///file:a%20b.db?mode=ro&uri=true", sqlite("a b.db", {{"mode", "ro"}})},
      {"sqlite:///file:///abs/x.db?uri=true", sqlite("/abs/x.db")},
      {"sqlite:///file:x?mode=memory&uri=true", sqlite(":memory:")},
      {"sqlite:///file:x.db?uri=false", sqlite("file:x.db")},
      {"  sqlite:///app.db\n", sqlite("app.db")},
      {"mariadb://host/db", mariadb("", std::nullopt, "host", 0, "db")},
      {"mariadb://u:p@host:3306/db", mariadb("u", "p", "host", 3306, "db")},
      {"mysql://u:p@host:3306/db", mariadb("u", "p", "host", 3306, "db")},
      {"mysql+pymysql://u:p@host/db", mariadb("u", "p", "host", 0, "db")},
      {"mysql+mysqldb://u@host/db", mariadb("u", std::nullopt, "host", 0, "db")},
      {"mariadb+mariadbconnector://u:p@h/db", mariadb("u", "p", "h", 0, "db")},
      {"MariaDB://u@h/db", mariadb("u", std::nullopt, "h", 0, "db")},
      {"mariadb://u:@host/db", mariadb("u", "", "host", 0, "db")},
      {"mariadb://host", mariadb("", std::nullopt, "host", 0, "")},
      {"mariadb://host/", mariadb("", std::nullopt, "host", 0, "")},
      {"mariadb:///db", mariadb("", std::nullopt, "", 0, "db")},
      {"mariadb://root@/db?socket=/run/m.sock",
       mariadb("root", std::nullopt, "", 0, "db", {{"socket", "/run/m.sock"}})},
      {"mariadb://root@localhost/?unix_socket=/run/m.sock",
       mariadb("root", std::nullopt, "localhost", 0, "", {{"socket", "/run/m.sock"}})},
      {"mariadb://u:p%40ss%2Fw%3Aord%25@h/db", mariadb("u", "p@ss/w:ord%", "h", 0, "db")},
      {"mariadb://u:p/w:o?r#d@h/db", mariadb("u", "p/w:o?r#d", "h", 0, "db")},
      {"mariadb://d%C3%A9j%C3%A0:%e6%97%a5@h/db", mariadb("déjà", "日", "h", 0, "db")},
      {"mariadb://u:100%@h/db", mariadb("u", "100%", "h", 0, "db")},
      {"mariadb://u:a+b@h/db", mariadb("u", "a+b", "h", 0, "db")},
      {"mariadb://u@[::1]:3307/db", mariadb("u", std::nullopt, "::1", 3307, "db")},
      {"mariadb://[2001:db8::1]/db", mariadb("", std::nullopt, "2001:db8::1", 0, "db")},
      {"mariadb://h/db?charset=utf8mb4&ssl_ca=/etc/a+b%2Bc.pem",
       mariadb("", std::nullopt, "h", 0, "db",
               {{"charset", "utf8mb4"}, {"ssl_ca", "/etc/a b+c.pem"}})},
      {"mariadb://h/db?connect_timeout=5&",
       mariadb("", std::nullopt, "h", 0, "db", {{"connect_timeout", "5"}})},
      {"mariadb://h/db?ssl_verify_cert=true",
       mariadb("", std::nullopt, "h", 0, "db", {{"ssl_verify", "true"}})},
      {"mariadb://h:65535/db", mariadb("", std::nullopt, "h", 65535, "db")},
      {"mariadb://h:3306/db?socket=@name",
       mariadb("", std::nullopt, "h", 3306, "db", {{"socket", "@name"}})},
      {"mariadb://h:/db", mariadb("", std::nullopt, "h", 0, "db")},
  };
  for (const auto& [text, expected] : kCases) EXPECT_EQ(Url::parse(text), expected) << text;
}

std::string refusal(const std::string& text) {
  try {
    Url::parse(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage) << text;
    return error.what();
  }
  return "accepted";
}

TEST(Url, SaysWhatIsWrongAndWhatToDo) {
  const std::pair<const char*, const char*> kCases[] = {
      {"",
       "the database URL is empty; write one, as in sqlite:///app.db or "
       "mariadb://user:password@host:3306/database"},
      {"app.db",
       "the database URL does not start with the name of a database and '://'; write it "
       "as in sqlite:///app.db or mariadb://user:password@host:3306/database"},
      {"postgresql://h/db",
       "unknown database 'postgresql' in the database URL; "
       "known: sqlite, mariadb, mysql"},
      {"mariabd://h/db", "unknown database 'mariabd' in the database URL; did you mean 'mariadb'?"},
      {"sqlite://app.db",
       "a SQLite URL has no user, host or port: its path starts after three slashes; SQLite URLs "
       "are sqlite:///relative.db, sqlite:////absolute.db or sqlite:// (in memory)"},
      {"mariadb://h:x/db",
       "the port in the database URL is not a number from 1 to 65535; the form "
       "is mariadb://user:password@host:3306/database"},
      {"mariadb://h/db?ssl_caa=x",
       "unknown parameter 'ssl_caa' in the database URL; did you mean 'ssl_ca'?"},
      {"sqlite:///a.db?charset=utf8",
       "unknown parameter 'charset' in the database URL; "
       "known: mode, timeout, uri, check_same_thread"},
      {"mariadb://h/db?socket=",
       "parameter 'socket' of the database URL has no value; write socket=…, or leave it out"},
      {"mariadb://h/db?socket=a&unix_socket=b",
       "parameter 'socket' is given twice in the database URL; leave one of the two"},
      {"mariadb://h/db?connect_timeout=soon",
       "parameter 'connect_timeout' of the database URL is not a number of seconds; "
       "as in connect_timeout=10"},
      {"mariadb://h/db?ssl=maybe",
       "parameter 'ssl' of the database URL is neither true nor false; as in ssl=true"},
      {"sqlite:///a.db?mode=w",
       "parameter 'mode' of the database URL is not one of ro, rw, rwc and memory; as in mode=ro"},
      {"mariadb://u:p@ss@h/db",
       "the database URL has more than one '@'; "
       "write an '@' in the password as %40, ':' as %3A and '/' as %2F"},
      {"mariadb://u:p@ss:w/ñ@host/db",
       "the database URL has more than one '@'; "
       "write an '@' in the password as %40, ':' as %3A and '/' as %2F"},
      {"mariadb://u@[::1/db",
       "the '[' of an IPv6 address is not closed in the database URL; write "
       "the address as in mariadb://user@[::1]:3306/database"},
  };
  for (const auto& [text, expected] : kCases) EXPECT_EQ(refusal(text), expected) << text;
}

TEST(Url, RefusesWhatMakesNoSense) {
  for (const char* text :
       {"mariadb://h:70000/db", "mariadb://h:0/db", "mariadb://h:-1/db", "mariadb://u@[::1]x/db",
        "mariadb://h/db/other", "mariadb://u%00@h/db", "mariadb://h/db?charset=%00", "://h/db",
        "mariadb:/h/db", "u:p@mariadb://h", "sqlite://u:p@h/a.db", "mariadb://h/db?x"}) {
    EXPECT_NE(refusal(text), "accepted") << text;
  }
}

// However a URL is broken, and wherever the pieces of its password then land.
TEST(Url, NeverRepeatsThePassword) {
  for (const char* text :
       {"mariadb://root:hunter2", "mariadb://root:hunter2/db", "mariadb://u:p@hunter2@h/db",
        "mariadb://u:x@y/hunter2@h/db", "mariadb//u:hunter2@h/db", "u:hunter2@h/db",
        "sqlite://u:hunter2@h/db", "mariadb://u:hunter2@h:bad/db", "mariadb://u:hunter2@[::1/db",
        "mariadb://u:hunter2@h/db?conect_timeout=1", "mariadb://u:hunter2@h/db?ssl=hunter2",
        "pg://u:hunter2@h/db", "hunter2"}) {
    const std::string what = refusal(text);
    EXPECT_NE(what, "accepted") << text;
    EXPECT_EQ(what.find("hunter2"), std::string::npos) << what;
  }
}

TEST(Url, IsShownWithoutItsSecrets) {
  const std::pair<const char*, const char*> kCases[] = {
      {"sqlite:///app.db", "sqlite:///app.db"},
      {"sqlite:////abs/app.db?mode=ro", "sqlite:////abs/app.db?mode=ro"},
      {"sqlite:///:memory:", "sqlite://"},
      {"mysql+pymysql://u:p%40ss@h:3306/db", "mariadb://u:***@h:3306/db"},
      {"mariadb://u:@h/db", "mariadb://u:***@h/db"},
      {"mariadb://a%40b@h/db", "mariadb://a%40b@h/db"},
      {"mariadb://h/db", "mariadb://h/db"},
      {"mariadb://u@[::1]:3307/db", "mariadb://u@[::1]:3307/db"},
      {"mariadb://root@/db?unix_socket=/run/my%20sock", "mariadb://root@/db?socket=/run/my%20sock"},
  };
  for (const auto& [text, expected] : kCases) EXPECT_EQ(Url::parse(text).redacted(), expected);

  Url url = Url::parse("mariadb://h/db");
  url.parameters = {{"ssl_key_password", "hunter2"}, {"charset", "x"}, {"api_token", "hunter2"}};
  EXPECT_EQ(url.redacted(), "mariadb://h/db?api_token=***&charset=x&ssl_key_password=***");
}

TEST(Url, ReadsItsOwnRedactedForm) {
  test::RandomSource random(3);
  const std::vector<std::string> kPieces = {"a", "b c", "@", "/", ":", "%",
                                            "é", "?",   "&", "+", "#"};
  for (int i = 0; i < 2000; ++i) {
    Url url;
    url.dialect = DialectKind::mariadb;
    for (int n = random.between(1, 4); n > 0; --n) url.user += random.pick(kPieces);
    if (random.chance(50)) url.password = "***";
    url.host = random.chance(50) ? "example.org" : "fe80::1";
    url.port = random.chance(50) ? random.between(1, 65535) : 0;
    url.database = "db";
    if (random.chance(50)) url.parameters["socket"] = "/x" + random.pick(kPieces);
    ASSERT_EQ(Url::parse(url.redacted()), url) << url.redacted();
  }
}

TEST(Url, ReadsItsOwnFormOfASqlitePath) {
  test::RandomSource random(4);
  const std::vector<std::string> kPieces = {"a", "b c", "@", "/", ":",  "%",   "é",    "?",    "&",
                                            "+", "#",   "=", " ", "%2", "%3F", "日本", "file:"};
  for (int i = 0; i < 3000; ++i) {
    Url url;
    for (int n = random.between(1, 5); n > 0; --n) url.database += random.pick(kPieces);
    if (random.chance(30)) url.parameters["mode"] = "ro";
    // `file://host/…` names a host, as SQLite's own URIs do.
    if (url.database.find("//") != std::string::npos) continue;
    ASSERT_EQ(Url::parse(url.redacted()), url) << url.redacted();
  }
}

TEST(Url, KnowsWhatIsInMemory) {
  EXPECT_TRUE(Url::parse("sqlite://").in_memory());
  EXPECT_FALSE(Url::parse("sqlite:///a.db").in_memory());
  EXPECT_FALSE(Url::parse("mariadb://h/:memory:").in_memory());
}

}  // namespace
}  // namespace dbmig
