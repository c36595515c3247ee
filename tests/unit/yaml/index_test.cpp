#include "yaml/index.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <thread>

#include "base/file.hpp"
#include "base/text.hpp"
#include "support.hpp"
#include "support/random_schema.hpp"
#include "support/temp_dir.hpp"
#include "yaml/kept_schemas.hpp"
#include "yaml/revision.hpp"
#include "yaml/schema_bytes.hpp"

namespace dbmig::yaml {
namespace {

namespace fs = std::filesystem;

constexpr int kRevisions = 150;

std::string id_of(int n) {
  return fmt::format("r{:04}", n);
}

/// A history that has the index's length, two branches and a merge.
void write_revision(const fs::path& folder, int n, const std::string& column) {
  std::string parents = n == 0 ? "" : id_of(n - 1);
  if (n == 100) parents = "r0098, r0099";
  if (n == 99) parents = "r0097";
  // One depends on another branch, one stands for two that are gone.
  const std::string more =
      n == 99   ? "depends_on: [r0098]\n"
      : n == 20 ? "replaces:\n"
                  "  - {revision: old1, parents: [r0019], upgrade: []}\n"
                  "  - {revision: old2, parents: [old1], upgrade: [{add_column: {table: t, name: "
                  "c20, type: int}}]}\n"
                : "";
  const std::string text = fmt::format(
      "revision: {}\nparents: [{}]\n{}message: change {}\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n"
      "  - {}\n{}",
      id_of(n), parents, n % 40 == 1 ? fmt::format("label: [l{0}, m{0}]\n", n) : "", n,
      n == 0 ? "create_table: {t: {columns: {id: int}}}"
             : fmt::format("add_column: {{table: t, name: {}, type: int}}", column),
      more);
  fs::remove(folder / (id_of(n) + ".yaml"));
  write_file(folder / (id_of(n) + ".yaml"), text, false);
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string list_of(const std::set<std::string>& names) {
  return text::join({names.begin(), names.end()}, ",");
}

/// All that commands can ask of a graph.
std::string described(const history::Graph& graph) {
  std::string text;
  for (const std::string& id : graph.topological()) {
    const history::Header& header = graph.header(id);
    text += fmt::format("{} {} {} {} {} {} {}\n", id, text::join(header.parents, ","),
                        header.message, header.created, list_of(graph.labels(id)),
                        header.path.string(), header.checksum.get());
    text += fmt::format("{} {} {} {}\n", text::join(graph.children(id), ","),
                        text::join(graph.needed_by(id), ","), list_of(graph.needs(id)),
                        graph.checksum(id));
    text += print_revision(graph.get(id));
  }
  text += fmt::format("{} {} {} {} {}\n", text::join(graph.heads(), ","),
                      text::join(graph.effective_heads(), ","), text::join(graph.bases(), ","),
                      text::join(graph.branch_points(), ","), text::join(graph.squashes(), ","));
  for (const char* id : {"old1", "old2", "r0020"}) {
    text += graph.replaced_by(id).value_or("-") + ' ';
  }
  return text + to_bytes(graph.fold());
}

class IndexTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    project = new test::TempDir;  // NOLINT(cppcoreguidelines-owning-memory)
    fs::create_directories(migrations());
    for (int n = 0; n < kRevisions; ++n) write_revision(migrations(), n, fmt::format("c{}", n));
    fs::create_directories(large() / "migrations");
    write_file(large() / "migrations" / "all.yaml", large_revision(), false);
    fs::create_directories(small() / "migrations");
    write_file(small() / "migrations" / "one.yaml", "revision: a\nparents: []\nupgrade: []\n",
               false);
    // Only files that are older than a file system's clock can tell are kept.
    std::this_thread::sleep_for(std::chrono::milliseconds(2'100));
  }
  static void TearDownTestSuite() { delete project; }

  /// A project whose one revision is that of an existing database.
  static fs::path large() { return project->path() / "large"; }
  static fs::path small() { return project->path() / "small"; }
  static std::string large_revision() {
    std::string text = "revision: a\nparents: []\nupgrade:\n";
    for (int n = 0; n < 1000; ++n) {
      text += fmt::format("  - create_table: {{t{}: {{columns: {{id: int}}}}}}\n", n);
    }
    return text;
  }

  static fs::path migrations() { return project->path() / "migrations"; }
  static fs::path index() { return project->path() / ".dbmig"; }
  static history::Graph load() { return load_graph({migrations()}, project->path(), index()); }
  static std::string plainly() { return described(load_graph(migrations(), project->path())); }

  static test::TempDir* project;
};
test::TempDir* IndexTest::project = nullptr;

TEST_F(IndexTest, NoAnswerDependsOnIt) {
  const std::string wanted = plainly();
  EXPECT_EQ(described(load()), wanted);
  ASSERT_TRUE(fs::exists(index() / "revisions"));
  EXPECT_NE(content_of(index() / ".gitignore").find("\n*\n"), std::string::npos);
  EXPECT_EQ(described(load()), wanted);

  std::mt19937 random(5);  // NOLINT(cert-msc51-cpp): the same each time
  for (int round = 0; round < 60; ++round) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(index())) files.push_back(entry.path());
    ASSERT_FALSE(files.empty());
    const fs::path& file = files[random() % files.size()];
    std::string content = content_of(file);
    switch (random() % 5) {
      case 0:
        fs::remove(file);
        break;
      case 1:
        content.resize(content.size() * (random() % 100) / 100);
        break;
      case 2:
        for (int i = 0; i < 3 && !content.empty(); ++i) {
          content[random() % content.size()] = static_cast<char>(random());
        }
        break;
      case 3:
        content += "more";
        break;
      default:
        fs::rename(file, index() / "schema-150-x");
    }
    if (fs::exists(file)) std::ofstream(file, std::ios::binary) << content;
    ASSERT_EQ(described(load()), wanted) << "round " << round << " " << file;
  }
  fs::remove_all(index());
  EXPECT_EQ(described(load()), wanted);
}

TEST_F(IndexTest, OperationsThatAreReadAheadAreTheSameAndWhatCannotBeReadIsSaidWhenItIsNeeded) {
  const history::Graph wanted = load_graph(migrations(), project->path());
  load();
  const history::Graph graph = load();
  const std::string damaged = graph.header("r0011").path.string();
  const std::string content = content_of(damaged);
  std::ofstream(damaged, std::ios::binary) << "revision: [";
  graph.read_ahead(graph.topological());
  EXPECT_NE(test::complaint([&] { graph.get("r0011"); }), "");
  std::ofstream(damaged, std::ios::binary) << content;
  for (const std::string& id : graph.topological()) {
    if (id == "r0011") continue;
    EXPECT_EQ(print_revision(graph.get(id)), print_revision(wanted.get(id)));
  }
}

TEST_F(IndexTest, OperationsAreReadWhenTheyAreAskedForAndNeverOfAnotherFile) {
  load();
  const history::Graph graph = load();
  EXPECT_EQ(graph.header("r0007").message, "change 7");
  write_revision(migrations(), 7, "other");
  EXPECT_EQ(graph.header("r0007").message, "change 7");
  EXPECT_NE(test::complaint([&] { graph.get("r0007"); }).find("was changed while"),
            std::string::npos);
  // What changes after that, within one tick of the clock, is seen as well: it was not kept.
  EXPECT_NE(print_revision(load().get("r0007")).find("other"), std::string::npos);
  write_revision(migrations(), 7, "third");
  EXPECT_NE(print_revision(load().get("r0007")).find("third"), std::string::npos);
  EXPECT_EQ(described(load()), plainly());
}

TEST_F(IndexTest, OneLargeFileIsReadOnceAndASmallOneNeedsNoIndex) {
  const auto load_from = [](const fs::path& folder) {
    return load_graph({folder / "migrations"}, folder, folder / ".dbmig");
  };
  const std::string wanted = to_bytes(load_graph(large() / "migrations", large()).fold());
  EXPECT_EQ(to_bytes(load_from(large()).fold()), wanted);
  const history::Graph graph = load_from(large());
  // Who reads it now, reads another file.
  write_file(large() / "migrations" / "other", "revision: a\nparents: []\nupgrade: []\n", false);
  fs::rename(large() / "migrations" / "other", large() / "migrations" / "all.yaml");
  EXPECT_EQ(to_bytes(graph.fold()), wanted);
  EXPECT_NE(test::complaint([&] { graph.get("a"); }).find("was changed while"), std::string::npos);
  EXPECT_TRUE(load_from(large()).fold().tables.empty());

  load_from(small());
  EXPECT_FALSE(index_is_there(small() / ".dbmig"));
}

TEST_F(IndexTest, MistakesAreToldAsWithoutIt) {
  load();
  write_file(migrations() / "zz.yaml", "revision: [\n", false);
  const std::string without = test::complaint([&] { load_graph(migrations(), project->path()); });
  EXPECT_EQ(test::complaint([&] { load(); }), without);
  EXPECT_EQ(test::complaint([&] { load(); }), without);
  fs::remove(migrations() / "zz.yaml");
  fs::rename(migrations() / "r0003.yaml", project->path() / "kept");
  EXPECT_NE(test::complaint([&] { load(); }).find("r0003"), std::string::npos);
  fs::rename(project->path() / "kept", migrations() / "r0003.yaml");
  EXPECT_EQ(described(load()), plainly());
}

TEST_F(IndexTest, APipeAmongTheRevisionsIsNotWaitedFor) {
  load();
  const fs::path pipe = migrations() / "pipe.yaml";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(test::complaint([&] { load(); }), testing::HasSubstr("pipe.yaml is not a file"));
  EXPECT_THAT(test::complaint([&] { plainly(); }), testing::HasSubstr("pipe.yaml is not a file"));
  fs::remove(pipe);
  fs::create_symlink("/dev/zero", pipe);
  EXPECT_THAT(test::complaint([&] { load(); }), testing::HasSubstr("pipe.yaml is not a file"));
  fs::remove(pipe);
  // One that nobody writes into reads as empty.
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_file(pipe), "");
  fs::remove(pipe);
  EXPECT_EQ(described(load()), plainly());
}

TEST_F(IndexTest, AFolderThatCannotBeWrittenMeansDoingWithout) {
  fs::remove_all(index());
  write_file(index(), "no folder", false);
  EXPECT_EQ(described(load()), plainly());
  EXPECT_EQ(content_of(index()), "no folder");
  fs::remove(index());
}

TEST(SchemaBytes, ReadBackToTheSameAndNothingElseIsRead) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const schema::Schema schema = test::random_schema(seed);
    const std::string bytes = to_bytes(schema);
    ASSERT_EQ(schema_from_bytes(bytes), schema) << seed;
    for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 20) {
      EXPECT_FALSE(schema_from_bytes(std::string_view(bytes).substr(0, size)));
    }
    EXPECT_FALSE(schema_from_bytes(bytes + "x"));
  }
}

}  // namespace
}  // namespace dbmig::yaml
