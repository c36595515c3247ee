#include <fmt/core.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "backend/borrow.hpp"
#include "backend/database_file.hpp"
#include "base/overloaded.hpp"
#include "base/url.hpp"
#include "embed/dbmig/dbmig.hpp"
#include "history/graph.hpp"
#include "run/runner.hpp"
#include "yaml/revision.hpp"

namespace dbmig {

struct History::Data {
  history::Graph graph;
};

namespace {

std::vector<std::string> copied(std::span<const std::string_view> texts) {
  return {texts.begin(), texts.end()};
}

history::StoredRevision stored(const EmbeddedRevision& revision) {
  history::StoredRevision result;
  result.header.id = revision.id;
  result.header.parents = copied(revision.parents);
  result.header.depends_on = copied(revision.depends_on);
  result.header.labels = copied(revision.labels);
  result.header.message = revision.message;
  result.header.created = revision.created;
  result.header.path = std::string(revision.name);
  result.header.checksum = std::string(revision.checksum);
  result.header.changes_rows = revision.changes_rows;
  result.read = [name = std::string(revision.name), text = revision.text] {
    history::Revision read = yaml::parse_revision(text, name);
    read.path = name;
    return read;
  };
  return result;
}

/// Events as messages.
class MessageSink final : public EventSink {
 public:
  explicit MessageSink(const std::function<void(const Message&)>& tell) : tell_(tell) {}

  void on(const Event& event) override {
    if (!tell_) return;
    std::visit(overloaded{[this](const event::Log& line) {
                            tell_({level_of(line.level), line.logger, line.message});
                          },
                          [this](const event::Statement& statement) {
                            tell_({Message::Level::statement, {}, statement.sql});
                          },
                          [](const event::ImportProgress&) {}},
               event);
  }

 private:
  static Message::Level level_of(event::Log::Level level) {
    switch (level) {
      case event::Log::Level::debug:
        return Message::Level::debug;
      case event::Log::Level::info:
        return Message::Level::info;
      case event::Log::Level::warning:
        return Message::Level::warning;
    }
    return Message::Level::info;
  }

  const std::function<void(const Message&)>& tell_;
};

std::unique_ptr<backend::Connection> open_database(const Database& database, bool create,
                                                   std::chrono::seconds lock_wait) {
  if (database.sqlite() != nullptr) return backend::borrow(database.sqlite());
  if (database.mysql() != nullptr) return backend::borrow(database.mysql());
  if (database.url().empty()) {
    throw Error(ErrorCode::usage, "no database is named: the URL or the connection is empty");
  }
  const Url url = Url::parse(database.url());
  return backend::connect(create ? url : backend::or_empty(url),
                          {.create = create, .lock_wait = lock_wait});
}

}  // namespace

History::History(std::span<const EmbeddedRevision> revisions) {
  std::vector<history::StoredRevision> all;
  all.reserve(revisions.size());
  for (const EmbeddedRevision& revision : revisions) all.push_back(stored(revision));
  data_ = std::make_shared<const Data>(Data{history::Graph::of(std::move(all))});
}

History::~History() = default;
History::History(const History&) = default;
History& History::operator=(const History&) = default;

std::vector<std::string> History::heads() const {
  return data_->graph.heads();
}

std::size_t History::size() const {
  return data_->graph.size();
}

Database::Database(std::string url) : url_(std::move(url)) {}
Database::Database(const char* url) : url_(url == nullptr ? "" : url) {}
Database::Database(std::string_view url) : url_(url) {}

std::vector<std::string> upgrade(const History& history, const Database& database,
                                 const UpgradeOptions& options) {
  MessageSink events(options.on_message);
  const auto connection = open_database(database, true, options.lock_wait);
  run::Runner runner(*connection, history.data().graph, yaml::parse_revision, events);
  run::RunOptions how;
  how.lock_timeout = options.lock_timeout;
  how.lock_wait = options.lock_wait;
  how.stop = options.stop;
  how.variables = options.variables;
  runner.combine(yaml::print_revision);
  return runner.upgrade(options.target, how);
}

std::vector<std::string> pending(const History& history, const Database& database,
                                 const UpgradeOptions& options) {
  MessageSink events(options.on_message);
  const auto connection = open_database(database, false, options.lock_wait);
  run::Runner runner(*connection, history.data().graph, yaml::parse_revision, events);
  const std::set<std::string> applied = runner.applied();
  const history::Graph& graph = history.data().graph;
  const std::vector<std::string> heads = graph.heads_of(applied);
  return graph.upgrade_path(applied, graph.resolve(options.target, {heads.begin(), heads.end()}));
}

}  // namespace dbmig
