#include "run/edited.hpp"

#include <gtest/gtest.h>

#include "yaml/revision.hpp"

namespace dbmig::run {
namespace {

history::Revision revision(const std::string& rest) {
  return yaml::parse_revision("revision: aaa\nparents: []\nmessage: m\n" + rest, "a.yaml");
}

constexpr const char* kOne = "  - add_column: {table: t, name: a, type: integer}\n";
constexpr const char* kWider = "  - add_column: {table: t, name: a, type: bigint}\n";
constexpr const char* kOther = "  - drop_column: {table: t, name: b}\n";

TEST(DescribeEdit, NamesTheFirstOperationThatIsAnotherOne) {
  const std::string up = "upgrade:\n";
  const auto edit = [&](const std::string& was, const std::string& is) {
    return describe_edit(revision(was), revision(is));
  };
  EXPECT_EQ(edit(up + kOne, up + kOne), "");
  EXPECT_EQ(edit(up + kOne, up + kOther),
            "operation 1 of the upgrade was changed from add column 't.a' to drop column 't.b'");
  EXPECT_EQ(edit(up + kOne, up + kWider),
            "operation 1 of the upgrade was changed in its details: add column 't.a'");
  EXPECT_EQ(edit(up + kOne, up + kOne + kOther),
            "operation 2 of the upgrade was added: drop column 't.b'");
  EXPECT_EQ(edit(up + kOne + kOther, up + kOne),
            "operation 2 of the upgrade was removed: drop column 't.b'");
  EXPECT_EQ(edit(up + kOne, up + kOne + "downgrade:\n" + kOther), "a `downgrade:` was added");
  EXPECT_EQ(edit(up + kOne + "downgrade:\n" + kOther, up + kOne + "downgrade: []\n"),
            "operation 1 of the downgrade was removed: drop column 't.b'");
}

TEST(DescribeEdit, NamesParents) {
  const history::Revision was = revision("upgrade: []\n");
  history::Revision is = was;
  is.parents = {"bbb", "ccc"};
  EXPECT_EQ(describe_edit(was, is), "its parents were [] and are now [bbb, ccc]");
}

}  // namespace
}  // namespace dbmig::run
