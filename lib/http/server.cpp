// The sockets of `dbmig serve`, on cpp-httplib. A module of its own, so that no other command of
// dbmig pays for loading it and the libraries that it brings (TLS, compression).
#include <httplib.h>
#include <sys/socket.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "serve/http.hpp"

namespace dbmig::serve {
namespace {

/// A fixed number of threads, and a bounded number of connections that wait for one: beyond it
/// nothing more is accepted, and the system's own queue holds or refuses the rest.
class BoundedThreads final : public httplib::TaskQueue {
 public:
  BoundedThreads(std::size_t threads, std::size_t max_waiting) : max_waiting_(max_waiting) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }

  /// Whether the task was taken: newer versions of the library ask for it, older ones do not.
  using Taken = decltype(std::declval<httplib::TaskQueue&>().enqueue({}));

  Taken enqueue(std::function<void()> task) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return tasks_.size() < max_waiting_ || ending_; });
    tasks_.push_back(std::move(task));
    changed_.notify_all();
    return static_cast<Taken>(true);
  }

  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void work() {
    while (true) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !tasks_.empty() || ending_; });
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      changed_.notify_all();
      task();
    }
  }

  std::size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

Request request_of(const httplib::Request& from) {
  Request request;
  request.method = from.method;
  request.path = from.path;
  for (const auto& [name, value] : from.params) request.query.emplace_back(name, value);
  for (const auto& [name, value] : from.headers) {
    std::string key = name;
    for (char& c : key) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    request.headers.try_emplace(std::move(key), value);
  }
  request.body = from.body;
  return request;
}

void give(Response&& from, httplib::Response& response) {
  response.status = from.status;
  for (const auto& [name, value] : from.headers) response.set_header(name.c_str(), value);
  response.set_content(std::move(from.body), from.type.c_str());
}

class HttpServer final : public Server {
 public:
  int bind(const ServerOptions& options) override {
    server_.new_task_queue = [options] {
      return new BoundedThreads(options.threads, options.max_waiting);
    };
    server_.set_payload_max_length(options.max_body);
    server_.set_read_timeout(options.timeout);
    server_.set_write_timeout(options.timeout);
    // A browser keeps several connections open, and each of them holds a thread.
    server_.set_keep_alive_timeout(1);
    server_.set_keep_alive_max_count(100);
    server_.set_tcp_nodelay(true);
    // httplib's own options share the port with whoever else listens there (SO_REUSEPORT).
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    errno = 0;
    int port = options.port;
    if (port == 0) {
      port = server_.bind_to_any_port(options.host.c_str());
    } else if (!server_.bind_to_port(options.host.c_str(), port)) {
      port = -1;
    }
    if (port <= 0) {
      throw std::runtime_error(errno == 0 ? "the address is not known here" : std::strerror(errno));
    }
    return port;
  }

  void run(const Handler& handler) override {
    const auto answer = [&handler](const httplib::Request& from, httplib::Response& to) {
      give(handler(request_of(from)), to);
    };
    server_.Get(".*", answer);
    server_.Post(".*", answer);
    // Methods without a route, and what httplib refuses by itself (too large, not HTTP).
    server_.set_error_handler([](const httplib::Request&, httplib::Response& to) {
      if (!to.body.empty()) return;
      to.set_header("X-Content-Type-Options", "nosniff");
      to.set_content(to.status == 413 ? "the request is too large\n" : "this is not answered\n",
                     "text/plain; charset=utf-8");
    });
    server_.listen_after_bind();
  }

  void stop() override { server_.stop(); }

 private:
  httplib::Server server_;
};

}  // namespace
}  // namespace dbmig::serve

/// The module's only entry. The caller owns the result.
extern "C" dbmig::serve::Server* dbmig_serve_server() {
  return new dbmig::serve::HttpServer;
}
