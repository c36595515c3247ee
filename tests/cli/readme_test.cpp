// The console blocks of README and of every page in lib/docs are run, in order, in one folder, and
// must print what they say.
//
//   ```console              a line `$ command` is run by bash; the lines below it are its output,
//   $ dbmig heads           stdout and stderr together, up to the next command.
//   …  (head)               `…` stands for any text within a line, a line of just `…` for any
//   lines.
//   ```
//   <!-- file: schemas/shop.yaml -->   the block after such a remark is written to that file.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "base/text.hpp"
#include "cli/harness.hpp"
#include "support/source_path.hpp"

namespace dbmig::test {
namespace {

struct Step {
  int line = 0;
  std::string command;
  std::string output;
  std::string file;  ///< instead of a command: `output` goes there
};

std::vector<Step> steps_of(const std::string& markdown) {
  std::vector<Step> steps;
  std::istringstream in(markdown);
  std::string line;
  std::string file;
  enum { text, other, console, content } where = text;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.rfind("```", 0) == 0) {
      if (where != text) {
        where = text;
        file.clear();
      } else if (!file.empty()) {
        where = content;
        steps.push_back({number, "", "", file});
      } else {
        where = line == "```console" ? console : other;
      }
      continue;
    }
    if (where == text && line.rfind("<!-- file: ", 0) == 0) {
      file = line.substr(11, line.find(" -->") - 11);
    } else if (where == content) {
      steps.back().output += line + "\n";
    } else if (where == console && line.rfind("$ ", 0) == 0) {
      steps.push_back({number, line.substr(2), "", ""});
    } else if (where == console && !steps.empty()) {
      steps.back().output += line + "\n";
    }
  }
  return steps;
}

/// Whether `actual` is what `expected` says, its `…` standing for anything.
bool matches(const std::string& expected, const std::string& actual) {
  static const std::regex special(R"([.^$|()\[\]{}*+?\\])");
  std::string pattern = std::regex_replace(expected, special, R"(\$&)");
  pattern = text::replace_all("\n" + pattern, "\n…\n", "\n(?:.*\n)*");
  pattern = text::replace_all(pattern, "…", ".*");
  return std::regex_match("\n" + actual, std::regex(pattern));
}

TEST(Readme, TheMatcherTellsRightFromWrong) {
  EXPECT_TRUE(matches("a … c\n", "a b c\n"));
  EXPECT_TRUE(matches("a\n…\nd\n", "a\nb\nc\nd\n"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("a … c\n", "a b d\n"));
  EXPECT_FALSE(matches("a.c\n", "abc\n"));
  EXPECT_FALSE(matches("", "a\n"));
}

/// Runs the commands of `page`, in order, in a folder of its own.
void run_page(const std::filesystem::path& page, std::size_t least) {
  const Project project;
  const std::vector<Step> steps = steps_of(project.read(page));
  ASSERT_GE(steps.size(), least);
  const std::string path = dbmig_binary().parent_path();
  // The private server that the tour starts goes with the tour.
  const std::filesystem::path temporary = project.path() / "t";
  std::filesystem::create_directory(temporary);
  for (const Step& step : steps) {
    if (!step.file.empty()) {
      project.write(step.file, step.output);
      continue;
    }
    const Result result = shell("export PATH=" + path +
                                    ":$PATH OMPI_ALLOW_RUN_AS_ROOT=1 "
                                    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
                                    "OMPI_MCA_rmaps_base_oversubscribe=1 "
                                    "PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe\n"
                                    "export TMPDIR=" +
                                    temporary.string() +
                                    "\n"
                                    "unset DATABASE_URL DBMIG_SCRATCH\n" +
                                    step.command,
                                project.path());
    EXPECT_TRUE(matches(step.output, result.out))
        << page.filename().string() << ":" << step.line << ": $ " << step.command << "\nsays:\n"
        << step.output << "\nprints:\n"
        << result.out;
  }
  shell("TMPDIR=" + temporary.string() + " " + dbmig_binary().string() + " scratch --stop",
        project.path());
}

TEST(Readme, EveryCommandPrintsWhatItSays) {
  constexpr std::size_t kLeast = 10;
  run_page(test::source_path("README.md"), kLeast);
}

TEST(Readme, SoDoesEveryCommandOfTheGuides) {
  std::vector<std::filesystem::path> pages;
  for (const auto& entry : std::filesystem::directory_iterator(test::source_path("lib/docs"))) {
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  }
  ASSERT_FALSE(pages.empty());
  std::sort(pages.begin(), pages.end());
  for (const std::filesystem::path& page : pages) run_page(page, 0);
}

}  // namespace
}  // namespace dbmig::test
