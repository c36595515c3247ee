// Tab in bash, zsh and fish; `help`, `-V`, and what to type instead of other tools' words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/text.hpp"
#include "cli/harness.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"
#include "support/source_path.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A project with everything that can be completed.
class Completion : public testing::Test {
 protected:
  Completion() {
    project.write("dbmig.yaml",
                  "database: \"${NO_SUCH_VARIABLE}\"\ndialects: [sqlite]\n"
                  "databases: {production: \"mariadb://nobody@nowhere.invalid/x\", staging: "
                  "\"sqlite:///s.db\"}\n");
    project.write("schemas/a.yaml",
                  "tables:\n  kunde: {columns: {id: integer}}\n  \"my table\": {columns: {id: "
                  "integer}}\n  größe: {columns: {id: integer}}\n");
    project.write("migrations/a.yaml",
                  "revision: aaaa1\nparents: []\nmessage: the first\nlabel: netz\nupgrade: []\n");
    project.write("migrations/b.yaml",
                  "revision: bbbb2\nparents: [aaaa1]\nmessage: the second\nupgrade: []\n");
    project.write("sub/dbmig.yaml", "database: sqlite:///s.db\n");
    project.write("sub/schemas/.keep", "");
    project.write("sub/migrations/c.yaml",
                  "revision: cccc3\nparents: []\nmessage: below\nupgrade: []\n");
    project.write("data.csv", "id\n");
  }

  /// The values offered for the last word.
  std::vector<std::string> offered(Project::Arguments words) const {
    words.insert(words.begin(), "__complete");
    std::vector<std::string> values;
    for (const std::string& line : text::split(project.expect(0, words).out, '\n')) {
      if (!line.empty()) values.push_back(line.substr(0, line.find('\t')));
    }
    return values;
  }

  Project project;
};

struct Typed {
  std::string line;
  std::string completed;
  std::string shells = "bash zsh fish";
};

const std::vector<Typed>& typed_lines() {
  static const std::vector<Typed> lines{
      {"dbmig stam", "dbmig stamp"},
      {"dbmig lint --pending-ag", "dbmig lint --pending-against"},
      {"dbmig lint --format sa", "dbmig lint --format sarif"},
      {"dbmig lint --format=sa", "dbmig lint --format=sarif"},
      {"dbmig upgrade bb", "dbmig upgrade bbbb2"},
      {"dbmig upgrade netz@", "dbmig upgrade netz@head"},
      {"dbmig upgrade netz@h", "dbmig upgrade netz@head"},
      {"dbmig history -r aaaa1:b", "dbmig history -r aaaa1:"},  // bbbb2 and base
      {"dbmig history -r aaaa1:bb", "dbmig history -r aaaa1:bbbb2"},
      {"dbmig upgrade --database pr", "dbmig upgrade --database production"},
      {"dbmig --database=st", "dbmig --database=staging"},
      {"dbmig inspect --table ku", "dbmig inspect --table kunde"},
      {"dbmig inspect --table=ku", "dbmig inspect --table=kunde"},
      {"dbmig inspect --table gr", "dbmig inspect --table größe"},
      {"dbmig inspect --table my", "dbmig inspect --table my\\ table", "bash zsh"},
      {"dbmig inspect --table \"my", "dbmig inspect --table \"my table\"", "bash zsh"},
      {"dbmig import dat", "dbmig import data.csv"},
      {"dbmig -C su", "dbmig -C sub/"},
      {"dbmig -C sub upgrade cc", "dbmig -C sub upgrade cccc3"},
      {"dbmig help downg", "dbmig help downgrade"},
      {"dbmig completion fi", "dbmig completion fish"},
      {"dbmig nonsense ", "dbmig nonsense", "bash zsh"},
  };
  return lines;
}

class CompletionInShell : public Completion, public testing::WithParamInterface<std::string> {};

TEST_P(CompletionInShell, TabDoesWhatItDoesForOtherPrograms) {
  std::vector<std::string> command{
      "/usr/bin/python3", test::source_path("tests/support/complete_lines.py"), GetParam()};
  std::vector<Typed> lines;
  for (const Typed& typed : typed_lines()) {
    if (typed.shells.find(GetParam()) == std::string::npos) continue;
    lines.push_back(typed);
    command.push_back(typed.line);
  }
  Process::Options options = project.options();
  options.environment["PATH"] = dbmig_binary().parent_path().string() + ":/usr/bin:/bin";
  options.environment["LC_ALL"] = "C.UTF-8";
  const Result result = run(command, options);
  ASSERT_EQ(result.code, 0) << result;
  const std::vector<std::string> answers = text::split(result.out, '\n');
  ASSERT_EQ(answers.size(), lines.size() + 1) << result;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& wanted = lines[i].completed;
    // What follows a word that several may complete is the shell's own choice.
    if (wanted.ends_with(':') && answers[i].starts_with(wanted)) continue;
    EXPECT_EQ(answers[i], wanted) << lines[i].line;
  }
}

INSTANTIATE_TEST_SUITE_P(Shells, CompletionInShell, testing::Values("bash", "zsh", "fish"),
                         [](const auto& shell) { return shell.param; });

TEST_F(Completion, EveryCommandAndOptionOfTheHelpIsOffered) {
  const std::vector<std::string> commands = offered({""});
  EXPECT_THAT(commands,
              AllOf(Contains("upgrade"), Contains("completion"), Not(Contains("__complete"))));
  for (const std::string& command : commands) {
    const std::string help = project.expect(0, {command, "--help"}).out;
    EXPECT_EQ(project.expect(0, {"help", command}).out, help);
    std::size_t in_help = 0;
    for (const std::string& line : text::split(help.substr(0, help.find("\nExamples:")), '\n')) {
      if (!line.starts_with("  -")) continue;
      ++in_help;
      const std::string name = line.substr(2, line.find_first_of(" ,", 2) - 2);
      EXPECT_THAT(offered({command, name}), Contains(name)) << command << ": " << line;
    }
    EXPECT_GE(in_help, 1U) << help;
  }
}

TEST_F(Completion, NeverFailsWhateverWasTyped) {
  std::vector<std::string> words = offered({""});
  for (const char* word :
       {"-",           "--", "-C",  "-C/nowhere", "--config", "x",       "--config=x", "--url",
        "mariadb://x", "=",  "--=", "--table=",   "a:b:c",    "@",       "--format",   "-m",
        "\xff",        "\n", "",    "'",          "\"",       "$(false)"}) {
    words.emplace_back(word);
  }
  for (std::uint64_t seed = 0; seed < property_seeds(60); ++seed) {
    RandomSource source(seed);
    Project::Arguments line{"__complete"};
    for (std::size_t i = source.below(5); i > 0; --i) line.push_back(source.pick(words));
    const Result result = project.dbmig(line);
    EXPECT_EQ(result.code, 0) << testing::PrintToString(line) << result;
  }
}

TEST_F(Completion, WhatIsBrokenIsLeftOut) {
  project.write("schemas/b.yaml", "tables: {");
  EXPECT_THAT(offered({"inspect", "--table", ""}), IsEmpty());
  EXPECT_THAT(offered({"upgrade", "aa"}), ElementsAre("aaaa1"));
  project.write("migrations/z.yaml", "broken");
  EXPECT_THAT(offered({"upgrade", "aa"}), IsEmpty());
  EXPECT_THAT(offered({"upg"}), ElementsAre("upgrade"));
  project.write("dbmig.yaml", "broken: [");
  EXPECT_THAT(offered({"upg"}), ElementsAre("upgrade"));
}

TEST(Usage, HelpAndVersionInEverySpelling) {
  const Project project;
  const std::string help = project.expect(0, {"--help"}).out;
  EXPECT_EQ(project.expect(0, {"help"}).out, help);
  EXPECT_EQ(project.expect(0, {"-h"}).out, help);
  EXPECT_EQ(project.expect(0, {}).out, help);
  EXPECT_EQ(project.expect(0, {"-V"}).out, project.expect(0, {"--version"}).out);
  EXPECT_THAT(project.expect(2, {"help", "upgade"}).err, HasSubstr("did you mean 'upgrade'?"));
}

TEST(Usage, HabitsOfOtherToolsAreToldWhatToType) {
  Project project;
  project.start();
  const std::vector<std::pair<Project::Arguments, std::string>> habits{
      {{"alembic", "upgrade", "head"},
       "unknown command 'alembic'; leave the word out: `dbmig upgrade head`"},
      {{"-x", "tenant=a", "upgrade", "head"},
       "unknown option '-x'; `--var NAME=VALUE` sets a variable"},
      {{"-n", "prod", "upgrade", "head"}, "`--database NAME`"},
      {{"upgrade", "head", "--tag", "x"}, "unknown option '--tag'"},
      {{"makemigrations"}, "`dbmig migrate -m"},
      {{"rollback"}, "`dbmig downgrade`"},
      {{"up"}, "`dbmig upgrade`"},
      {{"Upgrade"}, "did you mean 'upgrade'?"},
      {{"upgade", "head"}, "did you mean 'upgrade'?"},
  };
  for (const auto& [words, hint] : habits) {
    EXPECT_THAT(project.expect(2, words).err, HasSubstr(hint));
  }
}

TEST(Usage, EveryCommandThatAHabitIsToldExists) {
  const Project project;
  const std::string source = project.read(test::source_path("cli/suggestions.cpp"));
  std::size_t told = 0;
  for (std::size_t at = source.find("`dbmig "); at != std::string::npos;
       at = source.find("`dbmig ", at + 1)) {
    const std::size_t begin = at + 7;
    const std::string word = source.substr(begin, source.find_first_of(" `\"", begin) - begin);
    if (word.starts_with("--") || word.empty()) continue;
    ++told;
    EXPECT_EQ(project.dbmig({word, "--help"}).code, 0) << word;
  }
  EXPECT_GT(told, 20U);
}

}  // namespace
}  // namespace dbmig::test
