#include "cli/harness.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace dbmig::test {
namespace {

constexpr std::chrono::seconds kMaxWait{120};

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  return ends;
}

/// In the child, between fork and exec.
[[noreturn]] void become(const std::vector<std::string>& command, const Process::Options& options,
                         int out, int err) {
  if (!options.stdout_to.empty()) {
    out = ::open(options.stdout_to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  }
  const int in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  // A group of its own: a Ctrl-C that a test sends must not reach the test.
  ::setpgid(0, 0);
  if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(126);
  for (const auto& [name, value] : options.environment) {
    if (value) {
      ::setenv(name.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name.c_str());
    }
  }
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace

nlohmann::json Result::json() const {
  nlohmann::json value = nlohmann::json::parse(out, nullptr, false);
  EXPECT_FALSE(value.is_discarded()) << "no JSON on stdout: " << out << err;
  return value;
}

std::ostream& operator<<(std::ostream& out, const Result& result) {
  return out << "exit " << result.code << (result.signal != 0 ? " (signal)" : "") << "\nstdout:\n"
             << result.out << "\nstderr:\n"
             << result.err;
}

Process::Process(const std::vector<std::string>& command, const Options& options) {
  const std::array<int, 2> out = make_pipe();
  const std::array<int, 2> err = make_pipe();
  child_ = ::fork();
  if (child_ == 0) become(command, options, out[1], err[1]);
  ::close(out[1]);
  ::close(err[1]);
  out_ = out[0];
  err_ = err[0];
  if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
}

Process::~Process() {
  if (child_ > 0) {
    ::kill(-child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  if (out_ >= 0) ::close(out_);
  if (err_ >= 0) ::close(err_);
}

void Process::send(int signal) const {
  ::kill(child_, signal);
}

bool Process::read_some(std::chrono::milliseconds timeout) {
  std::array<pollfd, 2> fds{{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
  if (out_ < 0 && err_ < 0) return false;
  if (::poll(fds.data(), fds.size(), static_cast<int>(timeout.count())) <= 0) return true;
  const auto drain = [](pollfd& fd, int& owner, std::string& into) {
    if (owner < 0 || fd.revents == 0) return;
    std::array<char, 65536> buffer;
    const ssize_t n = ::read(owner, buffer.data(), buffer.size());
    if (n > 0) {
      into.append(buffer.data(), static_cast<std::size_t>(n));
    } else if (n == 0) {
      ::close(owner);
      owner = -1;
    }
  };
  drain(fds[0], out_, result_.out);
  drain(fds[1], err_, result_.err);
  return true;
}

bool Process::wait_for_stderr(const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (result_.err.find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() > end || !read_some(std::chrono::milliseconds(50))) {
      return false;
    }
  }
  return true;
}

Result Process::wait() {
  const auto end = std::chrono::steady_clock::now() + kMaxWait;
  while (read_some(std::chrono::milliseconds(100))) {
    if (std::chrono::steady_clock::now() < end) continue;
    ADD_FAILURE() << "the program did not end\n" << result_;
    ::kill(-child_, SIGKILL);
    break;
  }
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  if (WIFEXITED(status)) result_.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
  return result_;
}

Result run(const std::vector<std::string>& command, const Process::Options& options) {
  return Process(command, options).wait();
}

Result shell(const std::string& script, const std::filesystem::path& directory) {
  Process::Options options;
  options.directory = directory;
  options.environment["DBMIG_SCRATCH"] = "off";
  return run({"bash", "-c", "exec 2>&1\n" + script}, options);
}

Folder::Folder()
    : path_(std::filesystem::temp_directory_path() / ("dbmig-test-" + random_hex(12))) {
  std::filesystem::create_directories(path_);
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void Folder::write(const std::filesystem::path& name, const std::string& content) const {
  std::filesystem::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name, std::ios::binary) << content;
}

std::string Folder::read(const std::filesystem::path& name) const {
  std::ifstream in(path_ / name, std::ios::binary);
  EXPECT_TRUE(in) << "cannot read " << (path_ / name);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

std::vector<std::string> Folder::files(const std::filesystem::path& folder) const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_ / folder)) {
    const std::string name = entry.path().filename().string();
    // What comes with the revisions is none.
    if (name != "dbmig.sum" && name != ".gitattributes") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::filesystem::path dbmig_binary() {
  return DBMIG_BINARY;
}

void Project::start(const std::string& database) const {
  std::filesystem::create_directories(path() / "schemas");
  std::filesystem::create_directories(path() / "migrations");
  write("dbmig.yaml", "database: " + text::quote(database, '"') + "\n");
}

Process::Options Project::options() const {
  Process::Options options;
  options.directory = path();
  options.environment = environment;
  options.environment.emplace("DATABASE_URL", std::nullopt);
  // A private server of MariaDB is for the tests that ask for it.
  options.environment.emplace("DBMIG_SCRATCH", "off");
  return options;
}

Result Project::dbmig(const Arguments& arguments) const {
  std::vector<std::string> command = {dbmig_binary()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command, options());
}

Result Project::expect(int code, const Arguments& arguments) const {
  Result result = dbmig(arguments);
  EXPECT_EQ(result.code, code) << "dbmig " << text::join(arguments, " ") << "\n" << result;
  return result;
}

void Project::migrate(const std::string& id, const std::string& message,
                      const Arguments& more) const {
  Arguments arguments = {"migrate", "-m", message, "--rev-id", id};
  arguments.insert(arguments.end(), more.begin(), more.end());
  expect(0, arguments);
}

std::string Project::revision_file(const std::string& id) const {
  for (const std::string& name : files("migrations")) {
    if (name.find("_" + id + "_") != std::string::npos) return "migrations/" + name;
  }
  ADD_FAILURE() << "no file of revision " << id;
  return "";
}

std::optional<Url> mariadb_server() {
  const char* text = std::getenv("DBMIG_TEST_MARIADB_URL");
  if (text == nullptr || *text == '\0') return std::nullopt;
  return Url::parse(text);
}

namespace {

/// The server's own client, as the tests' user.
std::vector<std::string> mariadb_client(const std::string& database) {
  const Url server = mariadb_server().value();
  std::vector<std::string> command = {"mariadb",
                                      "--no-defaults",
                                      "--batch",
                                      "--skip-column-names",
                                      "--default-character-set=utf8mb4",
                                      "--user=" + server.user};
  if (server.password) command.push_back("--password=" + *server.password);
  const auto socket = server.parameters.find("socket");
  if (socket != server.parameters.end()) {
    command.push_back("--socket=" + socket->second);
  } else {
    command.push_back("--host=" + server.host);
    if (server.port != 0) command.push_back("--port=" + std::to_string(server.port));
  }
  if (!database.empty()) command.push_back("--database=" + database);
  return command;
}

}  // namespace

bool copies_let_sessions_write() {
  const std::vector<std::string> version = text::split(mariadb_sql("SELECT VERSION()"), '.');
  const int major = std::stoi(version.at(0));
  return major > 11 || (major == 11 && std::stoi(version.at(1)) >= 2);
}

std::string mariadb_sql(const std::string& sql, const std::string& database) {
  std::vector<std::string> command = mariadb_client(database);
  command.insert(command.end(), {"-e", sql});
  const Result result = run(command);
  EXPECT_EQ(result.code, 0) << sql << "\n" << result;
  return result.out;
}

ServerDatabase::ServerDatabase() : name_("dbmig_cli_" + random_hex(8)) {
  mariadb_sql("CREATE DATABASE " + name_ + " CHARACTER SET utf8mb4");
}

ServerDatabase::~ServerDatabase() {
  mariadb_sql("DROP DATABASE IF EXISTS " + name_);
}

std::string ServerDatabase::url() const {
  const std::string server = std::getenv("DBMIG_TEST_MARIADB_URL");
  // scheme://user@host/[old][?parameters] with this database's name in its place.
  const std::size_t slash = server.find('/', server.find("://") + 3);
  const std::size_t question = server.find('?');
  return server.substr(0, slash) + "/" + name_ +
         (question == std::string::npos ? "" : server.substr(question));
}

Result ServerDatabase::client(const Folder& folder, const std::string& script) const {
  folder.write("script.sql", script);
  return shell("'" + text::join(mariadb_client(name_), "' '") + "' < script.sql", folder.path());
}

void OnEachDatabase::SetUp() {
  url = "sqlite:///app.db";
  if (on_mariadb()) {
    if (!mariadb_server()) GTEST_SKIP() << kNoServer;
    database_ = std::make_unique<ServerDatabase>();
    url = database_->url();
  }
  project.start(url);
}

void OnEachDatabase::start_project() {
  project.start(url);
  project.write("dbmig.yaml",
                fmt::format("database: \"{}\"\ndialects: [{}]\n", url, to_string(GetParam())));
}

Result OnEachDatabase::client(const std::string& script) const {
  if (on_mariadb()) return database_->client(project, script);
  project.write("script.sql", script);
  return shell("'sqlite3' 'app.db' < script.sql", project.path());
}

std::string OnEachDatabase::sql(const std::string& query) const {
  if (on_mariadb()) {
    return text::replace_all(mariadb_sql(query, database_->name()), "\t", "|");
  }
  const Result result = run({"sqlite3", "-batch", project.path() / "app.db", query});
  EXPECT_EQ(result.code, 0) << query << "\n" << result;
  return result.out;
}

std::string database_name(const testing::TestParamInfo<DialectKind>& info) {
  return std::string(to_string(info.param));
}

}  // namespace dbmig::test
