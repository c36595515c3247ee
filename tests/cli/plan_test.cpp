// --plan: every command that changes a database or the files of a project has it, and changes
// nothing then.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Plans : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    start_project();
    revise("r1", "");
    revise("r2", "r1");
    revise("r3", "r2");
    revise("side", "r1");
    project.expect(0, {"upgrade", "r2"});
    project.model("tables: {wanted: {columns: {id: integer}, primary_key: [id]}}\n");
    project.write("rows.csv", "id,v\n1,x\n");
  }

  void revise(const std::string& id, const std::string& parents,
              const std::string& more = "") const {
    project.write(fmt::format("migrations/{}.yaml", id),
                  fmt::format("revision: {0}\nparents: [{1}]\nmessage: {0}\nupgrade:\n"
                              "  - create_table: {{t_{0}: {{columns: {{id: integer, v: "
                              "varchar(9){2}}}, primary_key: [id]}}}}\n",
                              id, parents, more));
  }

  /// Every file but those that are derived, and all that the database says.
  std::string everything() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(project.path())) {
      const fs::path name = entry.path().lexically_relative(project.path());
      if (*name.begin() == ".dbmig") continue;
      files[name.string()] = entry.is_regular_file() ? project.read(name) : "";
    }
    std::string all;
    for (const auto& [name, content] : files) all += name + "\n" + content + "\n";
    return all + sql("SELECT * FROM dbmig_revisions") + sql("SELECT * FROM t_r2") +
           sql(on_mariadb() ? "SELECT table_name, create_time FROM information_schema.tables "
                              "WHERE table_schema = DATABASE() ORDER BY table_name"
                            : "SELECT sql FROM sqlite_schema");
  }
};
DBMIG_ON_EACH_DATABASE(Plans);

TEST_P(Plans, ChangeNothing) {
  const std::vector<Project::Arguments> commands{
      {"init", "elsewhere"},
      {"upgrade", "heads"},
      {"downgrade", "base", "--allow-destructive"},
      {"switch", "heads"},
      {"stamp", "heads"},
      {"stamp", "base", "--purge"},
      {"migrate", "-m", "x", "--head", "r3", "--allow-destructive"},
      {"migrate", "-m", "x", "--head", "r3", "--empty"},
      {"revision", "-m", "x", "--head", "r3"},
      {"revision", "--autogenerate", "-m", "x", "--head", "r3", "--allow-destructive"},
      {"merge", "heads"},
      {"squash", "r2..r3", "--delete"},
      {"rebase", "side", "--onto", "r3"},
      {"sum"},
      {"import", "rows.csv", "--table", "t_r2"},
      {"copy", url, "sqlite:///copy.db"},
      {"upgrade", "--all", "--url", url, "heads"},
  };
  const std::string before = everything();
  for (Project::Arguments command : commands) {
    command.emplace_back(command.front() == "stamp" ? "--dry-run" : "--plan");  // two names
    SCOPED_TRACE(command.front() + " " + command[1]);
    const Result result = project.dbmig(command);
    EXPECT_TRUE(result.code == 0 || (command.front() == "upgrade" && result.code == 3)) << result;
    EXPECT_FALSE((result.out + result.err).empty());
    EXPECT_EQ(everything(), before);
  }
  fs::remove(project.path() / "migrations/side.yaml");
  project.expect(0, {"upgrade"});
  EXPECT_EQ(client("CREATE TABLE other (id int PRIMARY KEY);").code, 0);
  const std::string grown = everything();
  EXPECT_THAT(project.expect(0, {"adopt", "--plan"}).out, HasSubstr("other"));
  EXPECT_EQ(everything(), grown);
  EXPECT_EQ(client("ALTER TABLE t_r2 ADD COLUMN by_hand int;").code, 0);
  const std::string drifted = everything();
  EXPECT_THAT(project.expect(0, {"check", "--fix-revision", "-m", "x", "--plan"}).out,
              HasSubstr("by_hand"));
  EXPECT_EQ(everything(), drifted);
  revise("r2", "r1", ", more: int");
  const std::string edited = everything();
  EXPECT_THAT(project.expect(0, {"repair", "--plan"}).out, HasSubstr("r2"));
  EXPECT_EQ(everything(), edited);
}

TEST_P(Plans, OfAStampSayWhatWouldBeNotedAndForgotten) {
  const Result up = project.expect(0, {"stamp", "side", "r3", "--plan"});
  EXPECT_EQ(up.out, "note   r3, r3\nnote   side, side\n");
  EXPECT_THAT(up.err, HasSubstr("would be at r3, side instead of r2"));
  EXPECT_EQ(project.expect(0, {"stamp", "r1", "--plan"}).out, "forget r2, r2\n");
  const nlohmann::json json = project.expect(0, {"stamp", "r1", "--plan", "--json"}).json();
  EXPECT_EQ(json.at("removed").dump(), R"(["r2"])");
  EXPECT_EQ(json.at("after").dump(), R"(["r1"])");
  EXPECT_EQ(project.expect(0, {"stamp", "r2", "--purge", "--plan"}).out,
            "renew  r1, r1\nrenew  r2, r2\n");
  EXPECT_THAT(project.expect(0, {"stamp", "r2", "--plan"}).err, HasSubstr("Nothing to do"));
  project.expect(2, {"stamp", "r2", "--plan", "--sql"});
  project.expect(1, {"stamp", "nowhere", "--plan"});
}

/// Of the commands that the help lists, those without the flag write nothing but what `-o` names,
/// or nothing at all.
TEST(Plan, IsAnOptionOfEveryCommandThatWrites) {
  Project project;
  const std::set<std::string> without{
      "embed",  "export",  "infer",   "inspect",  "docs",    "schema", "completion",  // -o FILE
      "edit",   "serve",   "scratch",  // a person, or a server
      "status", "current", "heads",   "branches", "history", "show",   "verify",
      "test",   "lint",    "diff",    "help"};
  const std::string help = project.expect(0, {"--help"}).out;
  const std::regex line("\n  ([a-z]+) {2,}");
  std::set<std::string> commands;
  for (std::sregex_iterator one(help.begin(), help.end(), line), end; one != end; ++one) {
    commands.insert((*one)[1]);
  }
  EXPECT_GT(commands.size(), 30U);
  for (const std::string& command : commands) {
    const std::string text = project.expect(0, {command, "--help"}).out;
    EXPECT_EQ(text.find("--plan") == text.npos, without.count(command) != 0) << command;
  }
  for (const std::string& command : without) EXPECT_EQ(commands.count(command), 1U) << command;
}

}  // namespace
}  // namespace dbmig::test
