#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "backend/backend.hpp"
#include "backend/private_server.hpp"
#include "backend/scratch.hpp"
#include "cli/console.hpp"
#include "history/graph.hpp"
#include "schema/model.hpp"
#include "schema/selection.hpp"
#include "yaml/model.hpp"
#include "yaml/project.hpp"

namespace dbmig::cli {

/// What every command is given: the global options, and the project's parts, each read when it is
/// first asked for.
class Context {
 public:
  /// Filled in by the parser.
  struct Globals {
    std::string directory;
    std::string config;
    std::optional<std::string> database;
    std::optional<std::string> url;
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    std::string color = "auto";
  } globals;

  /// 0, or 3 when a command found differences.
  int exit_code = 0;

  /// Puts the global options in force: how the console speaks, and -C. Before a command's work.
  void prepare();
  /// The console's part alone, for errors of the command line itself.
  void configure_console();

  Console& console() { return console_; }
  bool json() const { return globals.json; }
  bool verbose() const { return globals.verbose; }

  const yaml::Project& project();
  /// The project, or null when there is none around: for commands that can do without.
  const yaml::Project* find_project();
  /// Reads the revisions and the model side by side, for commands that need both: most of their
  /// time goes there.
  void read_files();
  const history::Graph& graph();
  /// All of schemas/, its SQL files included. Throws what is wrong with them.
  const schema::Model& model();
  /// The model as it would be with one more file, by the rules of `target` alone if there is one.
  schema::Model model_with(const yaml::SourceFile& file, std::optional<DialectKind> target);
  /// Where the part `path` of the model stands, for messages.
  SourcePosition place_in_model(const std::vector<std::string>& path);
  /// Reads revisions and model anew when they are asked for next: their files changed.
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

  /// The database to work on. With --url no project is needed.
  const Url& url();

  /// How a command means to use the database.
  enum class Access {
    create,    ///< a SQLite file that does not exist is made
    existing,  ///< it must be there
    peek,      ///< one that is not there yet reads as the empty database it would be
  };
  backend::Connection& connection(Access access);
  /// Says which database the command works on, without its password: the first line of every
  /// command that changes a database or judges it. Also that a file is going to be made, and that
  /// DATABASE_URL says something else and is not asked.
  void name_database(Access access);

  /// `path` as people read it: relative to the project's root when it lies below.
  std::string shown(const std::filesystem::path& path);

 private:
  Console console_;
  std::optional<yaml::Project> project_;
  std::optional<history::Graph> graph_;
  const yaml::ModelPart& sql_part();
  /// The revisions of the project; none, with a warning, where their folder does not exist.
  history::Graph load_revisions(const yaml::Project& files);
  /// For both databases, its texts are those that mean the same on each (dialect/two_meanings.hpp).
  schema::Model read_model(std::vector<yaml::SourceFile> more, std::optional<DialectKind> target);

  /// A private server for scratch databases; null when it may not be had.
  const backend::PrivateServer* private_server(PrivateServer start);

  std::unique_ptr<backend::PrivateServer> private_server_;
  std::optional<schema::Model> model_;
  std::optional<yaml::ModelPart> sql_part_;
  std::optional<Url> url_;
  std::unique_ptr<backend::Connection> connection_;
};

}  // namespace dbmig::cli
