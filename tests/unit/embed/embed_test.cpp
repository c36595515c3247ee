// What an application sees that upgrades its own database: its connection, its process and its
// failures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mysql.h>
#include <sqlite3.h>

#include <array>
#include <clocale>
#include <csignal>
#include <dbmig/dbmig.hpp>
#include <functional>
#include <locale>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <stdexcept>
#include <thread>

#include "support/mariadb.hpp"
#include "support/temp_dir.hpp"
#include "unit/embed/support.hpp"

extern char** environ;

namespace dbmig::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using State = std::map<std::string, std::string>;

/// The connection of an application, of either database.
class Application {
 public:
  virtual ~Application() = default;
  virtual Database database() = 0;
  virtual void run(const std::string& sql) = 0;
  virtual std::string value(const std::string& sql) = 0;
  /// All that a later statement of the application could notice.
  virtual State state() = 0;
  /// Something else than a new connection has.
  virtual void disturb(std::mt19937& random) = 0;
  virtual std::string tables() = 0;
};

class SqliteApplication final : public Application {
 public:
  explicit SqliteApplication(const std::string& file) {
    EXPECT_EQ(sqlite3_open(file.c_str(), &database_), SQLITE_OK);
  }
  SqliteApplication(const SqliteApplication&) = delete;
  SqliteApplication& operator=(const SqliteApplication&) = delete;
  ~SqliteApplication() override { sqlite3_close(database_); }

  sqlite3* native() { return database_; }
  Database database() override { return database_; }
  void run(const std::string& sql) override {
    EXPECT_EQ(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database_);
  }
  std::string value(const std::string& sql) override {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database_);
    std::string text;
    if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) != nullptr) {
      text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    return text;
  }
  State state() override {
    State state;
    for (const char* name :
         {"foreign_keys", "legacy_alter_table", "busy_timeout", "recursive_triggers",
          "defer_foreign_keys", "case_sensitive_like", "synchronous", "cache_size", "temp_store",
          "ignore_check_constraints", "writable_schema", "query_only", "threads", "journal_mode",
          "locking_mode", "trusted_schema"}) {
      state[name] = value(std::string("PRAGMA ") + name);
    }
    state["autocommit"] = std::to_string(sqlite3_get_autocommit(database_));
    state["rowid"] = std::to_string(sqlite3_last_insert_rowid(database_));
    int triggers = 0;
    sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_TRIGGER, -1, &triggers);
    state["triggers"] = std::to_string(triggers);
    return state;
  }
  void disturb(std::mt19937& random) override {
    const auto choose = [&](const char* off, const char* on) { run(random() % 2 == 0 ? off : on); };
    choose("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON");
    choose("PRAGMA legacy_alter_table = OFF", "PRAGMA legacy_alter_table = ON");
    choose("PRAGMA recursive_triggers = OFF", "PRAGMA recursive_triggers = ON");
    choose("PRAGMA busy_timeout = 0", "PRAGMA busy_timeout = 17");
    choose("PRAGMA threads = 0", "PRAGMA threads = 2");
    sqlite3_set_last_insert_rowid(database_, static_cast<sqlite3_int64>(random() % 1000));
  }
  std::string tables() override {
    return value(
        "SELECT group_concat(name) FROM (SELECT name FROM sqlite_master WHERE type = 'table' AND "
        "name NOT LIKE 'dbmig%' ORDER BY name)");
  }

 private:
  sqlite3* database_ = nullptr;
};

class MariadbApplication final : public Application {
 public:
  explicit MariadbApplication(const Url& url) : handle_(mysql_init(nullptr)) {
    const auto socket = url.parameters.find("socket");
    const std::string path = socket == url.parameters.end() ? "" : socket->second;
    EXPECT_NE(mysql_real_connect(handle_, url.host.c_str(), url.user.c_str(),
                                 url.password ? url.password->c_str() : nullptr,
                                 url.database.c_str(), static_cast<unsigned>(url.port),
                                 path.empty() ? nullptr : path.c_str(), 0),
              nullptr)
        << mysql_error(handle_);
  }
  MariadbApplication(const MariadbApplication&) = delete;
  MariadbApplication& operator=(const MariadbApplication&) = delete;
  ~MariadbApplication() override { mysql_close(handle_); }

  Database database() override { return handle_; }
  void run(const std::string& sql) override {
    EXPECT_EQ(mysql_query(handle_, sql.c_str()), 0) << sql << ": " << mysql_error(handle_);
  }
  std::vector<std::vector<std::string>> rows(const std::string& sql) {
    run(sql);
    std::vector<std::vector<std::string>> all;
    MYSQL_RES* result = mysql_store_result(handle_);
    while (MYSQL_ROW row = mysql_fetch_row(result)) {
      auto& values = all.emplace_back();
      for (unsigned i = 0; i < mysql_num_fields(result); ++i) {
        values.emplace_back(row[i] == nullptr ? "NULL" : row[i]);
      }
    }
    mysql_free_result(result);
    run("ROLLBACK AND NO CHAIN");  // without autocommit the question itself opened a transaction
    return all;
  }
  std::string value(const std::string& sql) override {
    const auto all = rows(sql);
    return all.empty() ? "" : all[0][0];
  }
  State state() override {
    State state;
    for (const auto& row : rows(
             "SELECT VARIABLE_NAME, SESSION_VALUE FROM information_schema.SYSTEM_VARIABLES WHERE "
             "VARIABLE_SCOPE IN ('SESSION', 'SESSION ONLY') AND VARIABLE_NAME NOT IN ('TIMESTAMP', "
             "'RAND_SEED1', 'RAND_SEED2', 'PSEUDO_THREAD_ID', 'WARNING_COUNT', 'ERROR_COUNT', "
             "'LAST_GTID', 'GTID_SEQ_NO', 'INSERT_ID') LIMIT 100000")) {
      state[row[0]] = row[1];
    }
    state["database"] = value("SELECT DATABASE()");
    my_bool reconnect = 0;
    mysql_get_option(handle_, MYSQL_OPT_RECONNECT, &reconnect);
    state["reconnect"] = std::to_string(reconnect);
    return state;
  }
  void disturb(std::mt19937& random) override {
    static const std::vector<std::string> kSettings{
        "sql_mode = ''",
        "sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'",
        "sql_mode = 'ORACLE'",
        "autocommit = 0",
        "foreign_key_checks = 0",
        "unique_checks = 0",
        "lock_wait_timeout = 77",
        "innodb_lock_wait_timeout = 7",
        "tx_isolation = 'READ-COMMITTED'",
        "sql_safe_updates = 1",
        "group_concat_max_len = 4",
        "sql_select_limit = 3",
        "default_storage_engine = 'MyISAM'",
        "max_statement_time = 20.5",
        "completion_type = 'CHAIN'",
        "lc_time_names = 'de_DE'",
        "character_set_results = NULL",
        "time_zone = '+05:30'",
        "explicit_defaults_for_timestamp = 0",
        "wait_timeout = 1234",
        "last_insert_id = 99",
    };
    for (const std::string& setting : kSettings) {
      if (random() % 3 == 0) run("SET SESSION " + setting);
    }
    if (random() % 3 == 0) run("SET NAMES latin1 COLLATE latin1_german1_ci");
    const my_bool reconnect = static_cast<my_bool>(random() % 2);
    mysql_optionsv(handle_, MYSQL_OPT_RECONNECT, &reconnect);
  }
  std::string tables() override {
    // Not GROUP_CONCAT, which may have been told to be short.
    std::string names;
    for (const auto& row : rows(
             "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND "
             "table_name NOT LIKE 'dbmig%' ORDER BY table_name LIMIT 100")) {
      names += (names.empty() ? "" : ",") + row[0];
    }
    return names;
  }

 private:
  MYSQL* handle_;
};

enum class Ending { done, statement_fails, sink_throws, no_memory };

/// One upgrade that ends in the way given; the sink throws with message `at`.
void end_upgrade(Application& application, Ending ending, int at) {
  std::vector<std::string> texts = shop_revisions();
  if (ending == Ending::statement_fails) texts.push_back(failing_revision());
  const Embedded embedded(texts);
  UpgradeOptions options;
  int count = 0;
  options.on_message = [&](const Message&) {
    if (count++ != at) return;
    if (ending == Ending::sink_throws) throw std::runtime_error("the application's own");
    if (ending == Ending::no_memory) throw std::bad_alloc();
  };
  switch (ending) {
    case Ending::done:
      EXPECT_EQ(upgrade(embedded.history(), application.database(), options).size(), 3U);
      break;
    case Ending::statement_fails:
      EXPECT_THROW(upgrade(embedded.history(), application.database(), options), Error);
      break;
    case Ending::sink_throws:
      EXPECT_THROW(upgrade(embedded.history(), application.database(), options),
                   std::runtime_error);
      break;
    case Ending::no_memory:
      EXPECT_THROW(upgrade(embedded.history(), application.database(), options), std::bad_alloc);
      break;
  }
}

constexpr std::array kEndings{Ending::done, Ending::statement_fails, Ending::sink_throws,
                              Ending::no_memory};

/// With each ending, from settings of which any may be another one: all are as before, and the next
/// upgrade ends where it should.
void leaves_no_trace(const std::function<std::unique_ptr<Application>()>& open, unsigned seed) {
  std::mt19937 random(seed);
  for (const Ending ending : kEndings) {
    const auto application = open();
    application->disturb(random);
    const State before = application->state();
    end_upgrade(*application, ending, static_cast<int>(random() % 8));
    EXPECT_EQ(application->state(), before) << "seed " << seed;
    if (ending == Ending::statement_fails) continue;
    const Embedded embedded(shop_revisions());
    upgrade(embedded.history(), application->database());
    EXPECT_EQ(application->state(), before) << "seed " << seed;
    EXPECT_EQ(application->tables(), "item,orders");
    EXPECT_EQ(application->value("SELECT COUNT(*) FROM orders"), "2");
    EXPECT_THAT(pending(embedded.history(), application->database()), IsEmpty());
  }
}

TEST(EmbedSqlite, ConnectionIsAsBefore) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    leaves_no_trace([] { return std::make_unique<SqliteApplication>(":memory:"); }, seed);
  }
}

class EmbedMariadb : public MariadbTest {};

TEST_F(EmbedMariadb, SessionIsAsBefore) {
  for (unsigned seed = 0; seed < 3; ++seed) {
    std::vector<std::unique_ptr<MariadbDatabase>> databases;
    leaves_no_trace(
        [&] {
          databases.push_back(std::make_unique<MariadbDatabase>());
          return std::make_unique<MariadbApplication>(databases.back()->url());
        },
        seed);
  }
}

/// Whatever message it is: the revision under way is rolled back, the ones before it stay.
TEST(EmbedSqlite, ThrowingSinkRollsBackItsRevision) {
  constexpr int kMessages = 16;
  int thrown = 0;
  for (int at = 0; at < kMessages; ++at) {
    SqliteApplication application(":memory:");
    const Embedded embedded(shop_revisions());
    UpgradeOptions options;
    int count = 0;
    options.on_message = [&](const Message&) {
      if (count++ == at) throw std::bad_alloc();
    };
    try {
      upgrade(embedded.history(), application.database(), options);
    } catch (const std::bad_alloc&) {
      ++thrown;
    }
    EXPECT_EQ(application.state()["autocommit"], "1");
    const std::size_t left = pending(embedded.history(), application.database()).size();
    const std::array<std::string, 4> tables{"item,orders", "item,orders", "item", ""};
    EXPECT_EQ(application.tables(), tables.at(left)) << at;
    const bool is_checked = application.value("SELECT sql FROM sqlite_master WHERE name = 'item'")
                                .find("ck_item_price") != std::string::npos;
    EXPECT_EQ(is_checked, left == 0) << at;
  }
  EXPECT_GT(thrown, 5);
}

TEST(EmbedSqlite, OpenTransactionIsRefused) {
  SqliteApplication application(":memory:");
  application.run("BEGIN");
  application.run("CREATE TABLE own (id)");
  const Embedded embedded(shop_revisions());
  try {
    upgrade(embedded.history(), application.database());
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the session has an open transaction; commit it"));
  }
  application.run("COMMIT");
  EXPECT_EQ(application.tables(), "own");
}

TEST_F(EmbedMariadb, OpenTransactionIsRefused) {
  MariadbDatabase database;
  MariadbApplication application(database.url());
  application.run("CREATE TABLE own (id INT)");
  application.run("START TRANSACTION");
  application.run("INSERT INTO own VALUES (1)");
  const Embedded embedded(shop_revisions());
  EXPECT_THROW(upgrade(embedded.history(), application.database()), Error);
  application.run("ROLLBACK");
  EXPECT_EQ(application.value("SELECT COUNT(*) FROM own"), "0") << "the refusal committed it";
}

TEST(EmbedSqlite, BusyLeavesSettingsAndTheBusyHandler) {
  const TempDir folder;
  SqliteApplication application((folder / "shop.db").string());
  SqliteApplication writer((folder / "shop.db").string());
  application.run("PRAGMA foreign_keys = ON");
  int calls = 0;
  sqlite3_busy_handler(
      application.native(),
      [](void* count, int) {
        ++*static_cast<int*>(count);
        return 0;
      },
      &calls);
  writer.run("CREATE TABLE own (id)");
  writer.run("BEGIN IMMEDIATE");
  const State before = application.state();
  const Embedded embedded(shop_revisions());
  UpgradeOptions options;
  options.lock_wait = std::chrono::seconds(0);
  try {
    upgrade(embedded.history(), application.database(), options);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
  }
  EXPECT_EQ(application.state(), before);
  EXPECT_GT(calls, 0);
  calls = 0;
  sqlite3_exec(application.native(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
  EXPECT_EQ(calls, 1) << "the application's busy handler is gone";
  // One that ends its transaction meanwhile is waited for, with a handler that never waits.
  options.lock_wait = std::chrono::seconds(20);
  std::thread commits([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    writer.run("COMMIT");
  });
  EXPECT_EQ(upgrade(embedded.history(), application.database(), options).size(), 3U);
  commits.join();
}

/// What a process has that a library could change behind its back.
State process_state() {
  State state;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    state["env " + text.substr(0, text.find('='))] = text;
  }
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (::sigaction(number, nullptr, &action) != 0) continue;
    state["signal " + std::to_string(number)] =
        std::to_string(reinterpret_cast<std::uintptr_t>(action.sa_handler));
  }
  state["locale"] = std::setlocale(LC_ALL, nullptr);
  state["C++ locale"] = std::locale().name();
  state["folder"] = std::filesystem::current_path().string();
  return state;
}

/// As in Germany: 1.234,5.
class GermanNumbers final : public std::numpunct<char> {
 protected:
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(EmbedProcess, NothingOfItIsChangedAndItsLocaleDoesNotMatter) {
  const TempDir folder;
  const std::locale before = std::locale::global(std::locale(std::locale(), new GermanNumbers));
  const std::string c_before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "es_ES.UTF-8"}) {
    if (std::setlocale(LC_ALL, name) != nullptr) break;
  }
  const State process = process_state();
  const Embedded embedded(shop_revisions());
  const std::string url = "sqlite:///" + (folder / "shop.db").string() + "?timeout=0.5";
  EXPECT_EQ(pending(embedded.history(), url).size(), 3U);
  EXPECT_FALSE(std::filesystem::exists(folder / "shop.db")) << "pending() made a database";
  EXPECT_EQ(upgrade(embedded.history(), url).size(), 3U);
  EXPECT_EQ(process_state(), process);
  std::setlocale(LC_ALL, c_before.c_str());
  std::locale::global(before);
  SqliteApplication application((folder / "shop.db").string());
  application.run("INSERT INTO item (id) VALUES (3)");
  EXPECT_EQ(application.value("SELECT price FROM item WHERE id = 3"), "1.5");
  EXPECT_EQ(application.value("SELECT price FROM item WHERE id = 1"), "2.25");
}

TEST(EmbedHistory, WithNothingToDoNoRevisionIsRead) {
  SqliteApplication application(":memory:");
  Embedded embedded(shop_revisions());
  upgrade(embedded.history(), application.database());
  for (std::size_t i = 0; i < 3; ++i) embedded.spoil(i);
  EXPECT_THAT(upgrade(embedded.history(), application.database()), IsEmpty());
  EXPECT_THAT(pending(embedded.history(), application.database()), IsEmpty());
}

TEST(EmbedHistory, DatabaseOfANewerProgramIsRefused) {
  SqliteApplication application(":memory:");
  const Embedded newer(shop_revisions());
  upgrade(newer.history(), application.database());
  std::vector<std::string> texts = shop_revisions();
  texts.pop_back();
  const Embedded older(texts);
  try {
    upgrade(older.history(), application.database());
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_THAT(error.what(), HasSubstr("aaaaaaaaaaa3"));
  }
}

TEST(EmbedHistory, TargetsAreThoseOfTheCommand) {
  SqliteApplication application(":memory:");
  const Embedded embedded(shop_revisions());
  UpgradeOptions options;
  options.target = "+1";
  EXPECT_THAT(upgrade(embedded.history(), application.database(), options),
              ElementsAre("aaaaaaaaaaa1"));
  EXPECT_THAT(embedded.history().heads(), ElementsAre("aaaaaaaaaaa3"));
  EXPECT_THAT(pending(embedded.history(), application.database()),
              ElementsAre("aaaaaaaaaaa2", "aaaaaaaaaaa3"));
}

TEST(EmbedHistory, VariablesAreGivenByTheApplication) {
  SqliteApplication application(":memory:");
  const Embedded embedded(std::vector<std::string>{R"yaml(revision: v1
parents: []
message: rows
upgrade:
  - create_table: {t: {columns: {id: integer, v: varchar(20)}, primary_key: [id]}}
  - execute: {sql: "INSERT INTO t VALUES (1, ${who:literal})", undo: none}
)yaml"});
  EXPECT_THROW(upgrade(embedded.history(), application.database()), Error);
  EXPECT_THAT(pending(embedded.history(), application.database()), ElementsAre("v1"));
  UpgradeOptions options;
  options.variables = {{"who", "O'Hara"}};
  EXPECT_THAT(upgrade(embedded.history(), application.database(), options), ElementsAre("v1"));
}

TEST(EmbedSqlite, TwoThreadsAreOneThatWorks) {
  const TempDir folder;
  const std::string url = "sqlite:///" + (folder / "shop.db").string();
  const Embedded embedded(shop_revisions());
  const History history = embedded.history();
  std::array<std::size_t, 4> ran{};
  std::vector<std::thread> threads;
  for (std::size_t& one : ran) {
    threads.emplace_back([&history, &url, &one] { one = upgrade(history, url).size(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ran[0] + ran[1] + ran[2] + ran[3], 3U);
}

}  // namespace
}  // namespace dbmig::test
