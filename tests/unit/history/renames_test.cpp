#include "history/renames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbmig::history {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

ops::AlterColumn rename(std::string table, std::string from, std::string to) {
  ops::AlterColumn alter;
  alter.table = std::move(table);
  alter.name = std::move(from);
  alter.rename = std::move(to);
  return alter;
}

Revision renaming_revision(std::string id, std::vector<std::string> parents,
                           std::vector<ops::Operation> operations) {
  Revision made;
  made.id = std::move(id);
  made.parents = std::move(parents);
  made.upgrade = std::move(operations);
  return made;
}

const std::vector<ops::Operation> kSwapped = {rename("t", "a", "x"), rename("t", "b", "a"),
                                              rename("t", "x", "b")};

TEST(Renames, AreFollowedThroughTablesAndTemporaryNames) {
  Renames renames;
  renames.follow(kSwapped);
  renames.follow({ops::RenameTable{"t", "u"}, rename("u", "a", "c")});
  EXPECT_THAT(renames.hints().tables, ElementsAre(Pair("u", "t")));
  EXPECT_THAT(renames.hints().columns,
              ElementsAre(Pair(Pair("u", "b"), "a"), Pair(Pair("u", "c"), "b")));
  EXPECT_THAT(renames.inverse().columns,
              ElementsAre(Pair(Pair("t", "a"), "b"), Pair(Pair("t", "b"), "c")));
}

TEST(Renames, WhatARevisionCarriedOutIsDone) {
  schema::RenameHints hints;
  hints.columns[{"t", "a"}] = "b";
  hints.columns[{"t", "b"}] = "a";
  hints.columns[{"t", "d"}] = "e";
  hints.tables["t"] = "s";
  const Graph swapped({renaming_revision("a1", {}, {}), renaming_revision("b1", {"a1"}, kSwapped)});
  const schema::RenameHints done = with_done(hints, swapped);
  EXPECT_THAT(done.done_columns, ElementsAre(Pair("t", "a"), Pair("t", "b")));
  EXPECT_THAT(done.done_tables, IsEmpty());
  EXPECT_EQ(done.columns, hints.columns);
  const Graph other({renaming_revision("a1", {}, {rename("t", "a", "b")})});
  EXPECT_THAT(with_done(hints, other).done_columns, ElementsAre(Pair("t", "b")));
}

}  // namespace
}  // namespace dbmig::history
