// Where a branch is judged before it is merged: --pending-against, --format, the files of
// examples/ci/.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/text.hpp"
#include "cli/harness.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"
#include "support/source_path.hpp"

namespace dbmig::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

const std::string kExamples = test::source_path("examples/ci/");

/// A project in a git repository whose branches are `main` and, when it was begun, `feature`.
class Repository : public Project {
 public:
  /// The project is in `folder` of the repository.
  explicit Repository(std::string folder = ".") : folder_(std::move(folder)) {
    git("init -q -b main");
    git("config user.email ada@example.org && git config user.name Ada");
    write("dbmig.yaml", "database: sqlite:///app.db\ndialects: [sqlite]\n");
    write("migrations/.keep", "");
    write("schemas/.keep", "");
  }

  std::string git(const std::string& arguments) const {
    const Result result = shell("git " + arguments, path());
    EXPECT_EQ(result.code, 0) << arguments << "\n" << result.out;
    return result.out;
  }
  void commit() const { git("add -A && git commit --allow-empty -qm x"); }
  fs::path root() const { return path() / folder_; }
  void write(const std::string& name, const std::string& content) const {
    Folder::write(fs::path(folder_) / name, content);
  }
  std::string file(const std::string& id) const { return "migrations/" + id + ".yaml"; }
  /// A revision that makes table `id` with `columns` columns.
  void revise(const std::string& id, const std::string& parent, int columns = 1) const {
    std::string text = "revision: " + id + "\nparents: [" + parent + "]\nmessage: about " + id +
                       "\nupgrade:\n  - create_table:\n      t_" + id +
                       ":\n        columns:\n          id: {type: integer, autoincrement: true}\n";
    for (int i = 0; i < columns; ++i) text += "          c" + std::to_string(i) + ": integer\n";
    write(file(id), text + "        primary_key: [id]\n");
  }
  Result run(const Arguments& arguments) const {
    Arguments words{dbmig_binary().string(), "-C", root().string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return test::run(words, options());
  }
  std::vector<std::string> linted(const std::string& ref) const {
    const Result result = run({"lint", "--offline", "--json", "--pending-against", ref});
    return result.json().at("revisions").get<std::vector<std::string>>();
  }
  /// "branch_edited a1", of all that `check` says about the branch.
  std::vector<std::string> said(const std::string& ref) const {
    const Result result = run({"check", "--offline", "--json", "--pending-against", ref});
    std::vector<std::string> list;
    for (const auto& one : result.json()) {
      const std::string kind = one.at("kind");
      if (!kind.starts_with("branch_")) continue;
      list.push_back(kind + " " + one.at("subject").get<std::string>());
    }
    return list;
  }

 private:
  std::string folder_;
};

/// What a random branch did to a random main, and what must be said of it.
struct Expected {
  std::set<std::string> linted;
  std::vector<std::string> said;
};

/// Two branches that go on from one history; `feature` is checked out in the end.
Expected make_branches(const Repository& repository, RandomSource& source) {
  std::vector<std::string> common;
  const int first = source.between(1, 4);
  for (int i = 0; i < first; ++i) {
    common.push_back("aa" + std::to_string(i));
    repository.revise(common.back(), i == 0 ? "" : common[common.size() - 2]);
  }
  repository.commit();
  repository.git("branch feature");
  const bool main_goes_on = source.chance(60);
  if (main_goes_on) {
    repository.revise("bb0", common.back());
    repository.commit();
  }
  repository.git("checkout -q feature");
  Expected expected;
  std::string head = common.back();
  const int added = source.between(0, 2);
  for (int i = 0; i < added; ++i) {
    const std::string id = "cc" + std::to_string(i);
    repository.revise(id, head);
    expected.linted.insert(id);
    head = id;
  }
  for (const std::string& id : common) {
    const fs::path file = repository.root() / repository.file(id);
    switch (source.below(5)) {
      case 0:  // another meaning
        repository.revise(id, id == common.front() ? "" : common[std::stoul(id.substr(2)) - 1], 2);
        expected.linted.insert(id);
        expected.said.push_back("branch_edited " + id);
        break;
      case 1:  // the same meaning in another file, with other bytes
        shell("sed -i 's/message: .*/message: equivalent/; s/$/\\r/' " + file.string(), "/");
        fs::rename(file, file.parent_path() / ("renamed_" + id + ".yml"));
        break;
      default:
        break;
    }
  }
  // The last one without children may go.
  if (added == 0 && common.size() > 1 && source.chance(30)) {
    const std::string id = common.back();
    shell("rm migrations/*" + id + "*", repository.root());
    expected.linted.erase(id);
    std::erase(expected.said, "branch_edited " + id);
    expected.said.push_back("branch_removed " + id);
  }
  if (main_goes_on && added > 0) expected.said.push_back("branch_heads cc0");
  if (source.chance(60)) repository.commit();  // what is not committed counts as well
  return expected;
}

TEST(PullRequest, WhatABranchAddsChangesAndRemovesIsKnownByMeaning) {
  for (std::uint64_t seed = 0; seed < property_seeds(8); ++seed) {
    RandomSource source(seed);
    const Repository repository(source.chance(50) ? "." : "db/of the shop");
    const Expected expected = make_branches(repository, source);
    EXPECT_THAT(repository.linted("main"), UnorderedElementsAreArray(expected.linted))
        << "seed " << seed;
    EXPECT_THAT(repository.said("main"), UnorderedElementsAreArray(expected.said))
        << "seed " << seed;
  }
}

TEST(PullRequest, BothSidesOfAContradictionAreShownBeforeTheMerge) {
  const Repository repository;
  repository.revise("a1", "");
  repository.commit();
  repository.git("branch feature");
  const auto widen = [&](const std::string& id, const std::string& type) {
    repository.write(repository.file(id), "revision: " + id + "\nparents: [a1]\nmessage: m\n" +
                                              "upgrade:\n  - alter_column: {table: t_a1, name: c0, "
                                              "type: " +
                                              type + "}\n");
  };
  widen("b1", "bigint");
  repository.commit();
  repository.git("checkout -q feature");
  widen("c1", "text");
  EXPECT_THAT(repository.said("main"),
              ElementsAre("branch_heads c1", "branch_contradiction c1", "branch_contradiction c1"));
  const Result text = repository.run({"check", "--offline", "--pending-against", "main"});
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("migrations/c1.yaml:1: after a merge with main there are 2 heads: "
                              "b1, c1; merge it into this branch (`git merge main`), then run "
                              "`dbmig merge heads`"),
                    HasSubstr("migrations/b1.yaml:5:5: "), HasSubstr("migrations/c1.yaml:5:5: ")));
}

TEST(PullRequest, AShallowCloneOfOneBranchWillDo) {
  const Repository repository;
  repository.revise("a1", "");
  repository.commit();
  repository.git("checkout -qb feature");
  repository.revise("b1", "a1");
  repository.commit();
  const Folder clone;
  const std::string url = "file://" + repository.path().string();
  ASSERT_EQ(shell("git clone -q --depth=1 --branch feature " + url + " c", clone.path()).code, 0);
  const fs::path there = clone.path() / "c";
  const auto lint = [&](const std::string& ref) {
    return run({dbmig_binary().string(), "-C", there.string(), "lint", "--offline", "--json",
                "--pending-against", ref});
  };
  const Result unknown = lint("origin/main");
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("git knows no 'origin/main' in " + there.string() +
                                     "; fetch it first: git fetch --depth=1 origin "
                                     "+refs/heads/main:refs/remotes/origin/main"));
  // The message's own command mends it.
  const std::size_t at = unknown.err.find("git fetch");
  ASSERT_EQ(shell(unknown.err.substr(at), there).code, 0);
  EXPECT_THAT(lint("origin/main").json().at("revisions"), ElementsAre("b1"));
}

TEST(PullRequest, WithoutGitOrARepositoryTheMessageSaysSo) {
  Repository repository;
  repository.revise("a1", "");
  const Result no_commit = repository.run({"lint", "--pending-against", "main"});
  EXPECT_EQ(no_commit.code, 1);
  EXPECT_THAT(no_commit.err, HasSubstr("git knows no 'main'"));
  repository.commit();
  for (const std::string ref : {"nowhere", "-x", "--help", "", "a b", "main:migrations"}) {
    const Result result = repository.run({"check", "--offline", "--pending-against=" + ref});
    EXPECT_NE(result.code, 0) << ref;
    EXPECT_NE(result.err, "") << ref;
  }
  repository.environment["PATH"] = "/nowhere";
  const Result no_git = repository.run({"verify", "--pending-against", "main"});
  EXPECT_EQ(no_git.code, 1);
  EXPECT_THAT(no_git.err, HasSubstr("git is not installed; install it"));

  const Project outside;
  outside.start();
  EXPECT_THAT(outside.expect(1, {"lint", "--pending-against", "main"}).err,
              HasSubstr("is in no git repository"));
}

TEST(PullRequest, ARepositoryThatTheEnvironmentNamesIsNotAsked) {
  const Repository other;
  other.commit();
  Repository repository("db");
  repository.revise("a1", "");
  repository.commit();
  // As git sets it for a hook of another repository, relative to a folder that is not ours.
  repository.environment["GIT_DIR"] = ".git";
  repository.environment["GIT_WORK_TREE"] = other.path().string();
  repository.environment["GIT_INDEX_FILE"] = "/nowhere";
  EXPECT_THAT(repository.linted("main"), IsEmpty());
}

TEST(PullRequest, EveryCommandHasEveryFormat) {
  const Repository repository("db");
  repository.revise("a1", "");
  repository.commit();
  repository.git("checkout -qb feature");
  repository.write(repository.file("b1"),
                   "revision: b1\nparents: [a1]\nmessage: \"<away> & gone\"\nupgrade:\n"
                   "  - drop_column: {table: t_a1, name: c0}\n"
                   "  - execute: {sql: \"DELETE FROM nowhere\"}\n");
  repository.write("schemas/a.yaml", "tables:\n  t_a1:\n    columns:\n      id: bigint\n");
  std::string files;
  const std::map<std::string, int> codes{{"lint", 4}, {"check", 3}, {"verify", 1}};
  for (const auto& [command, code] : codes) {
    for (const std::string format : {"text", "json", "github", "sarif", "junit"}) {
      Project::Arguments words{command, "--format", format, "--pending-against", "main"};
      if (command != "verify") words.push_back("--offline");
      const Result result = repository.run(words);
      EXPECT_EQ(result.code, code) << command << " " << format << "\n" << result;
      if (format == "json") {
        EXPECT_FALSE(result.json().empty());
      }
      if (format == "github") {
        EXPECT_THAT(result.out, HasSubstr("::error file=db/")) << command << "\n" << result;
      }
      const std::string name = command + (format == "junit" ? ".xml" : "." + format);
      repository.Folder::write(name, result.out);
      if (format == "sarif" || format == "junit") files += " " + name;
    }
  }
  const Result read =
      shell("/usr/bin/python3 " + test::source_path("tests/support/check_reports.py") + " " +
                test::source_path("tests/unit/report/sarif-2.1.0-rtm.5.json") + files,
            repository.path());
  EXPECT_EQ(read.code, 0) << read.out;
  EXPECT_THAT(repository.run({"lint", "--json", "--format", "sarif"}).err,
              HasSubstr("--json and --format sarif exclude each other"));
  EXPECT_EQ(repository.run({"lint", "--format", "xml"}).code, 2);
}

TEST(PullRequest, AFileWithAMistakeIsAnnotatedWhereTheMistakeIs) {
  const Repository repository("db");
  repository.revise("a1", "");
  repository.write("schemas/a.yaml", "tables:\n  x:\n    colums: {id: integer}\n");
  const Result model = repository.run({"check", "--offline", "--format", "github"});
  EXPECT_EQ(model.code, 1);
  EXPECT_THAT(model.out, HasSubstr("::error file=db/schemas/a.yaml,line=3,col=5,"));
  repository.write(repository.file("b1"),
                   "revision: b1\nparents: [a1]\nupgrade:\n  - nonsense: x\n");
  for (const std::string command : {"lint", "check", "verify"}) {
    const Result result = repository.run({command, "--format", "github"});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.out, HasSubstr("::error file=db/migrations/b1.yaml,line=4,col=5,"))
        << command;
  }
}

/// A repository with a clone of it, in which a feature branch adds a revision.
class Services : public testing::Test {
 protected:
  Services() {
    origin.revise("a1", "");
    origin.write("schemas/a.yaml",
                 "tables:\n  t_a1:\n    columns:\n      id: {type: integer, autoincrement: true}\n"
                 "      c0: integer\n    primary_key: [id]\n");
    origin.commit();
    const std::string url = "file://" + origin.path().string();
    EXPECT_EQ(shell("git clone -q --depth=1 " + url + " c", work.path()).code, 0);
    clone = work.path() / "c";
    shell("git checkout -qb feature && git config user.email a@b && git config user.name n", clone);
  }
  /// Runs the commands of an example file in the clone as the service would.
  Result service(const std::string& kind, const std::string& file) const {
    const std::string path = dbmig_binary().parent_path();
    return shell("export PATH=" + path + ":$PATH HOME=" + work.path().string() +
                     " GITHUB_BASE_REF=main CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main "
                     "GITHUB_WORKSPACE=$PWD DBMIG_SCRATCH=off\n"
                     "/usr/bin/python3 " +
                     test::source_path("tests/support/ci_commands.py") + " " + kind + " " +
                     kExamples + file + " > ../commands || exit 99\nbash ../commands",
                 clone);
  }
  void add_revision(const std::string& operation) const {
    work.write("c/migrations/b1.yaml",
               "revision: b1\nparents: [a1]\nmessage: m\nupgrade:\n  - " + operation + "\n");
  }
  void add_model(const std::string& lines) const {
    work.write("c/schemas/b.yaml", "tables:\n" + lines);
  }

  Repository origin;
  Folder work;
  fs::path clone;
};

constexpr const char* kHarmless =
    "create_table: {neu: {columns: {id: {type: integer, nullable: false}}, primary_key: [id]}}";
constexpr const char* kHarmlessModel =
    "  neu: {columns: {id: {type: integer, nullable: false}}, primary_key: [id]}\n";

TEST_F(Services, GithubsWorkflowTellsAGoodBranchFromABad) {
  add_revision(kHarmless);
  add_model(kHarmlessModel);
  const Result good = service("github", "github.yml");
  EXPECT_EQ(good.code, 0) << good.out;
  EXPECT_THAT(work.read("c/dbmig.sarif"), HasSubstr("\"2.1.0\""));
  add_revision("drop_table: t_a1");
  const Result bad = service("github", "github.yml");
  EXPECT_NE(bad.code, 0) << bad.out;
  EXPECT_THAT(bad.out, AllOf(HasSubstr("::error file=migrations/b1.yaml,line=5,col=5,title=dbmig "
                                       "lint%3A DS101::"),
                             HasSubstr("title=dbmig check%3A model::")));
}

TEST_F(Services, GitlabsPipelineTellsAGoodBranchFromABad) {
  add_revision(kHarmless);
  add_model(kHarmlessModel);
  const Result good = service("gitlab", "gitlab.yml");
  EXPECT_EQ(good.code, 0) << good.out;
  EXPECT_THAT(work.read("c/verify.xml"), HasSubstr("failures=\"0\""));
  add_revision("drop_table: t_a1");
  EXPECT_NE(service("gitlab", "gitlab.yml").code, 0);
  EXPECT_THAT(work.read("c/lint.xml"), HasSubstr("type=\"DS101\""));
}

TEST_F(Services, TheHookKeepsABadRevisionOutOfACommit) {
  fs::copy_file(std::string(kExamples) + "pre-commit", clone / ".git/hooks/pre-commit");
  const auto commit = [&] {
    return shell("export PATH=" + dbmig_binary().parent_path().string() +
                     ":$PATH\ngit add -A && git commit -qm x",
                 clone);
  };
  add_revision("drop_table: t_a1");
  const Result bad = commit();
  EXPECT_NE(bad.code, 0);
  EXPECT_THAT(bad.out, HasSubstr("The model and the revisions differ: "));
  add_revision(kHarmless);
  add_model(kHarmlessModel);
  const Result good = commit();
  EXPECT_EQ(good.code, 0) << good.out;
  // In a folder of the repository, in another working tree, before the first commit.
  const Folder first;
  fs::create_directory(first.path() / "r");
  fs::copy(clone, first.path() / "r" / "db", fs::copy_options::recursive);
  fs::remove_all(first.path() / "r" / "db" / ".git");
  const Result begun = shell(
      "cd r && git init -q && git config user.email a@b && git config user.name n && git config "
      "dbmig.folder db && cp " +
          std::string(kExamples) +
          "pre-commit .git/hooks/ && export PATH=" + dbmig_binary().parent_path().string() +
          ":$PATH && git add -A && git commit -qm x && git worktree add -q ../other && cd ../other "
          "&& echo '# x' >> db/dbmig.yaml && git commit -qam y",
      first.path());
  EXPECT_EQ(begun.code, 0) << begun.out;
}

TEST_F(Services, TheHooksOfThePreCommitFrameworkRun) {
  add_revision(kHarmless);
  add_model(kHarmlessModel);
  const Result good = service("pre-commit", "pre-commit-config.yaml");
  EXPECT_EQ(good.code, 0) << good.out;
  add_revision("drop_table: t_a1");
  EXPECT_EQ(service("pre-commit", "pre-commit-config.yaml").code, 3);
}

}  // namespace
}  // namespace dbmig::test
