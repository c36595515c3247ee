// The command line itself: help that teaches, mistakes that are named, ranks that keep quiet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<std::string> kCommands = {"init",    "migrate",   "revision", "merge",   "edit",
                                            "upgrade", "downgrade", "stamp",    "repair",  "import",
                                            "current", "heads",     "branches", "history", "show",
                                            "check",   "inspect",   "adopt",    "diff",    "lint"};

TEST(Usage, NoArgumentsTeach) {
  const Project project;
  const Result result = project.expect(0, {});
  EXPECT_THAT(result.out, HasSubstr("A first session:"));
  EXPECT_EQ(result.out, project.expect(0, {"--help"}).out);
  for (const std::string& command : kCommands) {
    EXPECT_THAT(result.out, ContainsRegex("\n  " + command + " +[A-Z]")) << command;
  }
  EXPECT_THAT(result.err, IsEmpty());
}

TEST(Usage, EveryCommandHasExamples) {
  const Project project;
  for (const std::string& command : kCommands) {
    const Result result = project.expect(0, {command, "--help"});
    EXPECT_THAT(result.out, HasSubstr("Usage: dbmig " + command));
    EXPECT_THAT(result.out, HasSubstr("Examples:\n  "));
    EXPECT_THAT(result.out, HasSubstr("dbmig " + command));
    for (std::size_t at = 0; at < result.out.size();) {
      const std::size_t end = result.out.find('\n', at);
      EXPECT_LE(end - at, 110U) << result.out.substr(at, end - at);
      at = end + 1;
    }
  }
}

TEST(Usage, Version) {
  EXPECT_THAT(Project().expect(0, {"--version"}).out,
              ContainsRegex("^dbmig [0-9]+\\.[0-9]+\\.[0-9]+\nSQLite 3\\.[0-9]+\\.[0-9]+( of the "
                            "system|, built with dbmig \\(3\\..*\\))\n$"));
}

TEST(Usage, UnknownCommandSuggests) {
  const Project project;
  EXPECT_EQ(project.expect(2, {"upgade"}).err,
            "error: unknown command 'upgade'; did you mean 'upgrade'?\n");
  EXPECT_EQ(project.expect(2, {"upgade", "heads"}).err,
            "error: unknown command 'upgade'; did you mean 'upgrade'?\n");
  EXPECT_THAT(project.expect(2, {"frobnicate"}).err,
              HasSubstr("unknown command 'frobnicate'; `dbmig --help` lists the commands"));
}

TEST(Usage, UnknownOptionSuggests) {
  const Project project;
  EXPECT_EQ(project.expect(2, {"migrate", "-m", "x", "--allow-destrutive"}).err,
            "error: unknown option '--allow-destrutive'; did you mean '--allow-destructive'?\n");
  EXPECT_THAT(project.expect(2, {"--jsn", "heads"}).err, HasSubstr("did you mean '--json'?"));
  EXPECT_THAT(project.expect(2, {"heads", "one", "two"}).err,
              HasSubstr("unexpected argument 'one'"));
}

TEST(Usage, WrongValuesAreUsageErrors) {
  const Project project;
  EXPECT_THAT(project.expect(2, {"heads", "--color", "pink"}).err, HasSubstr("--color"));
  EXPECT_THAT(project.expect(2, {"upgrade", "--lock-timeout", "soon"}).err,
              HasSubstr("--lock-timeout"));
  EXPECT_THAT(project.expect(2, {"revision"}).err, HasSubstr("--message"));
  EXPECT_THAT(project.expect(2, {"stamp"}).err, HasSubstr("dbmig stamp --help"));
  EXPECT_THAT(project.expect(2, {"upgrade", "--sql", "--plan"}).err, HasSubstr("--sql"));
}

TEST(Usage, WrongUrlIsAUsageErrorWithoutThePassword) {
  const Project project;
  const Result result =
      project.expect(2, {"inspect", "--url", "mariadb://u:geheim@localhost:port/db"});
  EXPECT_THAT(result.err, Not(HasSubstr("geheim")));
  EXPECT_THAT(project.expect(2, {"inspect", "--url", "oracle://x/y"}).err, HasSubstr("oracle"));
}

TEST(Usage, UsageErrorsInJson) {
  const Result result = Project().expect(2, {"--json", "upgade"});
  EXPECT_EQ(result.json()["error"]["code"], "usage");
}

TEST(Usage, CommandNamesAreFineAsArguments) {
  Project project;
  project.start();
  // `heads` and `current` are commands too.
  EXPECT_EQ(project.dbmig({"show", "heads"}).code, 0);
  EXPECT_EQ(project.dbmig({"upgrade", "heads"}).code, 0);
  EXPECT_EQ(project.dbmig({"show", "current"}).code, 0);
}

TEST(Usage, GlobalOptionsStandBeforeOrAfter) {
  Project project;
  project.start();
  const Project elsewhere;
  const std::string there = project.path();
  EXPECT_EQ(elsewhere.expect(0, {"-C", there, "--json", "heads"}).out, "[]\n");
  EXPECT_EQ(elsewhere.expect(0, {"heads", "-C", there, "--json"}).out, "[]\n");
  EXPECT_THAT(elsewhere.expect(1, {"-C", there + "/nowhere", "heads"}).err,
              HasSubstr("cannot enter"));
}

TEST(Usage, OtherRanksKeepQuiet) {
  Project project;
  project.start();
  project.model("tables: {t: {columns: {id: integer}}}\n");
  project.environment = {{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "2"}};
  for (const Project::Arguments& arguments : std::vector<Project::Arguments>{
           {}, {"--help"}, {"heads"}, {"migrate", "-m", "x"}, {"upgrade"}, {"init", "other"}}) {
    const Result result = project.expect(0, arguments);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, IsEmpty());
  }
  EXPECT_THAT(project.files("migrations"), IsEmpty());
  EXPECT_EQ(project.dbmig({"upgade"}).err, "");
}

TEST(Usage, MpiIsLoadedByNoOtherCommand) {
  Project project;
  project.start();
  project.environment = {{"LD_DEBUG", "libs"}};
  for (const char* command : {"heads", "upgrade", "check", "inspect"}) {
    const Result result = project.dbmig({command});
    EXPECT_THAT(result.err, HasSubstr("libmariadb"));  // The linker does tell.
    EXPECT_THAT(result.err, Not(HasSubstr("libmpi"))) << command;
    EXPECT_THAT(result.err, Not(HasSubstr("libopen-pal"))) << command;
  }
}

TEST(Usage, AReaderThatGoesAwayIsNoError) {
  Project project;
  project.start();
  const std::string binary = dbmig_binary();
  const Result result = shell(
      "set -o pipefail; " + binary + " --help | true; echo \"${PIPESTATUS[0]}\"", project.path());
  EXPECT_EQ(result.out, "0\n");
}

TEST(Usage, OutputThatCannotBeWrittenIsAnError) {
  Project project;
  project.start();
  project.model("tables: {t: {columns: {id: integer}}}\n");
  Process::Options options = project.options();
  options.stdout_to = "/dev/full";
  const Result result = run({dbmig_binary(), "migrate", "--dry-run", "-m", "x"}, options);
  EXPECT_EQ(result.code, 1) << result;
  EXPECT_THAT(result.err, HasSubstr("cannot write the output"));
}

TEST(Usage, HelpThatCannotBeWrittenIsAnError) {
  const Project project;
  Process::Options options = project.options();
  options.stdout_to = "/dev/full";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{}, {"--help"}, {"--version"}, {"upgrade", "--help"}}) {
    std::vector<std::string> command{dbmig_binary()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Result result = run(command, options);
    EXPECT_EQ(result.code, 1) << result;
    EXPECT_THAT(result.err, HasSubstr("cannot write the output"));
  }
}

TEST(Usage, ColorOnlyWhenAsked) {
  Project project;
  project.start();
  project.model("tables: {t: {columns: {id: integer}}}\n");
  EXPECT_THAT(project.expect(0, {"migrate", "--dry-run"}).err, Not(HasSubstr("\033[")));
  EXPECT_THAT(project.expect(0, {"migrate", "--dry-run", "--color", "always"}).err,
              HasSubstr("\033["));
  project.environment = {{"NO_COLOR", "1"}};
  EXPECT_THAT(project.expect(0, {"migrate", "--dry-run"}).err, Not(HasSubstr("\033[")));
}

}  // namespace
}  // namespace dbmig::test
