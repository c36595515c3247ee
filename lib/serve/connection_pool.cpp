#include "serve/connection_pool.hpp"

#include <chrono>

#include "base/error.hpp"

namespace dbmig::serve {
namespace {

constexpr std::size_t kMaxConnections = 4;
constexpr std::chrono::seconds kForConnection{5};

}  // namespace

ConnectionPool::Lease::Lease(ConnectionPool& pool) : pool_(pool) {
  {
    std::unique_lock lock(pool_.mutex_);
    if (!pool_.changed_.wait_for(lock, kForConnection,
                                 [&] { return pool_.used_ < kMaxConnections; })) {
      throw Error(ErrorCode::busy, "all connections to the database are busy with other queries")
          .hint("wait until they are done");
    }
    ++pool_.used_;
    if (!pool_.idle_.empty()) {
      connection_ = std::move(pool_.idle_.back());
      pool_.idle_.pop_back();
    }
  }
  try {
    // An idle connection may have been closed by the server.
    if (connection_ != nullptr) connection_->connection().query("SELECT 1");
  } catch (const Error&) {
    connection_.reset();
  }
  try {
    if (connection_ == nullptr) connection_ = backend::connect_read_only(pool_.url_);
  } catch (...) {
    const std::lock_guard lock(pool_.mutex_);
    --pool_.used_;
    pool_.changed_.notify_one();
    throw;
  }
}

ConnectionPool::Lease::~Lease() {
  if (!keeps_) connection_.reset();
  const std::lock_guard lock(pool_.mutex_);
  --pool_.used_;
  if (connection_ != nullptr) pool_.idle_.push_back(std::move(connection_));
  pool_.changed_.notify_one();
}

}  // namespace dbmig::serve
