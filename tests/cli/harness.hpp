#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/dialect_kind.hpp"
#include "base/url.hpp"

namespace dbmig::test {

/// What a program left behind.
struct Result {
  int code = -1;   ///< exit code; -1 when a signal ended it
  int signal = 0;  ///< that signal
  std::string out;
  std::string err;

  /// stdout as JSON; a failure when it is none.
  nlohmann::json json() const;
};

/// For gtest's messages: the whole of a Result.
std::ostream& operator<<(std::ostream& out, const Result& result);

/// A program under way. The destructor kills what still runs.
class Process {
 public:
  struct Options {
    std::filesystem::path directory;
    /// On top of the caller's environment; nothing removes a variable.
    std::map<std::string, std::optional<std::string>> environment;
    std::filesystem::path stdout_to;  ///< a file or device instead of the pipe
  };

  Process(const std::vector<std::string>& command, const Options& options);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t id() const { return child_; }
  void send(int signal) const;
  /// Reads until stderr holds `text`; false when the program ends or a minute passes before.
  bool wait_for_stderr(const std::string& text);
  /// Waits for the end, at most two minutes: after that it is killed and the test has failed.
  Result wait();

 private:
  bool read_some(std::chrono::milliseconds timeout);

  pid_t child_ = -1;
  int out_ = -1;
  int err_ = -1;
  Result result_;
};

Result run(const std::vector<std::string>& command, const Process::Options& options = {});
/// Through bash, stderr and stdout together in `out`.
Result shell(const std::string& script, const std::filesystem::path& directory);

/// A temporary folder that goes with the value.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  const std::filesystem::path& path() const { return path_; }
  void write(const std::filesystem::path& name, const std::string& content) const;
  std::string read(const std::filesystem::path& name) const;
  /// Names of the files in `folder`, sorted, without the sum file of revisions.
  std::vector<std::string> files(const std::filesystem::path& folder) const;

 private:
  std::filesystem::path path_;
};

/// The built program's path.
std::filesystem::path dbmig_binary();

/// A folder with dbmig in it: `dbmig.yaml`, `schemas/` and `migrations/` after start().
class Project : public Folder {
 public:
  using Arguments = std::vector<std::string>;

  /// schemas/, migrations/ and a dbmig.yaml that names `database`.
  void start(const std::string& database = "sqlite:///app.db") const;
  /// Runs dbmig in this folder.
  Result dbmig(const Arguments& arguments) const;
  /// The same, expecting `code`.
  Result expect(int code, const Arguments& arguments) const;
  /// schemas/app.yaml.
  void model(const std::string& yaml) const { write("schemas/app.yaml", yaml); }
  /// `migrate` with a known id.
  void migrate(const std::string& id, const std::string& message, const Arguments& more = {}) const;
  /// The path of revision `id`'s file, below the project.
  std::string revision_file(const std::string& id) const;

  Process::Options options() const;
  std::map<std::string, std::optional<std::string>> environment;
};

/// The MariaDB server of the tests, or nothing.
std::optional<Url> mariadb_server();
inline constexpr const char* kNoServer =
    "no MariaDB server: set DBMIG_TEST_MARIADB_URL or run tests/run.sh";

/// Whether that server lets other sessions write while ALTER TABLE copies a table: from 11.2 on.
/// Source: https://mariadb.com/kb/en/innodb-online-ddl-overview/
bool copies_let_sessions_write();

/// Runs SQL with the server's own client, as the tests' user.
std::string mariadb_sql(const std::string& sql, const std::string& database = "");

/// A database of its own on the tests' server, dropped with the value.
class ServerDatabase {
 public:
  ServerDatabase();
  ServerDatabase(const ServerDatabase&) = delete;
  ServerDatabase& operator=(const ServerDatabase&) = delete;
  ~ServerDatabase();
  const std::string& name() const { return name_; }
  std::string url() const;
  /// The server's own client fed with `script`, from a file in `folder`.
  Result client(const Folder& folder, const std::string& script) const;

 private:
  std::string name_;
};

/// A test body that runs once on SQLite and once on MariaDB.
class OnEachDatabase : public testing::TestWithParam<DialectKind> {
 protected:
  void SetUp() override;
  bool on_mariadb() const { return GetParam() == DialectKind::mariadb; }
  /// A project for this database alone.
  void start_project();
  /// The database's own client fed with `script` as users do it, from a file.
  Result client(const std::string& script) const;
  /// What the database answers to a query, its own client's words; cells parted by `|`.
  std::string sql(const std::string& query) const;

  Project project;
  std::string url;

 private:
  std::unique_ptr<ServerDatabase> database_;
};

std::string database_name(const testing::TestParamInfo<DialectKind>& info);

#define DBMIG_ON_EACH_DATABASE(suite) \
  INSTANTIATE_TEST_SUITE_P(           \
      Databases, suite, testing::Values(DialectKind::sqlite, DialectKind::mariadb), database_name)

}  // namespace dbmig::test
