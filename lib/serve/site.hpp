#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backend/read_only.hpp"
#include "serve/access.hpp"
#include "serve/changes.hpp"
#include "serve/commands.hpp"
#include "serve/connection_pool.hpp"
#include "serve/console.hpp"
#include "serve/drift.hpp"
#include "serve/http.hpp"
#include "yaml/project.hpp"

namespace dbmig::serve {

struct SiteOptions {
  Url url;
  std::optional<yaml::Project> project = {};  ///< none: only the database is shown
  bool allow_upgrade = false;
  QueryLimits limits = {};
  std::string version = {};
  FindDrift find_drift = {};  ///< none: the diagram shows the database alone
};

/// Everything that the server answers, without a socket: a request in, a response out. Thread-safe.
class Site {
 public:
  /// `access` and `commands` must outlive it.
  Site(SiteOptions options, Access& access, Commands& commands);

  /// Never throws: what goes wrong is an answer.
  Response answer(const Request& request);

  /// Since the last request that had a session.
  std::chrono::seconds idle() const;

 private:
  using Route = Response (Site::*)(const Request&);
  struct RouteEntry {
    const char* method;
    const char* path;
    Route route;
  };
  static const std::vector<RouteEntry>& routes();

  Response page(const Request& request);
  Response about(const Request& request);
  Response tables(const Request& request);
  Response table(const Request& request);
  Response rows(const Request& request);
  Response value(const Request& request);
  Response rows_file(const Request& request);
  Response query(const Request& request);
  Response query_file(const Request& request);
  Response plan(const Request& request);
  Response server(const Request& request);
  Response diagram(const Request& request);
  Response diagram_data(const Request& request);
  Response command(const Request& request);
  Response upgrade(const Request& request);
  Response change(const Request& request);
  Response discard(const Request& request);

  /// Throws Error{failed} where there is none.
  void require_project() const;
  /// The database's schema, inspected again when the last result is some seconds old.
  std::shared_ptr<const backend::Inspection> inspection();
  void forget_inspection();

  SiteOptions options_;
  Access& access_;
  Commands& commands_;
  std::optional<Changes> changes_;
  ConnectionPool pool_;
  std::mutex schema_mutex_;
  std::shared_ptr<const backend::Inspection> schema_;
  std::chrono::steady_clock::time_point schema_time_ = {};
  std::atomic<std::chrono::steady_clock::rep> last_request_;
};

}  // namespace dbmig::serve
