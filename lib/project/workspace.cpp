#include "project/workspace.hpp"

#include <fmt/core.h>

#include <exception>
#include <filesystem>
#include <future>
#include <new>
#include <system_error>

#include "backend/database_file.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/two_meanings.hpp"
#include "project/sql_files.hpp"
#include "yaml/json_schema.hpp"
#include "yaml/revision.hpp"

namespace dbmig::project {
namespace {

/// Next to dbmig.yaml: the cache of what was read before.
constexpr const char* kIndex = ".dbmig";

}  // namespace

const yaml::Project& Workspace::project() {
  if (!project_) project_ = yaml::find_project({{}, location.config});
  return *project_;
}

history::Graph Workspace::load_revisions(const yaml::Project& files) {
  std::error_code ignored;
  if (std::filesystem::exists(files.migrations, ignored) || files.version_folders.size() > 1) {
    history::Graph graph = yaml::load_graph(files.version_folders, files.root, files.root / kIndex);
    // A new clone has no JSON Schemas for editors yet: git ignores that folder.
    if (!graph.empty()) yaml::keep_schemas(files.root / kIndex, yaml::KeepSchemas::missing);
    return graph;
  }
  // Git does not track empty folders: a clone of a project without revisions lacks it.
  events().warning("dbmig.revisions",
                   fmt::format("there are no revisions yet: the folder {} does not exist",
                               files.migrations.lexically_relative(files.root).string()));
  return history::Graph({});
}

void Workspace::leave_graph_to_the_system() noexcept {
  // NOLINTNEXTLINE(bugprone-unused-return-value,cppcoreguidelines-owning-memory): on purpose
  if (graph_) static_cast<void>(new (std::nothrow) history::Graph(*graph_));
}

const history::Graph& Workspace::graph() {
  if (!graph_) graph_.emplace(load_revisions(project()));
  return *graph_;
}

void Workspace::read_revisions_and_connect(Access access,
                                           const std::function<void(backend::Connection&)>& more) {
  if (graph_ || connection_) return;
  const yaml::Project& files = project();
  std::error_code ignored;
  const Url& target = url();
  const bool is_made = access == Access::create && target.dialect == DialectKind::sqlite &&
                       !std::filesystem::exists(target.database, ignored);
  // The database file is not created if the revisions cannot be read, and warnings keep their
  // order.
  if (is_made || !std::filesystem::exists(files.migrations, ignored)) {
    graph();
    connection(access);
    return;
  }
  read_revisions_beside([&] { return load_revisions(files); }, [&] { more(connection(access)); });
}

void Workspace::read_files() {
  if (graph_ || model_) return;
  const yaml::Project& files = project();
  read_revisions_beside(
      [&] {
        history::Graph graph = load_revisions(files);
        try {
          static_cast<void>(graph.fold());  // which keeps the result
        } catch (const Error&) {  // NOLINT(bugprone-empty-catch): said by who needs the schema
        }
        return graph;
      },
      [this] { model(); });
}

void Workspace::read_revisions_beside(const std::function<history::Graph()>& read,
                                      const std::function<void()>& work) {
  std::future<history::Graph> graph = std::async(std::launch::async, read);
  std::exception_ptr problem;
  try {
    work();
  } catch (const Error&) {
    problem = std::current_exception();
  }
  // Errors in the revisions come first, as when they are read sequentially.
  graph_.emplace(graph.get());
  if (problem) std::rethrow_exception(problem);
}

const yaml::Project* Workspace::find_project() {
  if (project_) return &*project_;
  try {
    return &project();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found || !location.config.empty()) throw;
    return nullptr;
  }
}

const yaml::ModelPart& Workspace::sql_part() {
  if (!sql_part_) sql_part_ = read_model_part(*this);
  return *sql_part_;
}

const schema::Model& Workspace::model() {
  if (!model_) model_ = read_model({}, project().only_dialect());
  return *model_;
}

schema::Model Workspace::model_with(const yaml::SourceFile& file,
                                    std::optional<DialectKind> target) {
  return read_model({file}, target);
}

schema::Model Workspace::read_model(std::vector<yaml::SourceFile> more,
                                    std::optional<DialectKind> target) {
  schema::Model model = yaml::load_model(project().schemas, project().root,
                                         {.more = std::move(more),
                                          .part = sql_part(),
                                          .target = target,
                                          .selection = project().selection,
                                          .kept_in = project().root / kIndex});
  if (target) return model;
  schema::Schema both = dialect::for_both(model.schema);
  // SQL files are written for one database.
  for (const auto& [name, table] : sql_part().schema.tables) {
    const auto found = model.schema.tables.find(name);
    if (found != model.schema.tables.end()) both.tables[name] = found->second;
  }
  for (const auto& [name, view] : sql_part().schema.views) {
    const auto found = model.schema.views.find(name);
    if (found != model.schema.views.end()) both.views[name] = found->second;
  }
  for (const auto& [name, trigger] : sql_part().schema.triggers) {
    const auto found = model.schema.triggers.find(name);
    if (found != model.schema.triggers.end()) both.triggers[name] = found->second;
  }
  model.schema = std::move(both);
  return model;
}

SourcePosition Workspace::place_in_model(const std::vector<std::string>& path) {
  return yaml::place_in_model(
      project().schemas, project().root,
      {.part = sql_part(), .target = project().only_dialect(), .selection = project().selection},
      path);
}

void Workspace::forget_files() {
  graph_.reset();
  model_.reset();
}

schema::Selection Workspace::selection() {
  const yaml::Project* found = find_project();
  return found == nullptr ? schema::Selection{} : found->selection;
}

backend::ScratchOptions Workspace::scratch_options(DialectKind kind, PrivateServer start) {
  backend::ScratchOptions options{.kind = kind};
  if (!dialect::capabilities(kind).is_server) return options;
  const yaml::Project* found = find_project();
  const yaml::ScratchServer setting =
      yaml::scratch_server(found == nullptr ? yaml::Project{} : *found, host_.environment);
  using Kind = yaml::ScratchServer::Kind;
  if (setting.kind == Kind::named) {
    options.server = setting.url;
    return options;
  }
  if (found != nullptr || location.url) {
    const Url& own = url();
    if (own.dialect == DialectKind::mariadb) options.server = own;
  }
  if (setting.kind == Kind::off) return options;
  if (options.server && (private_server_ == nullptr || start == PrivateServer::join_only)) {
    const std::string why_not = backend::why_no_scratch(options);
    if (why_not.empty()) return options;
    events().debug("dbmig.scratch", why_not);
    if (!backend::find_mariadbd()) return options;
  }
  if (const backend::PrivateServer* server = private_server(start)) options.server = server->url();
  return options;
}

const backend::PrivateServer* Workspace::private_server(PrivateServer start) {
  if (private_server_ != nullptr) return private_server_.get();
  const backend::PrivateServerOptions options = host_.private_server();
  const bool is_there =
      backend::private_server_version(backend::private_server_folder(options)).has_value();
  if (!is_there && (start == PrivateServer::join_only || !backend::find_mariadbd())) return nullptr;
  begin_long_work();
  private_server_ = std::make_unique<backend::PrivateServer>(options, events(), stop());
  return private_server_.get();
}

Url Workspace::url_of(const std::string& text, bool is_url) {
  if (is_url) return yaml::database_url({}, text, std::nullopt, host_.environment);
  return yaml::database_url(project(), std::nullopt, text, host_.environment);
}

void Workspace::use(const Url& database) {
  url_ = database;
  connection_.reset();
}

const Url& Workspace::url() {
  if (!url_) {
    const yaml::Project& base = location.url ? yaml::Project{} : project();
    url_ = yaml::database_url(base, location.url, location.database, host_.environment);
  }
  return *url_;
}

backend::Connection& Workspace::connection(Access access) {
  if (connection_) return *connection_;
  Url target = url();
  if (access == Access::peek && backend::is_missing_file(target)) {
    events().warning("dbmig.run",
                     fmt::format("{} does not exist yet; it is treated as empty", shown_url()));
    target = backend::or_empty(std::move(target));
  }
  const yaml::Project* found = find_project();
  if (found != nullptr && found->only_dialect().value_or(target.dialect) != target.dialect) {
    events().warning(
        "dbmig.run",
        fmt::format("dbmig.yaml says dialects: [{}], but {} is another kind of database",
                    to_string(*found->only_dialect()), target.redacted()));
  }
  try {
    connection_ =
        backend::connect(target, {.create = access == Access::create, .lock_wait = lock_wait});
  } catch (const Error& error) {
    const bool is_to_be_made = found != nullptr && error.code() == ErrorCode::not_found &&
                               access == Access::existing && backend::is_missing_file(target);
    if (!is_to_be_made) throw;
    throw Error(error.code(), error.message())
        .hint(fmt::format("check the path in the database URL, or create it with: dbmig {}upgrade",
                          location.url ? fmt::format("--url '{}' ", shown_url()) : ""));
  }
  return *connection_;
}

std::string Workspace::shown_url() {
  Url target = url();
  if (backend::database_file(target) && find_project() != nullptr)
    target.database = shown(target.database);
  return target.redacted();
}

void Workspace::name_database(Access access) {
  const Url& target = url();
  const bool is_new = access == Access::create && backend::is_missing_file(target);
  const bool is_chosen = location.url || location.database;
  const auto variable = host_.environment("DATABASE_URL");
  if (!is_chosen && variable && !variable->empty() &&
      project().database.find("DATABASE_URL") == std::string::npos) {
    events().warning("dbmig.database",
                     fmt::format("the environment variable DATABASE_URL is set but not used: "
                                 "`database` in dbmig.yaml does not name it"));
  }
  if (target.in_memory()) {
    events().warning(
        "dbmig.database",
        "this database is in memory: it is empty at first, and lost when the command ends");
  }
  events().info("dbmig.database", (is_new ? "new database " : "") + shown_url());
}

std::string Workspace::shown(const std::filesystem::path& path) {
  const yaml::Project* project = find_project();
  if (project == nullptr) return path.string();
  const std::filesystem::path relative = path.lexically_relative(project->root);
  if (relative.empty() || *relative.begin() == "..") return path.string();
  return relative.string();
}

}  // namespace dbmig::project
