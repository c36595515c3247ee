#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "backend/read_only.hpp"

namespace dbmig::serve {

/// A few read-only connections to one database, each used by one request at a time. Thread-safe.
class ConnectionPool {
 public:
  explicit ConnectionPool(Url url) : url_(std::move(url)) {}

  /// A connection for one request. The destructor returns it to the pool if keep() was called, and
  /// closes it otherwise.
  class Lease {
   public:
    /// Waits a few seconds for a free connection. Throws Error{busy} then, and what connecting
    /// throws.
    explicit Lease(ConnectionPool& pool);
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();
    backend::ReadOnlyConnection& operator*() const { return *connection_; }
    backend::ReadOnlyConnection* operator->() const { return connection_.get(); }
    /// To be called after success: the connection may be used again.
    void keep() { keeps_ = true; }

   private:
    ConnectionPool& pool_;
    std::unique_ptr<backend::ReadOnlyConnection> connection_;
    bool keeps_ = false;
  };

 private:
  Url url_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<backend::ReadOnlyConnection>> idle_;
};

}  // namespace dbmig::serve
