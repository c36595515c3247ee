// The model that is kept for the next command: never another answer than the files give.

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "base/file.hpp"
#include "support.hpp"
#include "support/property.hpp"
#include "support/random_schema.hpp"
#include "support/temp_dir.hpp"
#include "yaml/kept_schemas.hpp"
#include "yaml/model.hpp"

namespace dbmig::yaml {
namespace {

namespace fs = std::filesystem;

/// Long enough to be kept, with a rename.
std::string long_model(const std::string& type) {
  std::string text = "tables:\n";
  for (int i = 0; i < 600; ++i) {
    text += fmt::format(
        "  t{}:\n    columns:\n      id: integer\n      name: {{type: {}, renamed_from: title}}\n"
        "    primary_key: [id]\n",
        i, type);
  }
  return text;
}

class KeptModel : public testing::Test {
 protected:
  KeptModel() {
    fs::create_directories(schemas());
    write(long_model("varchar(40)"));
  }

  fs::path schemas() const { return dir_ / "schemas"; }
  fs::path kept_in() const { return dir_ / ".dbmig"; }
  void write(const std::string& text) const { write_file(schemas() / "all.yaml", text, true); }
  schema::Model load(const ModelOptions& more = {}) const {
    ModelOptions options = more;
    options.kept_in = kept_in();
    return load_model(schemas(), dir_.path(), options);
  }
  schema::Model fresh(ModelOptions options = {}) const {
    options.kept_in.clear();
    return load_model(schemas(), dir_.path(), options);
  }
  std::vector<fs::path> kept() const {
    std::vector<fs::path> files;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(kept_in(), none)) {
      if (entry.path().filename().string().starts_with("model-")) files.push_back(entry.path());
    }
    return files;
  }

  test::TempDir dir_;
};

TEST_F(KeptModel, IsWhatTheFilesSay) {
  const schema::Model first = load();
  ASSERT_EQ(kept().size(), 1U);
  EXPECT_EQ(first, fresh());
  EXPECT_EQ(load(), first);
  EXPECT_EQ(first.renames.columns.size(), 600U);
}

TEST_F(KeptModel, OfFilesThatChangedIsNotRead) {
  load();
  const auto before = fs::last_write_time(schemas() / "all.yaml");
  // The same length and the same time.
  write(long_model("varchar(41)"));
  fs::last_write_time(schemas() / "all.yaml", before);
  EXPECT_EQ(load(), fresh());
  EXPECT_EQ(load().schema.table("t0").columns[1].type.length, 41);
  write_file(schemas() / "b.yaml", "tables: {more: {columns: {id: integer}, primary_key: [id]}}\n",
             true);
  EXPECT_TRUE(load().schema.find_table("more"));
  fs::remove(schemas() / "b.yaml");
  EXPECT_FALSE(load().schema.find_table("more"));
}

TEST_F(KeptModel, IsOneForEachWayOfReading) {
  load();
  for (const auto target : {DialectKind::sqlite, DialectKind::mariadb}) {
    EXPECT_EQ(load({.target = target}), fresh({.target = target}));
  }
  const ModelOptions more{.more = {{"more.yaml", "tables: {u: {columns: {id: integer}}}\n"}}};
  EXPECT_EQ(load(more), fresh(more));
  const ModelOptions some{.selection = {{"t1*"}, {}}};
  EXPECT_EQ(load(some), fresh(some));
  EXPECT_EQ(load(), fresh());
}

TEST_F(KeptModel, IsNotKeptOfFilesWithMistakes) {
  write(long_model("varchar(40)") + "  broken: {columns: {id: integr}}\n");
  const std::string complaint = test::complaint([&] { load(); });
  EXPECT_NE(complaint.find("integr"), std::string::npos);
  EXPECT_EQ(test::complaint([&] { load(); }), complaint);
  EXPECT_TRUE(kept().empty());
}

TEST_F(KeptModel, IsKeptOfTheLastFewStatesOnly) {
  for (int length = 1; length < 12; ++length) {
    write(long_model(fmt::format("varchar({})", length)));
    EXPECT_EQ(load(), fresh());
  }
  EXPECT_LE(kept().size(), 4U);
}

TEST_F(KeptModel, ThatIsDamagedIsDoneWithout) {
  const schema::Model expected = load();
  for (std::uint64_t seed = 0; seed < test::property_seeds(90); ++seed) {
    test::RandomSource random(seed);
    ASSERT_FALSE(kept().empty());
    const fs::path file = kept().front();
    std::string content = read_file(file);
    const std::size_t place = random.below(static_cast<int>(content.size()));
    if (seed % 3 == 0) {
      content.resize(place);
    } else if (seed % 3 == 1) {
      content[place] = static_cast<char>(content[place] ^ (1 << random.below(8)));
    } else {
      content.insert(place, "x");
    }
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
    ASSERT_EQ(load(), expected) << seed;
    ASSERT_EQ(load(), expected) << seed;
  }
  // Of another model, under this one's name.
  const fs::path file = kept().front();
  write(long_model("varchar(50)"));
  const schema::Model other = load();
  for (const fs::path& one : kept()) {
    if (one != file) fs::copy_file(file, one, fs::copy_options::overwrite_existing);
  }
  EXPECT_EQ(load(), other);
}

TEST_F(KeptModel, MeansDoingWithoutWhereItCannotBeWritten) {
  std::ofstream(kept_in()) << "a file";
  EXPECT_EQ(load(), fresh());
  EXPECT_EQ(load(), fresh());
}

}  // namespace
}  // namespace dbmig::yaml
