// The JSON Schemas where editors look for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

namespace fs = std::filesystem;

TEST(Editor, InitNamesSchemasThatAreThere) {
  const Project project;
  project.expect(0, {"init", "shop"});
  for (const auto& [file, schema] :
       {std::pair("shop/schemas/example.yaml", "model"), std::pair("shop/dbmig.yaml", "project")}) {
    const std::string line = text::split(project.read(file), '\n').front();
    const std::string mark = "# yaml-language-server: $schema=";
    ASSERT_TRUE(line.starts_with(mark)) << line;
    const fs::path named = fs::path(file).parent_path() / line.substr(mark.size());
    EXPECT_EQ(project.read(named.lexically_normal()), project.expect(0, {"schema", schema}).out);
  }
  EXPECT_EQ(project.read("shop/.dbmig/.gitignore").back(), '\n');
  EXPECT_EQ(project.expect(0, {"schema"}).out, project.expect(0, {"schema", "model"}).out);
  EXPECT_EQ(project.expect(0, {"schema", "--json"}).json().at("title"),
            "A model of dbmig: schemas/*.yaml");
  EXPECT_THAT(project.expect(2, {"schema", "modle"}).err, testing::HasSubstr("modle"));
}

TEST(Editor, ACloneGetsItsSchemasWithTheFirstCommandAndAnewWhenAsked) {
  Project project;
  project.start();
  project.model("tables:\n  a: {columns: {id: integer}}\n");
  project.migrate("a1", "a");
  fs::remove_all(project.path() / ".dbmig");
  project.expect(0, {"history"});
  const std::string schema = project.expect(0, {"schema", "revision"}).out;
  EXPECT_EQ(project.read(".dbmig/revision.schema.json"), schema);
  project.write(".dbmig/revision.schema.json", "{}");
  project.expect(0, {"history"});
  EXPECT_EQ(project.read(".dbmig/revision.schema.json"), "{}");
  project.expect(0, {"schema", "--write"});
  EXPECT_EQ(project.read(".dbmig/revision.schema.json"), schema);
  // Where nothing can be written, the editor goes without.
  fs::remove_all(project.path() / ".dbmig");
  project.write(".dbmig", "a file");
  project.expect(0, {"history"});
}

}  // namespace
}  // namespace dbmig::test
