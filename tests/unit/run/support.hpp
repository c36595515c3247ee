#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/event.hpp"
#include "history/graph.hpp"
#include "run/runner.hpp"
#include "support/mariadb.hpp"
#include "support/temp_dir.hpp"
#include "yaml/revision.hpp"

namespace dbmig::run {

/// Keeps what the library said.
class RecordingSink final : public EventSink {
 public:
  void on(const Event& event) override {
    if (const auto* log = std::get_if<event::Log>(&event)) lines.push_back(log->message);
    if (const auto* statement = std::get_if<event::Statement>(&event)) {
      statements.push_back(statement->sql);
    }
  }
  std::vector<std::string> lines;
  std::vector<std::string> statements;
};

/// An empty database of either kind, gone at the end of the test. The same test bodies run on both.
class RunTest : public ::testing::TestWithParam<DialectKind> {
 protected:
  void SetUp() override {
    if (GetParam() == DialectKind::sqlite) {
      url_ = Url::parse("sqlite:///" + (folder_.path() / "app.db").string());
    } else {
      if (!test::mariadb_url()) {
        GTEST_SKIP() << test::kNoMariadb;
      }
      database_ = std::make_unique<test::MariadbDatabase>();
      url_ = database_->url();
    }
    connection_ = connect();
  }

  std::unique_ptr<backend::Connection> connect() const {
    return backend::connect(url_, {.create = true});
  }
  bool is_sqlite() const { return GetParam() == DialectKind::sqlite; }

  static history::Graph graph(const std::vector<std::string>& texts) {
    std::vector<history::Revision> revisions;
    for (const std::string& text : texts) {
      history::Revision revision =
          yaml::parse_revision(text, "r" + std::to_string(revisions.size() + 1) + ".yaml");
      revision.path = "r" + std::to_string(revisions.size() + 1) + ".yaml";
      revisions.push_back(std::move(revision));
    }
    return history::Graph(std::move(revisions));
  }

  Runner runner(const history::Graph& graph) {
    return Runner(*connection_, graph, yaml::parse_revision, sink_);
  }

  std::vector<std::string> table_names() {
    std::vector<std::string> names;
    for (const auto& [name, table] : connection_->inspect({}).schema.tables) names.push_back(name);
    return names;
  }

  std::string scalar(const std::string& sql) {
    return connection_->query(sql).rows.at(0).at(0).value_or("NULL");
  }

  test::TempDir folder_;
  std::unique_ptr<test::MariadbDatabase> database_;
  Url url_;
  std::unique_ptr<backend::Connection> connection_;
  RecordingSink sink_;
};

}  // namespace dbmig::run

namespace dbmig {
/// For GoogleTest, which would print the enumerator as bytes.
inline void PrintTo(DialectKind kind, std::ostream* out) {
  *out << to_string(kind);
}
}  // namespace dbmig

namespace dbmig::run {

inline std::string name_of_kind(const ::testing::TestParamInfo<DialectKind>& info) {
  return std::string(to_string(info.param));
}

}  // namespace dbmig::run
