#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;

TEST(Embed, OfTheProjectNeedsNoFolder) {
  Project project;
  project.start();
  project.model("tables: {t: {columns: {id: integer}, primary_key: [id]}}\n");
  project.migrate("aaaaaaaaaaaa", "first");
  const Result shown = project.expect(0, {"embed"});
  EXPECT_THAT(shown.out, HasSubstr("aaaaaaaaaaaa"));
  project.expect(0, {"embed", "-o", "generated", "--name", "shop"});
  EXPECT_THAT(project.files("generated"), testing::UnorderedElementsAre("shop.cpp", "shop.hpp"));
}

}  // namespace
}  // namespace dbmig::test
