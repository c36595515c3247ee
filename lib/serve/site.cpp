#include "serve/site.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "diagram/page.hpp"
#include "serve/assets.hpp"
#include "serve/browse.hpp"
#include "serve/responses.hpp"
#include "serve/server_info.hpp"
#include "serve/table_json.hpp"
#include "yaml/revision.hpp"

namespace dbmig::serve {
namespace {

using std::chrono::steady_clock;

/// An older schema is inspected again, so that changes by others are seen soon.
constexpr std::chrono::seconds kFresh{3};
constexpr std::size_t kMaxPage = 500;
constexpr std::size_t kMaxFileRows = 100000;
constexpr std::chrono::seconds kForCommand{120};
constexpr std::chrono::seconds kForUpgrade{3600};

Json body_of(const Request& request) {
  Json body = Json::parse(request.body, nullptr, false);
  if (body.is_object()) return body;
  throw Error(ErrorCode::invalid, "the request is not a JSON object").hint("reload the page");
}

std::string text_in(const Json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || !found->is_string()) {
    throw Error(ErrorCode::invalid, fmt::format("the request has no '{}'", name))
        .hint("reload the page");
  }
  return *found;
}

std::size_t count_in(const Request& request, const char* name, std::size_t otherwise,
                     std::size_t most) {
  const std::string text = request.parameter(name);
  if (text.empty()) return otherwise;
  if (text.size() > 9 || text.find_first_not_of("0123456789") != text.npos) {
    throw Error(ErrorCode::invalid, fmt::format("'{}' is not a number of rows", text))
        .hint("write one, as in 50");
  }
  return std::clamp<std::size_t>(std::stoul(text), 1, most);
}

/// `filter=["column","op","value"]`, as often as there are filters.
RowsWanted wanted_of(const Request& request) {
  RowsWanted wanted;
  wanted.table = request.parameter("table");
  wanted.sort = request.parameter("sort");
  wanted.descending = request.parameter("dir") == "desc";
  wanted.limit = count_in(request, "limit", 50, kMaxPage);
  const std::string after = request.parameter("after");
  if (!after.empty()) wanted.after = Json::parse(after, nullptr, false);
  constexpr std::size_t kMaxFilters = 20;
  for (const auto& [name, value] : request.query) {
    if (name != "filter") continue;
    const Json filter = Json::parse(value, nullptr, false);
    const bool is_filter =
        filter.is_array() && filter.size() == 3 &&
        std::all_of(filter.begin(), filter.end(), [](const Json& one) { return one.is_string(); });
    if (!is_filter || wanted.filters.size() == kMaxFilters) {
      throw Error(ErrorCode::invalid, "a filter of the address cannot be read").hint("remove it");
    }
    wanted.filters.push_back({filter[0], filter[1], filter[2]});
  }
  return wanted;
}

Json command_json(const CommandResult& result) {
  return {{"command", result.command},
          {"code", result.code},
          {"document", result.document},
          {"errors", result.errors}};
}

}  // namespace

Site::Site(SiteOptions options, Access& access, Commands& commands)
    : options_(std::move(options)),
      access_(access),
      commands_(commands),
      pool_(options_.url),
      last_request_(steady_clock::now().time_since_epoch().count()) {
  if (options_.project) changes_.emplace(*options_.project, commands_);
}

std::chrono::seconds Site::idle() const {
  const steady_clock::duration last(last_request_.load());
  return std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now().time_since_epoch() -
                                                          last);
}

const std::vector<Site::RouteEntry>& Site::routes() {
  static const std::vector<RouteEntry> all{
      {"GET", "/", &Site::page},
      {"GET", "/diagram", &Site::diagram},
      {"GET", "/api/about", &Site::about},
      {"GET", "/api/tables", &Site::tables},
      {"GET", "/api/table", &Site::table},
      {"GET", "/api/rows", &Site::rows},
      {"GET", "/api/value", &Site::value},
      {"GET", "/api/rows/file", &Site::rows_file},
      {"GET", "/api/server", &Site::server},
      {"GET", "/api/diagram", &Site::diagram_data},
      {"GET", "/api/command", &Site::command},
      {"POST", "/api/query", &Site::query},
      {"POST", "/api/query/file", &Site::query_file},
      {"POST", "/api/plan", &Site::plan},
      {"POST", "/api/upgrade", &Site::upgrade},
      {"POST", "/api/change", &Site::change},
      {"POST", "/api/discard", &Site::discard},
  };
  return all;
}

Response Site::answer(const Request& request) {
  Response response;
  try {
    if (auto refused = access_.check(request)) {
      response = std::move(*refused);
    } else if (request.path == "/serve.css") {
      response = asset(assets::serve_css, "text/css; charset=utf-8");
    } else {
      last_request_ = steady_clock::now().time_since_epoch().count();
      const std::string method = request.method == "HEAD" ? "GET" : request.method;
      const auto& all = routes();
      const auto found = std::find_if(all.begin(), all.end(), [&](const RouteEntry& entry) {
        return method == entry.method && request.path == entry.path;
      });
      if (found != all.end()) {
        response = (this->*found->route)(request);
      } else if (request.path == "/serve.js") {
        response = asset(assets::serve_js, "text/javascript; charset=utf-8");
      } else if (request.path == "/diagram.js") {
        response = asset(diagram::page_script(), "text/javascript; charset=utf-8");
      } else if (request.path == "/diagram.css") {
        response = asset(diagram::page_style(), "text/css; charset=utf-8");
      } else if (request.path == "/diagram-rows.js") {
        response = asset(assets::diagram_rows_js, "text/javascript; charset=utf-8");
      } else {
        response = error_response(
            Error(ErrorCode::not_found, "this page does not exist").hint("start at /"));
      }
    }
  } catch (const Error& error) {
    response = error_response(error);
  } catch (const std::exception& error) {
    response =
        error_response(Error(ErrorCode::failed, fmt::format("internal error: {}", error.what()))
                           .hint("please report it with what you did"));
  }
  Access::harden(response);
  return response;
}

std::shared_ptr<const backend::Inspection> Site::inspection() {
  const std::lock_guard lock(schema_mutex_);
  if (schema_ != nullptr && steady_clock::now() - schema_time_ < kFresh) return schema_;
  ConnectionPool::Lease connection(pool_);
  schema_ = std::make_shared<const backend::Inspection>(
      connection->connection().inspect({.tables = {}, .include_own = true}));
  schema_time_ = steady_clock::now();
  connection.keep();
  return schema_;
}

void Site::forget_inspection() {
  const std::lock_guard lock(schema_mutex_);
  schema_.reset();
}

Response Site::page(const Request&) {
  return asset(assets::serve_html, "text/html; charset=utf-8");
}

Response Site::about(const Request&) {
  ConnectionPool::Lease connection(pool_);
  const Json about = {
      {"database", options_.url.redacted()},
      {"dialect", std::string(to_string(options_.url.dialect))},
      {"server", connection->connection().server()},
      {"version", options_.version},
      {"project", options_.project ? Json(options_.project->root.string()) : Json()},
      {"allow_upgrade", options_.allow_upgrade && options_.project.has_value()},
      {"seconds", options_.limits.time.count() / 1000},
      {"rows", options_.limits.rows},
      {"csrf", access_.csrf()}};
  connection.keep();
  return json_response(about);
}

Response Site::tables(const Request&) {
  const auto found = inspection();
  Json unsupported = Json::array();
  for (const auto& one : found->unsupported) {
    unsupported.push_back(fmt::format("{}: {}", one.object, one.reason));
  }
  return json_response({{"tables", tables_json(found->schema)}, {"unsupported", unsupported}});
}

Response Site::table(const Request& request) {
  return json_response(
      table_json(inspection()->schema, request.parameter("name"), options_.url.dialect));
}

Response Site::rows(const Request& request) {
  const auto found = inspection();
  const RowsWanted wanted = wanted_of(request);
  ConnectionPool::Lease connection(pool_);
  const Json answer = rows_json(*connection, found->schema, wanted, options_.limits.time);
  connection.keep();
  return json_response(answer);
}

Response Site::value(const Request& request) {
  const auto found = inspection();
  const std::string table = request.parameter("table");
  const std::string column = request.parameter("column");
  ConnectionPool::Lease connection(pool_);
  const BoundQuery query =
      value_query(connection->connection().dialect(), found->schema, table, column,
                  Json::parse(request.parameter("key"), nullptr, false));
  std::string content;
  bool is_text = false;
  {
    const auto source = connection->read(query.sql, query.values.cells(), options_.limits.time, 1);
    std::vector<backend::Cell> cells;
    if (!source->next(cells)) {
      throw Error(ErrorCode::not_found, "the row no longer exists").hint("reload the page");
    }
    is_text = cells[0].kind == backend::Cell::Kind::text;
    if (cells[0].bytes.size() > options_.limits.bytes) {
      throw Error(ErrorCode::invalid, fmt::format("the value has {} bytes, too many for this page",
                                                  cells[0].bytes.size()))
          .hint("export the table with `dbmig export`");
    }
    content = is_text || cells[0].kind == backend::Cell::Kind::blob ? std::string(cells[0].bytes)
                                                                    : value_json(cells[0]).dump();
  }
  connection->end();
  connection.keep();
  // As a download: a picture or page that is stored in a row must not act as a part of the site.
  return download(std::move(content), table + "." + column, is_text ? "txt" : "bin", false);
}

Response Site::rows_file(const Request& request) {
  const auto found = inspection();
  RowsWanted wanted = wanted_of(request);
  wanted.limit = kMaxFileRows;
  ConnectionPool::Lease connection(pool_);
  const BoundQuery query = export_query(connection->connection().dialect(), found->schema, wanted);
  QueryLimits limits = options_.limits;
  limits.rows = kMaxFileRows;
  bool is_cut = false;
  const std::string format = request.parameter("format");
  std::string content =
      file_of(*connection, query.sql, query.values.cells(), format, limits, is_cut);
  connection.keep();
  return download(std::move(content), wanted.table, format, is_cut);
}

Response Site::query(const Request& request) {
  const Json body = body_of(request);
  ConnectionPool::Lease connection(pool_);
  // Not kept: whatever the statement did to its session ends with it.
  return json_response(query_json(*connection, text_in(body, "sql"), options_.limits));
}

Response Site::query_file(const Request& request) {
  const Json body = body_of(request);
  const std::string format = text_in(body, "format");
  ConnectionPool::Lease connection(pool_);
  bool is_cut = false;
  std::string content =
      file_of(*connection, text_in(body, "sql"), {}, format, options_.limits, is_cut);
  return download(std::move(content), "query", format, is_cut);
}

Response Site::plan(const Request& request) {
  const Json body = body_of(request);
  ConnectionPool::Lease connection(pool_);
  return json_response(plan_json(*connection, text_in(body, "sql"), options_.limits));
}

Response Site::server(const Request&) {
  ConnectionPool::Lease connection(pool_);
  const Json sections = sections_json(*connection);
  connection.keep();
  return json_response(sections);
}

Response Site::diagram(const Request&) {
  diagram::PageData data;
  data.title = options_.url.redacted();
  diagram::PageOptions how;
  how.live = "/api/diagram";
  how.style_path = "/diagram.css";
  how.script_paths = {"/diagram.js", "/diagram-rows.js"};
  return asset(diagram::page(data, how), "text/html; charset=utf-8");
}

Response Site::diagram_data(const Request&) {
  diagram::PageData data;
  data.title = options_.url.redacted();
  data.subject = "database";
  {
    ConnectionPool::Lease connection(pool_);
    data.schema = connection->connection().inspect({.tables = {}, .include_own = false}).schema;
    if (options_.find_drift) {
      try {
        lay_over(data, options_.find_drift(connection->connection()));
      } catch (const Error& error) {
        data.subject =
            fmt::format("database (changes made by hand are not shown: {})", error.message());
      }
    }
    connection.keep();
  }
  data.dialects = {options_.url.dialect};
  if (options_.project) {
    data.lint = lint::Options{options_.project->lint, options_.project->dialects};
    try {
      data.history = yaml::load_graph(options_.project->version_folders, options_.project->root);
    } catch (const Error&) {  // the page of revisions says what is wrong with them
    }
  }
  Response response;
  response.type = "application/json";
  response.body = diagram::page_json(data);
  return response;
}

/// The commands that the page shows the answers of; nothing else is run by a name that came in.
Response Site::command(const Request& request) {
  static const std::map<std::string, std::vector<std::string>> known{
      {"status", {"status"}},
      {"history", {"history", "--indicate-current"}},
      {"pending", {"upgrade", "--plan"}},
      {"check", {"check"}},
      {"lint", {"lint", "--pending"}},
  };
  const std::string name = request.parameter("name");
  if (name == "show") {
    const std::string revision = request.parameter("revision");
    if (revision.empty() || revision.starts_with('-')) {
      throw Error(ErrorCode::invalid, "this is not a revision").hint("choose one from the history");
    }
    return json_response(command_json(commands_.run({"show", revision}, kForCommand)));
  }
  const auto found = known.find(name);
  if (found == known.end()) {
    throw Error(ErrorCode::not_found, "this page has no such command").hint("reload the page");
  }
  require_project();
  return json_response(command_json(commands_.run(found->second, kForCommand)));
}

Response Site::upgrade(const Request& request) {
  static_cast<void>(body_of(request));
  if (!options_.allow_upgrade) {
    throw Error(ErrorCode::refused, "this server was started without --allow-upgrade")
        .hint("run `dbmig upgrade` in a terminal, or start it with --allow-upgrade");
  }
  const CommandResult result = commands_.run_alone({"upgrade"}, kForUpgrade);
  forget_inspection();
  return json_response(command_json(result));
}

Response Site::change(const Request& request) {
  require_project();
  return json_response(changes_->make(body_of(request)));
}

Response Site::discard(const Request& request) {
  require_project();
  changes_->discard(text_in(body_of(request), "revision"));
  return json_response(Json::object());
}

void Site::require_project() const {
  if (options_.project) return;
  throw Error(ErrorCode::failed, "this folder has no dbmig project")
      .hint("create one with `dbmig init`, then run `dbmig serve` in it");
}

}  // namespace dbmig::serve
