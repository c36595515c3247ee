#include "import/statement_interrupt.hpp"

#include <chrono>
#include <memory>

#include "dialect/capabilities.hpp"

namespace dbmig::import {
namespace {

constexpr std::chrono::milliseconds kLook{100};

}  // namespace

StatementInterrupt::StatementInterrupt(backend::Connection& connection,
                                       const std::atomic<bool>& stop)
    : stop_(stop) {
  if (!dialect::capabilities(connection.dialect().kind()).is_server) return;
  const std::string session =
      connection.query("SELECT CONNECTION_ID()").rows.at(0).at(0).value_or("0");
  thread_ = std::thread([this, url = connection.url(), session] { watch(url, session); });
}

StatementInterrupt::~StatementInterrupt() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  ended_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void StatementInterrupt::watch(const Url& url, const std::string& session) {
  std::unique_ptr<backend::Connection> other;
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, kLook, [this] { return is_over_; })) {
    if (!stop_) continue;
    try {
      // Repeatedly, because the statements that follow must not wait either.
      if (other == nullptr) other = backend::connect(url, {});
      other->execute("KILL QUERY " + session);
    } catch (const std::exception&) {
      // Without a second connection, the statement ends with its lock wait timeout.
      return;
    }
  }
}

}  // namespace dbmig::import
