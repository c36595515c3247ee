#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "backend/backend.hpp"
#include "cli/console.hpp"
#include "history/graph.hpp"
#include "schema/model.hpp"
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
  const history::Graph& graph();
  const schema::Model& model();

  /// The database to work on. With --url no project is needed.
  const Url& url();

  /// How a command means to use the database.
  enum class Access {
    create,    ///< a SQLite file that does not exist is made
    existing,  ///< it must be there
    peek,      ///< one that is not there yet reads as the empty database it would be
  };
  backend::Connection& connection(Access access);

  /// `path` as people read it: relative to the project's root when it lies below.
  std::string shown(const std::filesystem::path& path);

 private:
  Console console_;
  std::optional<yaml::Project> project_;
  std::optional<history::Graph> graph_;
  std::optional<schema::Model> model_;
  std::optional<Url> url_;
  std::unique_ptr<backend::Connection> connection_;
};

}  // namespace dbmig::cli
