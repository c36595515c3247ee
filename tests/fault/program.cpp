#include "fault/program.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"

namespace dbmig::fault {
namespace {

std::string text_of(const Url& url) {
  if (url.dialect == DialectKind::sqlite) return "sqlite:///" + url.database;
  return fmt::format(
      "mariadb://{}{}@{}/{}?socket={}", url.user, url.password ? ":" + *url.password : "",
      url.host.empty() ? "localhost" : url.host, url.database, url.parameters.at("socket"));
}

}  // namespace

ProgramPlayground::ProgramPlayground(const History& history, DialectKind kind, Url server)
    : kind_(kind), server_(std::move(server)) {
  project_.write("dbmig.yaml", "schemas: schemas\n");
  std::filesystem::create_directories(path() / "schemas");
  std::filesystem::create_directories(path() / "migrations");
  for (const std::filesystem::path& file : history.files) {
    std::filesystem::copy_file(file, path() / "migrations" / file.filename());
  }
}

ProgramPlayground::~ProgramPlayground() {
  drop();
}

void ProgramPlayground::drop() noexcept {
  try {
    if (kind_ == DialectKind::sqlite) {
      for (const char* suffix : {"", "-journal", "-dbmig-lock"}) {
        std::filesystem::remove(path() / (std::string("app.db") + suffix));
      }
    } else if (!url_.database.empty()) {
      backend::connect(server_)->execute("DROP DATABASE " + text::quote(url_.database, '`'));
    }
  } catch (const std::exception&) {
    // A server that is gone took its databases along.
  }
}

void ProgramPlayground::reset() {
  drop();
  if (kind_ == DialectKind::sqlite) {
    url_ = Url::parse("sqlite:///" + (path() / "app.db").string());
    return;
  }
  url_ = server_;
  url_.database = "dbmig_test_" + random_hex(10);
  backend::connect(server_)->execute("CREATE DATABASE " + text::quote(url_.database, '`') +
                                     " CHARACTER SET utf8mb4");
}

std::vector<std::string> ProgramPlayground::command(const Trip& trip, const Url& url) {
  std::vector<std::string> words{test::dbmig_binary(), std::string(run::to_string(trip.direction)),
                                 trip.target, "--url", text_of(url)};
  if (trip.direction == Direction::downgrade) words.emplace_back("--allow-destructive");
  return words;
}

test::Process::Options ProgramPlayground::options() const {
  return {.directory = path(), .environment = {}, .stdout_to = {}};
}

void ProgramPlayground::migrate(const Trip& trip) {
  const test::Result result = test::run(command(trip, url_), options());
  if (result.code == 0) return;
  throw Error(ErrorCode::failed,
              fmt::format("dbmig {} {} ended with {}:\n{}", run::to_string(trip.direction),
                          trip.target, result.code, result.err));
}

std::unique_ptr<backend::Connection> ProgramPlayground::connect() {
  return backend::connect(url_, {.create = true});
}

Url ProgramPlayground::by_way_of(const std::filesystem::path& socket) const {
  Url url = url_;
  url.parameters["socket"] = socket.string();
  return url;
}

}  // namespace dbmig::fault
