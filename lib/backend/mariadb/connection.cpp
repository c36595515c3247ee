#include "backend/mariadb/connection.hpp"

#include <fmt/core.h>
#include <mysql.h>

#include <functional>

#include "backend/bulk.hpp"
#include "backend/mariadb/blockers.hpp"
#include "backend/mariadb/bulk.hpp"
#include "backend/mariadb/cached_table.hpp"
#include "backend/mariadb/charset.hpp"
#include "backend/mariadb/error.hpp"
#include "backend/mariadb/fingerprint.hpp"
#include "backend/mariadb/inspect.hpp"
#include "backend/mariadb/lock.hpp"
#include "backend/mariadb/row_source.hpp"
#include "backend/mariadb/session.hpp"
#include "backend/mariadb/stale_statistics.hpp"
#include "backend/mariadb/told_sink.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/render.hpp"

namespace dbmig::backend::mariadb {
namespace {

constexpr int kLockWaitTimeout = 1205;

constexpr const char* kWaitAsBefore =
    "SET SESSION lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT";

class Client final : public MariadbConnection {
 public:
  explicit Client(const Url& url) : url_(url), session_(url) {}
  explicit Client(st_mysql* handle) : session_(handle) {
    url_.dialect = DialectKind::mariadb;
    const Rows rows =
        session_.query("SELECT DATABASE(), @@hostname, SUBSTRING_INDEX(USER(), '@', 1)", {});
    url_.database = rows.rows.at(0).at(0).value_or("");
    url_.host = rows.rows[0].at(1).value_or("");
    url_.user = rows.rows[0].at(2).value_or("");
    if (!url_.database.empty()) return;
    throw Error(ErrorCode::failed, "the session has no database")
        .hint("choose one (USE name) before it is migrated");
  }

  const dialect::Dialect& dialect() const override { return dialect_; }

  std::string server() const override {
    std::string version = mysql_get_server_info(session_.native());
    return "MariaDB " + version.substr(0, version.find('-'));
  }

  const Url& url() const override { return url_; }

  st_mysql* native() override { return session_.native(); }

  void execute(std::string_view sql) override {
    told_who_blocks([&] { execute_despite_leftovers(sql); });
  }

  std::size_t execute(std::string_view sql, std::span<const Value> values) override {
    std::size_t changed = 0;
    told_who_blocks([&] { changed = session_.execute(sql, values); });
    return changed;
  }

  Rows query(std::string_view sql, std::span<const Value> values) override {
    return session_.query(sql, values);
  }

  std::unique_ptr<RowSource> read_rows(std::string_view sql) override {
    return mariadb::read_rows(session_.native(), sql);
  }
  void begin_snapshot() override {
    session_.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    session_.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  }

  void set_time_zone(const std::string& offset) override {
    if (!time_zone_) time_zone_ = session_.query("SELECT @@time_zone", {}).rows.at(0).at(0);
    const Value zone = offset.empty() ? time_zone_ : offset;
    session_.execute("SET time_zone = ?", std::span(&zone, 1));
  }

  void begin() override { session_.execute("START TRANSACTION"); }
  void commit() override {
    told_who_blocks([&] { session_.execute("COMMIT"); });
  }
  void rollback() noexcept override { mysql_rollback(session_.native()); }
  bool in_transaction() override {
    unsigned status = 0;
    mariadb_get_infov(session_.native(), MARIADB_CONNECTION_SERVER_STATUS, &status);
    return (status & SERVER_STATUS_IN_TRANS) != 0 || (status & SERVER_STATUS_AUTOCOMMIT) == 0;
  }
  void savepoint(const std::string& name) override {
    session_.execute("SAVEPOINT " + dialect::mariadb::quote(name));
  }
  void release_savepoint(const std::string& name) override {
    session_.execute("RELEASE SAVEPOINT " + dialect::mariadb::quote(name));
  }
  void rollback_to_savepoint(const std::string& name) override {
    session_.execute("ROLLBACK TO SAVEPOINT " + dialect::mariadb::quote(name));
  }

  std::unique_ptr<MigrationLock> lock(std::chrono::seconds timeout,
                                      const std::function<void()>& on_wait) override {
    return take_lock(session_, url_.database, timeout, on_wait);
  }

  /// A migration that waits for a table's metadata lock holds up everybody who comes after it: it
  /// rather gives up, and lets them through before it tries again.
  void begin_migration(std::chrono::seconds lock_wait) override {
    session_.execute(fmt::format(
        "SET SESSION lock_wait_timeout = {0}, innodb_lock_wait_timeout = {0}", lock_wait.count()));
  }
  void commit_migration() override { session_.execute(kWaitAsBefore); }
  void abort_migration() noexcept override {
    mysql_rollback(session_.native());
    mysql_query(session_.native(), kWaitAsBefore);
  }

  std::vector<std::string> foreign_key_violations(std::size_t) override { return {}; }
  std::unique_ptr<OrphanWatch> watch_orphans() override { return nullptr; }

  Inspection inspect(const InspectOptions& options) override {
    if (url_.database.empty()) {
      throw Error(ErrorCode::usage, "the database URL has no database name")
          .hint("write it after the host, as in mariadb://user@localhost/name");
    }
    return mariadb::inspect(session_, options);
  }

  bool folds_table_names() override {
    if (!folds_table_names_) {
      folds_table_names_ =
          session_.query("SELECT @@lower_case_table_names", {}).rows.at(0).at(0) == "1";
    }
    return *folds_table_names_;
  }

  schema::Schema canonical(const schema::Schema& schema) override {
    const Charsets charsets = read_charsets(session_);
    schema::Schema out = dialect().canonical(schema);
    for (auto& [name, table] : out.tables) table = relative_to(std::move(table), charsets);
    return out;
  }

  std::string fingerprint(std::string_view sql) override {
    return mariadb::fingerprint(session_, sql);
  }

  std::vector<dialect::DependentObject> dependent_objects() override { return {}; }

  std::unique_ptr<BulkSink> bulk_sink(const schema::Table& table,
                                      const std::vector<std::string>& columns,
                                      OnDuplicate on_duplicate) override {
    std::unique_ptr<BulkSink> sink;
    told_who_blocks([&] { sink = make_bulk_sink(*this, table, columns, on_duplicate); });
    return std::make_unique<ToldSink>(
        std::move(sink), [this](const std::function<void()>& work) { told_who_blocks(work); });
  }

 private:
  /// What the server has kept of earlier statements and stumbles over is removed first.
  void execute_despite_leftovers(std::string_view sql) {
    try {
      session_.execute(sql);
    } catch (const Error& error) {
      if (is_of_cached_table(error)) {
        run_on_reopened_table(session_, error);
      } else if (is_of_stale_statistics(error)) {
        remove_stale_statistics(session_, error);
        session_.execute(sql);
      } else {
        throw;
      }
    }
  }

  /// Runs `work`; a lock it could not get is reported with the sessions that may hold it.
  template <class Work>
  void told_who_blocks(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      if (error.native_code() != kLockWaitTimeout) throw;
      const std::string who = blockers(session_, error.statement());
      if (who.empty()) throw;
      throw Error(error.code(), error.message())
          .hint(who)
          .native(error.native_code())
          .sql(error.statement());
    }
  }

  Url url_;
  Session session_;
  dialect::mariadb::MariadbDialect dialect_{
      static_cast<int>(mysql_get_server_version(session_.native()))};
  std::optional<bool> folds_table_names_;
  std::optional<std::string> time_zone_;  ///< the session's own, once it has had another
};

}  // namespace

std::unique_ptr<MariadbConnection> connect(const Url& url, const ConnectOptions&) {
  return std::make_unique<Client>(url);
}

std::unique_ptr<MariadbConnection> borrow(st_mysql* handle) {
  return std::make_unique<Client>(handle);
}

}  // namespace dbmig::backend::mariadb
