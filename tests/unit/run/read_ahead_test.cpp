// Rows of the bookkeeping that are read before the database is locked.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReadAhead : public RunTest {
 protected:
  void SetUp() override {
    RunTest::SetUp();
    if (IsSkipped()) return;
    RevisionStore store(*connection_);
    store.create_if_missing();
    store.insert(row("aaa"));
  }

  static AppliedRevision row(const std::string& id) {
    AppliedRevision row;
    row.id = id;
    row.applied_at = utc_now();
    return row;
  }

  /// What a store gives that read ahead before `meanwhile`; nothing where it cannot tell.
  std::optional<std::vector<std::string>> ids_after(const std::function<void()>& meanwhile) {
    std::optional<RowsAhead> ahead = RevisionStore(*connection_).read_ahead();
    if (!ahead) return std::nullopt;
    RevisionStore store(*connection_);
    store.use(std::move(*ahead));
    meanwhile();
    return ids(store.all());
  }

  static std::vector<std::string> ids(const std::vector<AppliedRevision>& rows) {
    std::vector<std::string> ids;
    for (const AppliedRevision& one : rows) ids.push_back(one.id);
    return ids;
  }
};

TEST_P(ReadAhead, GivesTheRowsOrIsNotOffered) {
  const auto ids = ids_after([] {});
  EXPECT_EQ(ids.has_value(), GetParam() == DialectKind::sqlite);
  if (ids) {
    EXPECT_THAT(*ids, ElementsAre("aaa"));
  }
}

TEST_P(ReadAhead, IsForgottenWhenAnotherConnectionWrites) {
  const auto other = connect();
  const auto after = ids_after([&] { RevisionStore(*other).insert(row("bbb")); });
  if (after) {
    EXPECT_THAT(*after, ElementsAre("aaa", "bbb"));
  }
  const auto gone = ids_after([&] { RevisionStore(*other).remove("bbb"); });
  if (gone) {
    EXPECT_THAT(*gone, ElementsAre("aaa"));
  }
}

TEST_P(ReadAhead, IsForgottenWhenThisConnectionWrites) {
  const auto after = ids_after([&] { RevisionStore(*connection_).insert(row("bbb")); });
  if (after) {
    EXPECT_THAT(*after, ElementsAre("aaa", "bbb"));
  }
  const auto gone = ids_after([&] { connection_->execute("DELETE FROM dbmig_revisions"); });
  if (gone) {
    EXPECT_THAT(*gone, IsEmpty());
  }
}

TEST_P(ReadAhead, GoesForOneReading) {
  std::optional<RowsAhead> ahead = RevisionStore(*connection_).read_ahead();
  if (!ahead) return;
  RevisionStore store(*connection_);
  store.use(std::move(*ahead));
  EXPECT_EQ(store.all().size(), 1U);
  store.remove("aaa");
  EXPECT_THAT(store.all(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Databases, ReadAhead,
                         testing::Values(DialectKind::sqlite, DialectKind::mariadb), name_of_kind);

}  // namespace
}  // namespace dbmig::run
