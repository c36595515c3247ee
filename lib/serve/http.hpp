#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dbmig::serve {

/// A request of HTTP as a value.
struct Request {
  std::string method;                                      ///< "GET", "POST"
  std::string path;                                        ///< decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  std::map<std::string, std::string> headers;  ///< names in lower case; of several, the first
  std::string body;

  /// The header's value; empty when there is none.
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
  /// The first value of a parameter of the query; empty when there is none.
  std::string parameter(const std::string& name) const {
    for (const auto& [key, value] : query) {
      if (key == name) return value;
    }
    return {};
  }
};

struct Response {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Answers a request. Called from several threads at once; never throws.
using Handler = std::function<Response(const Request&)>;

struct ServerOptions {
  std::string host;                  ///< an address or a name to listen at
  int port = 0;                      ///< 0: any free one
  std::size_t max_body = 1 << 20;    ///< bytes; what is larger is answered with 413
  std::size_t threads = 8;           ///< requests at once
  std::size_t max_waiting = 64;      ///< connections that wait for a thread
  std::chrono::seconds timeout{10};  ///< with a client that sends or reads slowly
};

/// Listens and hands requests to the handler: the only part that knows sockets. It lives in a
/// module of its own, see serve/http_module.hpp.
class Server {
 public:
  virtual ~Server() = default;
  /// Binds the port; the number it got. Throws std::runtime_error with errno's words.
  virtual int bind(const ServerOptions& options) = 0;
  /// Serves until stop(), which may come from any thread.
  virtual void run(const Handler& handler) = 0;
  virtual void stop() = 0;
};

}  // namespace dbmig::serve
