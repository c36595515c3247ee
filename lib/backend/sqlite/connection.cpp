#include "backend/sqlite/connection.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>

#include "backend/sqlite/bulk.hpp"
#include "backend/sqlite/error.hpp"
#include "backend/sqlite/inspect.hpp"
#include "backend/sqlite/lock.hpp"
#include "backend/sqlite/open.hpp"
#include "backend/sqlite/orphans.hpp"
#include "backend/sqlite/row_source.hpp"
#include "backend/sqlite/session.hpp"
#include "base/error.hpp"
#include "dialect/sqlite/dialect.hpp"

namespace dbmig::backend::sqlite {
namespace {

class Database final : public SqliteConnection {
 public:
  explicit Database(const Url& url, const Location& location)
      : url_(url),
        file_(location.file),
        busy_timeout_ms_(location.busy_timeout_ms),
        session_(location.uri) {
    sqlite3_extended_result_codes(native(), 1);
    sqlite3_busy_timeout(native(), busy_timeout_ms_);
    // Reads the file: what is wrong with it is said now, and not in the middle of a migration.
    told_who_locks(location.may_wait_longer,
                   [&] { session_.execute("SELECT count(*) FROM sqlite_master"); });
    session_.execute("PRAGMA foreign_keys = ON");
  }
  explicit Database(sqlite3* database)
      : file_(file_of(database)), busy_timeout_ms_(0), session_(database) {
    url_.database = file_.empty() ? ":memory:" : file_.string();
    if (in_transaction()) {
      throw Error(ErrorCode::failed, "the session has an open transaction")
          .hint("commit it, or roll it back, before its database is migrated");
    }
    lent_ = Lent{is_on("foreign_keys"), is_on("legacy_alter_table"),
                 sqlite3_last_insert_rowid(database)};
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() override {
    if (!lent_) return;
    rollback();
    restore();
    sqlite3_set_last_insert_rowid(native(), lent_->last_insert_rowid);
  }

  const dialect::Dialect& dialect() const override {
    static const dialect::sqlite::SqliteDialect own(sqlite3_libversion_number());
    return own;
  }
  std::string server() const override { return fmt::format("SQLite {}", sqlite3_libversion()); }
  const Url& url() const override { return url_; }
  sqlite3* native() override { return session_.native(); }
  void invent_unknown_names(bool on) override {
    if (session_.unknown_names() != nullptr) session_.unknown_names()->invent(on);
  }

  void execute(std::string_view sql) override { session_.execute(sql); }
  std::size_t execute(std::string_view sql, std::span<const Value> values) override {
    return session_.execute(sql, values);
  }
  Rows query(std::string_view sql, std::span<const Value> values) override {
    return session_.query(sql, values);
  }

  std::unique_ptr<RowSource> read_rows(std::string_view sql) override {
    return sqlite::read_rows(native(), sql);
  }
  void begin_snapshot() override {
    session_.execute("BEGIN");
    // SQLite takes its snapshot with the first look at the file.
    try {
      session_.query("SELECT count(*) FROM sqlite_schema", {});
    } catch (...) {
      rollback();
      throw;
    }
  }

  bool fire_triggers(bool on) noexcept override {
    return sqlite3_db_config(native(), SQLITE_DBCONFIG_ENABLE_TRIGGER, on ? 1 : 0, nullptr) ==
           SQLITE_OK;
  }

  void begin() override { session_.execute("BEGIN IMMEDIATE"); }
  void commit() override { session_.execute("COMMIT"); }
  void rollback() noexcept override {
    if (in_transaction()) quietly("ROLLBACK");
  }
  bool in_transaction() override { return sqlite3_get_autocommit(native()) == 0; }
  void savepoint(const std::string& name) override {
    session_.execute("SAVEPOINT " + dialect().quote_identifier(name));
  }
  void release_savepoint(const std::string& name) override {
    session_.execute("RELEASE SAVEPOINT " + dialect().quote_identifier(name));
  }
  void rollback_to_savepoint(const std::string& name) override {
    session_.execute("ROLLBACK TO SAVEPOINT " + dialect().quote_identifier(name));
    // A pragma is not undone with the statements around it.
    session_.execute("PRAGMA legacy_alter_table = OFF");
  }

  std::unique_ptr<MigrationLock> lock(std::chrono::seconds timeout,
                                      const std::function<void()>& on_wait) override {
    // Nobody else can see a database in memory.
    if (file_.empty()) return std::make_unique<MigrationLock>();
    return lock_file(file_, timeout, on_wait);
  }

  void begin_migration(std::chrono::seconds lock_wait) override {
    if (in_transaction()) {
      throw Error(ErrorCode::failed, "a migration cannot start inside a transaction");
    }
    // Inside the transaction this would do nothing, and a rebuild would then delete child rows.
    session_.execute("PRAGMA foreign_keys = OFF");
    lock_wait_ = lock_wait;
    // A busy handler of the application's could not be given back.
    if (!lent_) sqlite3_busy_timeout(native(), static_cast<int>(milliseconds(lock_wait).count()));
    try {
      told_who_locks(kWaitByOption, [&] { begin(); });
    } catch (...) {
      abort_migration();
      throw;
    }
  }
  void commit_migration() override {
    // Readers hold a commit up, too.
    told_who_locks(kWaitByOption, [&] { commit(); });
    restore();
  }
  void abort_migration() noexcept override {
    rollback();
    restore();
  }

  std::vector<std::string> foreign_key_violations(std::size_t limit) override {
    return sqlite::foreign_key_violations(*this, limit);
  }
  std::unique_ptr<OrphanWatch> watch_orphans() override { return sqlite::watch_orphans(*this); }
  Inspection inspect(const InspectOptions& options) override {
    return sqlite::inspect(*this, options);
  }
  std::vector<dialect::DependentObject> dependent_objects() override {
    return sqlite::dependent_objects(*this);
  }
  std::unique_ptr<BulkSink> bulk_sink(const schema::Table& table,
                                      const std::vector<std::string>& columns,
                                      OnDuplicate on_duplicate) override {
    return make_bulk_sink(*this, table, columns, on_duplicate);
  }

 private:
  using milliseconds = std::chrono::milliseconds;

  /// What an application's connection is given back with.
  struct Lent {
    bool foreign_keys = false;
    bool legacy_alter_table = false;
    sqlite3_int64 last_insert_rowid = 0;
  };

  static std::filesystem::path file_of(sqlite3* database) {
    const char* name = sqlite3_db_filename(database, "main");
    return name == nullptr ? "" : name;
  }
  bool is_on(const char* pragma) {
    const Rows rows = session_.query(fmt::format("PRAGMA {}", pragma), {});
    return !rows.rows.empty() && rows.rows[0].at(0) == "1";
  }

  /// The connection's settings as they are outside of a migration.
  void restore() noexcept {
    if (!lent_) sqlite3_busy_timeout(native(), busy_timeout_ms_);
    quietly(lent_ && lent_->legacy_alter_table ? "PRAGMA legacy_alter_table = ON"
                                               : "PRAGMA legacy_alter_table = OFF");
    quietly(lent_ && !lent_->foreign_keys ? "PRAGMA foreign_keys = OFF"
                                          : "PRAGMA foreign_keys = ON");
  }

  /// Runs `work`, which needs a lock, as long as the migration may wait for it: of a connection
  /// that was lent nobody else waits that long.
  template <class Work>
  void wait_for_lock(const Work& work) {
    const auto deadline = std::chrono::steady_clock::now() + lock_wait_;
    while (true) {
      try {
        return work();
      } catch (const Error& error) {
        if (error.code() != ErrorCode::busy || !lent_) throw;
        if (std::chrono::steady_clock::now() >= deadline) throw;
      }
      constexpr milliseconds kPause{20};
      std::this_thread::sleep_for(kPause);
    }
  }

  /// Runs `work`; a lock it could not get is reported with the processes that hold one, and with
  /// what makes it wait longer.
  template <class Work>
  void told_who_locks(const char* longer, const Work& work) {
    try {
      wait_for_lock(work);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::busy || file_.empty()) throw;
      const std::string who = lock_holders(file_);
      if (who.empty()) throw;
      throw Error(error.code(), fmt::format("{}: {} has it locked", error.message(), who))
          .hint(
              fmt::format("let it finish its transaction, or stop it, then run the command again; "
                          "{} waits longer",
                          longer))
          .native(error.native_code())
          .sql(error.statement());
    }
  }

  void quietly(const char* sql) noexcept { sqlite3_exec(native(), sql, nullptr, nullptr, nullptr); }

  Url url_;
  std::filesystem::path file_;  // empty for a database in memory
  int busy_timeout_ms_;
  std::chrono::seconds lock_wait_ = kLockWait;
  std::optional<Lent> lent_;
  Session session_;
};

}  // namespace

std::unique_ptr<SqliteConnection> connect(const Url& url, const ConnectOptions& options) {
  const Location location = locate(url, options);
  try {
    return std::make_unique<Database>(url, location);
  } catch (const Error& error) {
    throw cannot_open(location, error);
  }
}

std::unique_ptr<SqliteConnection> borrow(sqlite3* database) {
  return std::make_unique<Database>(database);
}

}  // namespace dbmig::backend::sqlite
