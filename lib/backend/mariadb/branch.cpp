#include "backend/branch.hpp"

#include <fmt/core.h>

#include <charconv>
#include <utility>

#include "base/error.hpp"

namespace dbmig::backend {
namespace {

/// `'gtrid','bqual'`, as the XA statements take it.
/// https://mariadb.com/kb/en/xa-transactions/
std::string xid(const Connection& connection, const BranchId& id) {
  return connection.dialect().quote_string(id.transaction) + "," +
         connection.dialect().quote_string(id.branch);
}

std::size_t xa_number(const Value& value) {
  std::size_t result = 0;
  if (value) std::from_chars(value->data(), value->data() + value->size(), result);
  return result;
}

class XaBranch final : public Branch {
 public:
  XaBranch(const Url& url, const BranchId& id)
      : connection_(connect(url)), xid_(xid(*connection_, id)) {
    connection_->execute("XA START " + xid_);
    state_ = State::active;
  }
  ~XaBranch() override {
    if (state_ == State::active) rollback();
  }
  XaBranch(const XaBranch&) = delete;
  XaBranch& operator=(const XaBranch&) = delete;

  Connection& connection() override { return *connection_; }
  void prepare() override {
    connection_->execute("XA END " + xid_);
    connection_->execute("XA PREPARE " + xid_);
    state_ = State::prepared;
  }
  void commit() override {
    connection_->execute("XA COMMIT " + xid_);
    state_ = State::over;
  }
  void rollback() noexcept override {
    if (state_ == State::over) return;
    try {
      if (state_ == State::active) end();
      connection_->execute("XA ROLLBACK " + xid_);
      state_ = State::over;
    } catch (const std::exception&) {
      // The connection is gone: the server has rolled back what was not prepared.
    }
  }

 private:
  /// Fails when the server has ended it by itself (deadlock), or it was ended before.
  void end() noexcept {
    try {
      connection_->execute("XA END " + xid_);
    } catch (const std::exception&) {
    }
  }

  enum class State { over, active, prepared };
  std::unique_ptr<Connection> connection_;
  std::string xid_;
  State state_ = State::over;
};

}  // namespace

std::unique_ptr<Branch> begin_branch(const Url& url, const BranchId& id) {
  if (url.dialect != DialectKind::mariadb) {
    throw Error(ErrorCode::failed, "SQLite has no transactions of several connections");
  }
  return std::make_unique<XaBranch>(url, id);
}

std::optional<std::string> why_no_branches(Connection& connection) {
  if (connection.dialect().kind() != DialectKind::mariadb) return "SQLite has one writer at a time";
  // A cluster replicates no XA.
  const auto rows = connection.query("SHOW VARIABLES LIKE 'wsrep_on'").rows;
  if (!rows.empty() && rows.front().at(1) == "ON") return "a Galera cluster has no XA transactions";
  try {
    connection.query("XA RECOVER");
  } catch (const Error& error) {
    return fmt::format("the server does not allow XA: {}", error.message());
  }
  return std::nullopt;
}

std::vector<BranchId> prepared_branches(Connection& connection, const std::string& transaction) {
  std::vector<BranchId> found;
  // formatID, gtrid_length, bqual_length, data
  for (const auto& row : connection.query("XA RECOVER").rows) {
    const std::string data = row.at(3).value_or("");
    const std::size_t length = xa_number(row.at(1));
    if (length > data.size() || data.substr(0, length) != transaction) continue;
    found.push_back({transaction, data.substr(length, xa_number(row.at(2)))});
  }
  return found;
}

void finish_branch(Connection& connection, const BranchId& id, bool commits) {
  connection.execute((commits ? "XA COMMIT " : "XA ROLLBACK ") + xid(connection, id));
}

}  // namespace dbmig::backend
