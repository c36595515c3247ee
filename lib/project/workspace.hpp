#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "backend/backend.hpp"
#include "backend/private_server.hpp"
#include "backend/scratch.hpp"
#include "base/event.hpp"
#include "history/graph.hpp"
#include "schema/model.hpp"
#include "schema/selection.hpp"
#include "yaml/model.hpp"
#include "yaml/project.hpp"

namespace dbmig::project {

/// Which project, and which of its databases.
struct Location {
  std::string config;                   ///< the settings file; empty: dbmig.yaml, searched upwards
  std::optional<std::string> database;  ///< a name of its `databases`
  std::optional<std::string> url;       ///< this database, overriding dbmig.yaml
  std::vector<std::string> variables;   ///< name=value, for plain SQL; --var
};

/// What the surrounding program provides. All of it must outlive the workspace.
struct Host {
  EventSink& events;
  /// Set to true to stop the work; null: never.
  const std::atomic<bool>* stop = nullptr;
  /// Called before work that can be stopped with `stop`.
  std::function<void()> before_long_work = [] {};
  /// A variable of the environment, for `${NAME}` in dbmig.yaml.
  std::function<std::optional<std::string>(const std::string&)> environment =
      [](const std::string&) { return std::nullopt; };
  /// Runs `work`, described by `what` ("Generating migrations/1975_a.yaml"), for programs that show
  /// when it begins and how it ends.
  std::function<void(const std::string& what, const std::function<void()>& work)> show_work =
      [](const std::string&, const std::function<void()>& work) { work(); };
  /// The options for a private MariaDB server for scratch databases. Called at most once.
  std::function<backend::PrivateServerOptions()> private_server = [] {
    return backend::PrivateServerOptions{};
  };
};

/// A project and its database: each part is read when it is first needed, and kept. Not
/// thread-safe.
class Workspace {
 public:
  explicit Workspace(Host host) : host_(std::move(host)) {}

  /// How a command means to use the database.
  enum class Access {
    create,    ///< a missing SQLite file is created
    existing,  ///< it must exist
    peek,      ///< a missing one is read as an empty database
  };

  /// May be changed until the first part is read.
  Location location;
  /// How long the database's statements wait for the locks of others (backend::ConnectOptions). May
  /// be changed until it is connected.
  std::optional<std::chrono::seconds> lock_wait;

  EventSink& events() { return host_.events; }
  const std::atomic<bool>* stop() const { return host_.stop; }
  const std::function<std::optional<std::string>(const std::string&)>& environment() const {
    return host_.environment;
  }
  /// To be called before work that can be stopped with `stop`.
  void begin_long_work() { host_.before_long_work(); }
  /// Runs `work` and lets the host show it.
  void show_work(const std::string& what, const std::function<void()>& work) {
    host_.show_work(what, work);
  }

  const yaml::Project& project();
  /// The project, or null if there is none: for commands that can do without.
  const yaml::Project* find_project();
  /// Reads the revisions, with their schema, and the model in parallel, for commands that need
  /// both: they take most of the time.
  void read_files();
  const history::Graph& graph();
  /// Reads the revisions and in parallel opens the database and calls `more` with it: with a long
  /// history, each takes time. If both are already there, or one has to wait for the other, `more`
  /// is not called.
  void read_revisions_and_connect(Access access,
                                  const std::function<void(backend::Connection&)>& more);
  /// At the end of a process: destroying a history of 10,000 revisions takes longer than looking
  /// one up, and the system reclaims the memory at once.
  void leave_graph_to_the_system() noexcept;
  /// All of schemas/, including its SQL files. Throws their errors.
  const schema::Model& model();
  /// The model as it would be with one more file; by the rules of `target` only, if given.
  schema::Model model_with(const yaml::SourceFile& file, std::optional<DialectKind> target);
  /// The position of the part `path` of the model, for messages.
  SourcePosition place_in_model(const std::vector<std::string>& path);
  /// Lets revisions and model be read again on next use, because their files changed.
  void forget_files();

  /// The objects of a shared database that belong to this project; all of them without a project.
  schema::Selection selection();
  /// Whether a command may start a private server for scratch databases.
  enum class PrivateServer { may_start, join_only };
  /// How scratch databases of `kind` are created. MariaDB: on the server that `scratch:` names,
  /// otherwise on that of the database if the user may create databases there, otherwise on a
  /// private one, which runs at least as long as this object. Without `server` in the result there
  /// is none.
  backend::ScratchOptions scratch_options(DialectKind kind,
                                          PrivateServer start = PrivateServer::may_start);
  /// The database that `text`, a URL or a name of dbmig.yaml's `databases`, names.
  Url url_of(const std::string& text, bool is_url);

  /// Uses this database from here on, overriding `location`.
  void use(const Url& database);
  /// The database to work on. With a URL in `location`, no project is needed.
  const Url& url();

  backend::Connection& connection(Access access);
  /// Reports which database the command works on, without its password: the first line of every
  /// command that changes a database or reports on it. Also reports that a file will be created,
  /// and that DATABASE_URL is set but not used.
  void name_database(Access access);

  /// `path` for people: relative to the project's root if it is below it.
  std::string shown(const std::filesystem::path& path);
  /// The database's URL without its password, with a file's path as in shown().
  std::string shown_url();

 private:
  const yaml::ModelPart& sql_part();
  /// The project's revisions; none, with a warning, if their folder does not exist.
  history::Graph load_revisions(const yaml::Project& files);
  /// Calls `read` for the revisions in a thread while `work` runs in this one.
  void read_revisions_beside(const std::function<history::Graph()>& read,
                             const std::function<void()>& work);
  /// For both databases, texts mean the same on each (dialect/two_meanings.hpp).
  schema::Model read_model(std::vector<yaml::SourceFile> more, std::optional<DialectKind> target);

  /// A private server for scratch databases; null if there is none.
  const backend::PrivateServer* private_server(PrivateServer start);

  Host host_;
  std::optional<yaml::Project> project_;
  std::optional<history::Graph> graph_;
  std::unique_ptr<backend::PrivateServer> private_server_;
  std::optional<schema::Model> model_;
  std::optional<yaml::ModelPart> sql_part_;
  std::optional<Url> url_;
  std::unique_ptr<backend::Connection> connection_;
};

}  // namespace dbmig::project
