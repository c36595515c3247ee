// The real program with a proxy before the server: its connection cut, itself killed, the server
// killed, at every statement.

#include "fault/proxy.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "fault/program.hpp"
#include "fault/server.hpp"
#include "fault/siege.hpp"
#include "support/mariadb.hpp"

namespace dbmig::fault {
namespace {

/// The connection is cut.
class Cut : public Way {
 public:
  explicit Cut(ProgramPlayground& playground)
      : playground_(playground),
        socket_(playground.path() / "proxy.sock"),
        proxy_(socket_, playground.url().parameters.at("socket")) {}

  std::string name() const override { return "connection cut by a proxy"; }
  std::vector<Moment> moments() const override {
    return {Moment::before, Moment::during, Moment::after};
  }
  std::size_t count(const Trip& trip) override {
    proxy_.watch();
    run(trip);
    return proxy_.count();
  }
  bool strike(const Trip& trip, std::size_t n, Moment moment) override {
    proxy_.arm(n, moment, [this] { act(); });
    run(trip);
    return proxy_.struck();
  }

 protected:
  /// While the statement is held.
  virtual void act() {}
  test::Process* program_ = nullptr;

 private:
  void run(const Trip& trip) {
    test::Process program(ProgramPlayground::command(trip, playground_.by_way_of(socket_)),
                          playground_.options());
    program_ = &program;
    last_ = program.wait();
    if (!proxy_.struck()) {
      EXPECT_EQ(last_.code, 0) << last_;
    }
    program_ = nullptr;
  }

  ProgramPlayground& playground_;
  std::filesystem::path socket_;
  Proxy proxy_;
  test::Result last_;
};

/// The program is killed; its connection ends with it.
class KilledProgram final : public Cut {
 public:
  using Cut::Cut;
  std::string name() const override { return "program killed"; }

 protected:
  void act() override { program_->send(SIGKILL); }
};

/// The server is killed, and started again when the program has ended.
class KilledServer final : public Cut {
 public:
  KilledServer(ProgramPlayground& playground, const Server& server)
      : Cut(playground), server_(server) {}
  std::string name() const override { return "server killed"; }
  bool strike(const Trip& trip, std::size_t n, Moment moment) override {
    const bool struck = Cut::strike(trip, n, moment);
    if (struck) server_.start();
    return struck;
  }

 protected:
  void act() override { server_.kill(); }

 private:
  const Server& server_;
};

class Program : public testing::TestWithParam<History> {
 protected:
  void SetUp() override {
    const std::optional<Url> server = test::mariadb_url();
    if (!server) GTEST_SKIP() << test::kNoMariadb;
    if (server->parameters.count("socket") == 0) {
      GTEST_SKIP() << "the proxy needs the server's unix socket in DBMIG_TEST_MARIADB_URL";
    }
    server_ = *server;
    server_.database.clear();
  }
  Url server_;
};

TEST_P(Program, SurvivesItsConnectionBeingCut) {
  ProgramPlayground playground(GetParam(), DialectKind::mariadb, server_);
  playground.reset();
  Cut way(playground);
  besiege(playground, way, GetParam().name, kBase, "head", DialectKind::mariadb, {2});
}

TEST_P(Program, SurvivesItsOwnEnd) {
  ProgramPlayground playground(GetParam(), DialectKind::mariadb, server_);
  playground.reset();
  KilledProgram way(playground);
  besiege(playground, way, GetParam().name, kBase, "head", DialectKind::mariadb, {2});
}

TEST(ServerItself, MayBeKilledAtAnyStatement) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const Server server;
  for (const History& history : histories()) {
    // A second for each restart: of these, one history that has a little of everything.
    if (std::getenv("DBMIG_FAULT") == nullptr && history.name != "chain") continue;
    ProgramPlayground playground(history, DialectKind::mariadb, server.url());
    playground.reset();
    KilledServer way(playground, server);
    besiege(playground, way, history.name, kBase, "head", DialectKind::mariadb, {1});
  }
}

std::string name_of_history(const testing::TestParamInfo<History>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Histories, Program, testing::ValuesIn(histories()), name_of_history);

}  // namespace
}  // namespace dbmig::fault
