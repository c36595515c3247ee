#include "fault/faulty_connection.hpp"

#include <mysql.h>
#include <sys/socket.h>

#include "backend/bulk.hpp"
#include "backend/mariadb/connection.hpp"
#include "backend/row_source.hpp"

namespace dbmig::fault {
namespace {

using backend::Connection;
using backend::Rows;
using backend::Value;

class LimitedLock final : public backend::MigrationLock {
 public:
  LimitedLock(std::unique_ptr<MigrationLock> inner, std::string limit)
      : inner_(std::move(inner)), limit_(std::move(limit)) {}
  std::string limit() const override { return limit_; }

 private:
  std::unique_ptr<MigrationLock> inner_;
  std::string limit_;
};

class Faulty final : public Connection {
 public:
  Faulty(std::unique_ptr<Connection> inner, Plan& plan) : inner_(std::move(inner)), plan_(plan) {}

  const dialect::Dialect& dialect() const override { return inner_->dialect(); }
  std::string server() const override { return inner_->server(); }
  const Url& url() const override { return inner_->url(); }

  void execute(std::string_view sql) override {
    if (plan_.on_statement && !is_lost_) plan_.on_statement(sql);
    call(sql, [&] { inner_->execute(sql); });
  }
  std::size_t execute(std::string_view sql, std::span<const Value> values) override {
    return call(sql, [&] { return inner_->execute(sql, values); });
  }
  Rows query(std::string_view sql, std::span<const Value> values) override {
    return call(sql, [&] { return inner_->query(sql, values); });
  }
  std::unique_ptr<backend::RowSource> read_rows(std::string_view sql) override {
    return call(sql, [&] { return inner_->read_rows(sql); });
  }
  void begin_snapshot() override {
    call("BEGIN", [&] { inner_->begin_snapshot(); });
  }
  bool fire_triggers(bool on) noexcept override { return !is_lost_ && inner_->fire_triggers(on); }
  void begin() override {
    call("BEGIN", [&] { inner_->begin(); });
  }
  void commit() override {
    call("COMMIT", [&] { inner_->commit(); });
  }
  void rollback() noexcept override {
    if (!is_lost_) inner_->rollback();
  }
  bool in_transaction() override { return !is_lost_ && inner_->in_transaction(); }
  void savepoint(const std::string& name) override {
    call("SAVEPOINT", [&] { inner_->savepoint(name); });
  }
  void release_savepoint(const std::string& name) override {
    call("RELEASE SAVEPOINT", [&] { inner_->release_savepoint(name); });
  }
  void rollback_to_savepoint(const std::string& name) override {
    call("ROLLBACK TO SAVEPOINT", [&] { inner_->rollback_to_savepoint(name); });
  }
  std::unique_ptr<backend::MigrationLock> lock(std::chrono::seconds timeout,
                                               const std::function<void()>& on_wait) override {
    auto lock = call("lock", [&] { return inner_->lock(timeout, on_wait); });
    return std::make_unique<LimitedLock>(std::move(lock), plan_.lock_limit);
  }
  void begin_migration(std::chrono::seconds lock_wait) override {
    call("begin migration", [&] { inner_->begin_migration(lock_wait); });
  }
  void commit_migration() override {
    call("commit migration", [&] { inner_->commit_migration(); });
  }
  void abort_migration() noexcept override {
    if (!is_lost_) inner_->abort_migration();
  }
  std::vector<std::string> foreign_key_violations(std::size_t limit) override {
    return call("foreign key check", [&] { return inner_->foreign_key_violations(limit); });
  }
  std::unique_ptr<backend::OrphanWatch> watch_orphans() override {
    return call("watch orphans", [&] { return inner_->watch_orphans(); });
  }
  backend::Inspection inspect(const backend::InspectOptions& options) override {
    return call("inspect", [&] { return inner_->inspect(options); });
  }
  schema::Schema canonical(const schema::Schema& schema) override {
    return call("canonical", [&] { return inner_->canonical(schema); });
  }
  std::string fingerprint(std::string_view sql) override {
    return call("fingerprint", [&] { return inner_->fingerprint(sql); });
  }
  std::vector<dialect::DependentObject> dependent_objects() override {
    return call("dependent_objects", [&] { return inner_->dependent_objects(); });
  }
  std::unique_ptr<backend::BulkSink> bulk_sink(const schema::Table& table,
                                               const std::vector<std::string>& columns,
                                               backend::OnDuplicate on_duplicate) override {
    return inner_->bulk_sink(table, columns, on_duplicate);
  }

 private:
  template <class Work>
  auto call(std::string_view sql, const Work& work) -> decltype(work()) {
    if (is_lost_) throw lost(sql);
    const std::size_t number = ++plan_.calls;
    if (plan_.struck && plan_.lost_after > 0 && number == plan_.strike_at + plan_.lost_after) {
      lose();
      throw lost(sql);
    }
    if (number != plan_.strike_at) return work();
    plan_.struck = true;
    if (plan_.fails_only) throw failed(sql);
    if (plan_.moment == Moment::after) {
      try {
        work();
      } catch (...) {
        lose();
        throw lost(sql);
      }
    }
    lose();
    throw lost(sql);
  }

  /// The server sees its end of the connection close. SQLite rolls back when it is closed.
  void lose() {
    is_lost_ = true;
    auto* client = dynamic_cast<backend::mariadb::MariadbConnection*>(inner_.get());
    if (client != nullptr) ::shutdown(mysql_get_socket(client->native()), SHUT_RDWR);
  }

  bool is_sqlite() const { return dialect().kind() == DialectKind::sqlite; }

  Error lost(std::string_view sql) const {
    constexpr int kIoError = 10;
    constexpr int kServerLost = 2013;
    return Error(is_sqlite() ? ErrorCode::io : ErrorCode::connection, "the connection broke here")
        .native(is_sqlite() ? kIoError : kServerLost)
        .sql(std::string(sql));
  }

  Error failed(std::string_view sql) const {
    constexpr int kFull = 13;
    constexpr int kDiskFull = 1021;
    return Error(ErrorCode::io, "the disk is full here")
        .native(is_sqlite() ? kFull : kDiskFull)
        .sql(std::string(sql));
  }

  std::unique_ptr<Connection> inner_;
  Plan& plan_;
  bool is_lost_ = false;
};

}  // namespace

std::unique_ptr<backend::Connection> faulty(std::unique_ptr<backend::Connection> inner,
                                            Plan& plan) {
  return std::make_unique<Faulty>(std::move(inner), plan);
}

}  // namespace dbmig::fault
