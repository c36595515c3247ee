#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <thread>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "project/server_spelling.hpp"
#include "run/check.hpp"
#include "serve/http_module.hpp"
#include "serve/site.hpp"

namespace dbmig::cli {
namespace {

constexpr int kDefaultPort = 8421;

struct ServeOptions {
  std::string host = "127.0.0.1";
  int port = kDefaultPort;
  bool password = false;
  std::string origin;
  bool allow_upgrade = false;
  int idle = 3600;
  int query_time = 10;
  std::size_t query_rows = 1000;
};

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// From the variable, or typed where nobody sees it; never an argument, which `ps` would show.
std::string ask_password() {
  constexpr const char* kVariable = "DBMIG_SERVE_PASSWORD";
  constexpr std::size_t kShortest = 8;
  const char* given = std::getenv(kVariable);
  std::string password = given == nullptr ? "" : given;
  if (given == nullptr) {
    if (::isatty(STDIN_FILENO) == 0) {
      throw Error(ErrorCode::usage, "--password needs a terminal to ask for it")
          .hint(fmt::format("or the variable {}", kVariable));
    }
    const char* typed = ::getpass("Password for the page: ");
    password = typed == nullptr ? "" : typed;
  }
  if (password.size() < kShortest) {
    throw Error(ErrorCode::usage,
                fmt::format("the page's password has fewer than {} characters", kShortest))
        .hint("choose a longer one");
  }
  return password;
}

void check_options(const ServeOptions& options) {
  if (!options.origin.empty()) {
    const bool is_origin =
        (options.origin.starts_with("https://") || options.origin.starts_with("http://")) &&
        options.origin.find('/', options.origin.find("://") + 3) == std::string::npos;
    if (!is_origin) {
      throw Error(ErrorCode::usage, fmt::format("'{}' is not an origin", options.origin))
          .hint("write scheme and host without a path, as in https://db.example.org");
    }
  }
  const bool is_public = !is_loopback(options.host) || !options.origin.empty();
  if (is_public && !options.password) {
    throw Error(ErrorCode::refused,
                options.origin.empty()
                    ? fmt::format("'{}' can be reached from other machines", options.host)
                    : fmt::format("'{}' can be reached from other machines", options.origin))
        .hint("add --password; the page then asks for it");
  }
}

/// What every command of the page is run with: the same project and database as this one.
std::vector<std::string> global_options(const project::Location& location) {
  std::vector<std::string> words;
  const auto add = [&words](const char* name, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {name, value});
  };
  // -C is in force already: it is the folder that we are in.
  add("--config", location.config);
  add("--database", location.database.value_or(""));
  add("--url", location.url.value_or(""));
  return words;
}

std::string shown_host(const std::string& host) {
  if (host == "0.0.0.0" || host == "::") return "127.0.0.1";
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

/// SIGINT, SIGTERM and SIGHUP, kept from all threads that begin while it lives: one thread waits
/// for them. Gone, a second Ctrl-C ends the process as it always does.
class WaitedSignals {
 public:
  WaitedSignals() {
    sigemptyset(&set_);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, number);
    ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  WaitedSignals(const WaitedSignals&) = delete;
  WaitedSignals& operator=(const WaitedSignals&) = delete;
  ~WaitedSignals() { release(); }
  void release() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  /// Whether one came within a quarter of a second.
  bool wait() const {
    const timespec quarter{0, 250000000};
    return ::sigtimedwait(&set_, nullptr, &quarter) > 0;
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

/// Hears everything and says nothing: the page is no terminal.
class Silence final : public EventSink {
  void on(const Event&) override {}
};

/// Asked by several threads: each question has a workspace of its own, and reads the revisions
/// anew.
serve::FindDrift drift_finder(const project::Location& location) {
  return [location](backend::Connection& connection) {
    Silence silence;
    project::Workspace workspace(Context::quiet_host(silence));
    workspace.location = location;
    run::DatabaseCheck check =
        run::check_database(connection, workspace.graph(), workspace.selection(),
                            project::spelling_of_server(workspace));
    return serve::Drift{text::join(check.current, ", "), std::move(check.drift.expected),
                        std::move(check.drift.live)};
  };
}

int bind_port(serve::Server& server, const ServeOptions& options) {
  serve::ServerOptions how;
  how.host = options.host;
  how.port = options.port;
  try {
    return server.bind(how);
  } catch (const std::exception& error) {
    const bool is_taken = std::string_view(error.what()).find("in use") != std::string_view::npos;
    throw Error(ErrorCode::failed,
                is_taken ? fmt::format("port {} of {} is in use", options.port, options.host)
                         : fmt::format("cannot listen at {}:{}: {}", options.host, options.port,
                                       error.what()))
        .hint(is_taken ? "another `dbmig serve` may use it: choose another port with --port, or "
                         "any free one with --port 0"
                       : "choose another with --host and --port");
  }
}

void run(Context& context, const ServeOptions& options) {
  check_options(options);
  serve::AccessOptions who;
  who.origin = options.origin;
  who.loopback = is_loopback(options.host);
  if (options.password) who.password = ask_password();

  serve::SiteOptions what;
  what.url = context.url();
  if (const yaml::Project* project = context.find_project()) what.project = *project;
  if (what.project) what.find_drift = drift_finder(context.location);
  what.allow_upgrade = options.allow_upgrade;
  if (options.allow_upgrade && !what.project) {
    throw Error(ErrorCode::usage, "--allow-upgrade needs a project with revisions")
        .hint("start it in the project's folder, or with -C");
  }
  what.limits.time = std::chrono::seconds(options.query_time);
  what.limits.rows = options.query_rows;
  what.version = DBMIG_VERSION;
  backend::connect_read_only(what.url);  // what is wrong with it is said now

  const std::unique_ptr<serve::Server> server = serve::load_server();
  WaitedSignals signals;
  who.port = bind_port(*server, options);
  serve::Access access(who);
  serve::Commands commands(std::filesystem::read_symlink("/proc/self/exe").string(),
                           global_options(context.location));
  serve::Site site(what, access, commands);

  const std::string origin = options.origin.empty()
                                 ? fmt::format("http://{}:{}", shown_host(options.host), who.port)
                                 : options.origin;
  const std::string address = fmt::format("{}/?token={}", origin, access.token());
  Console& console = context.console();
  context.name_database(Context::Access::existing);
  if (!who.loopback && !options.origin.starts_with("https://")) {
    console.warning("dbmig.serve",
                    "the connection is not encrypted and others on the network can read it: put a "
                    "TLS proxy in front and name it with --origin https://…");
  }
  console.data(address + "\n");
  console.document({{"url", address}, {"port", who.port}});
  console.flush();
  const std::string pause = text::count(static_cast<std::size_t>(options.idle), "second");
  console.say(
      fmt::format("Open this address in a browser. Ctrl-C ends the server{}.",
                  options.idle == 0 ? "" : fmt::format(", or {} without a request", pause)));

  std::thread listener([&] {
    server->run([&site](const serve::Request& request) { return site.answer(request); });
  });
  bool is_idle = false;
  while (!signals.wait()) {
    is_idle = options.idle != 0 && site.idle().count() >= options.idle;
    if (is_idle) break;
  }
  signals.release();
  console.say(is_idle ? fmt::format("Ended: no request for {}.", pause) : "Ended.");
  commands.stop();
  server->stop();
  listener.join();
}

}  // namespace

void add_serve(Command& program, Context& context) {
  auto options = std::make_shared<ServeOptions>();
  Command& command = add_command(
      program, context,
      {"serve", "Show the database in a browser and prepare schema changes there",
       "  dbmig serve                            prints an address to open\n"
       "  dbmig serve --allow-upgrade            with a button for pending revisions\n"
       "  dbmig serve --url mariadb://app@db/app   without a project: read-only\n"
       "  dbmig serve --password --origin https://db.example.org   behind a proxy\n"
       "The page can only change the schema by writing a revision. It is only visible on this\n"
       "machine, with the printed address; Ctrl-C ends it (exit 0)."});
  command.add_option("--host", options->host, "The address to listen at (127.0.0.1)")
      ->option_text("ADDRESS");
  command.add_option("--port", options->port, "The port; 0: any free one (8421)")
      ->option_text("PORT")
      ->range(0, 65535);
  command.add_flag("--password", options->password,
                   "Also ask for a password (DBMIG_SERVE_PASSWORD)");
  command
      .add_option("--origin", options->origin, "Its address behind a proxy: https://db.example.org")
      ->option_text("URL");
  command.add_flag("--allow-upgrade", options->allow_upgrade,
                   "Show a button that applies pending revisions");
  command
      .add_option("--idle", options->idle, "Stop after SECONDS without a request; 0: never (3600)")
      ->option_text("SECONDS")
      ->range(0, 604800);
  command.add_option("--query-time", options->query_time, "How long a query may take (10)")
      ->option_text("SECONDS")
      ->range(1, 3600);
  command
      .add_option("--query-rows", options->query_rows, "How many rows of a query are shown (1000)")
      ->option_text("ROWS")
      ->range(1, 100000);
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
