#pragma once

#include <atomic>
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
  std::string config;  ///< the settings file; empty: dbmig.yaml, looked for upwards
  std::optional<std::string> database;  ///< a name of its `databases`
  std::optional<std::string> url;       ///< this database, whatever dbmig.yaml says
  std::vector<std::string> variables;   ///< name=value, of plain SQL; --var
};

/// What the program around a workspace lends it. All of it must outlive the workspace.
struct Host {
  EventSink& events;
  /// Becomes true when the work is to stop; null: it never does.
  const std::atomic<bool>* stop = nullptr;
  /// Called before work that ends in order when `stop` becomes true.
  std::function<void()> before_long_work = [] {};
  /// A variable of the environment, for `${NAME}` in dbmig.yaml.
  std::function<std::optional<std::string>(const std::string&)> environment =
      [](const std::string&) { return std::nullopt; };
  /// Runs `work`, which writes what `what` says ("Generating migrations/1975_a.yaml"): for those
  /// who show that it begins and how it ended.
  std::function<void(const std::string& what, const std::function<void()>& work)> show_work =
      [](const std::string&, const std::function<void()>& work) { work(); };
  /// How a private MariaDB server for scratch databases is kept, when one is needed. Asked once.
  std::function<backend::PrivateServerOptions()> private_server = [] {
    return backend::PrivateServerOptions{};
  };
};

/// A project and its database: each part is read when it is first asked for, and kept. Not for use
/// by two threads at once.
class Workspace {
 public:
  explicit Workspace(Host host) : host_(std::move(host)) {}

  /// How a command means to use the database.
  enum class Access {
    create,    ///< a SQLite file that does not exist is made
    existing,  ///< it must be there
    peek,      ///< one that is not there yet reads as the empty database it would be
  };

  /// May be changed until the first part was asked for.
  Location location;

  EventSink& events() { return host_.events; }
  const std::atomic<bool>* stop() const { return host_.stop; }
  const std::function<std::optional<std::string>(const std::string&)>& environment() const {
    return host_.environment;
  }
  /// Before work that ends in order when `stop` becomes true.
  void begin_long_work() { host_.before_long_work(); }
  /// Runs `work` and lets the host show it.
  void show_work(const std::string& what, const std::function<void()>& work) {
    host_.show_work(what, work);
  }

  const yaml::Project& project();
  /// The project, or null when there is none around: for commands that can do without.
  const yaml::Project* find_project();
  /// Reads the revisions, with the schema that they lead to, and the model side by side, for
  /// commands that need both: most of their time goes there.
  void read_files();
  const history::Graph& graph();
  /// Reads the revisions, and side by side with that opens the database and does `more` with it:
  /// each of a long history takes time. Where both are there already, or one has to wait for the
  /// other, `more` is not done.
  void read_revisions_and_connect(Access access,
                                  const std::function<void(backend::Connection&)>& more);
  /// At the end of a process: to take a history of 10,000 revisions apart takes longer than to look
  /// one up, and the system takes the memory back at once.
  void leave_graph_to_the_system() noexcept;
  /// All of schemas/, its SQL files included. Throws what is wrong with them.
  const schema::Model& model();
  /// The model as it would be with one more file, by the rules of `target` alone if there is one.
  schema::Model model_with(const yaml::SourceFile& file, std::optional<DialectKind> target);
  /// Where the part `path` of the model stands, for messages.
  SourcePosition place_in_model(const std::vector<std::string>& path);
  /// Reads revisions and model again on next use: their files changed.
  void forget_files();

  /// What of a shared database is this project's; everything outside of a project.
  schema::Selection selection();
  /// Whether a command may start a private server for scratch databases.
  enum class PrivateServer { may_start, join_only };
  /// How scratch databases of `kind` are made. MariaDB: on the server that `scratch:` names, else
  /// on that of the database to work on where the user may make databases, else on a private one,
  /// which runs at least as long as this value. Without `server` in the result there is none.
  backend::ScratchOptions scratch_options(DialectKind kind,
                                          PrivateServer start = PrivateServer::may_start);
  /// The database that `text`, a URL or a name of dbmig.yaml's `databases`, means.
  Url url_of(const std::string& text, bool is_url);

  /// Works on this database from here on, whatever `location` says.
  void use(const Url& database);
  /// The database to work on. With a URL in `location` no project is needed.
  const Url& url();

  backend::Connection& connection(Access access);
  /// Says which database the command works on, without its password: the first line of every
  /// command that changes a database or judges it. Also that a file is going to be made, and that
  /// DATABASE_URL says something else and is not asked.
  void name_database(Access access);

  /// `path` as people read it: relative to the project's root when it lies below.
  std::string shown(const std::filesystem::path& path);
  /// The database's URL without its password, a file's path as shown() has it.
  std::string shown_url();

 private:
  const yaml::ModelPart& sql_part();
  /// The revisions of the project; none, with a warning, where their folder does not exist.
  history::Graph load_revisions(const yaml::Project& files);
  /// Reads the revisions by `read` in a thread while `work` runs in this one.
  void read_revisions_beside(const std::function<history::Graph()>& read,
                             const std::function<void()>& work);
  /// For both databases, its texts are those that mean the same on each (dialect/two_meanings.hpp).
  schema::Model read_model(std::vector<yaml::SourceFile> more, std::optional<DialectKind> target);

  /// A private server for scratch databases; null when it may not be had.
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
