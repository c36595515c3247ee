// Tables in which other migration tools keep their records are named once and left alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class OtherTools : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    sql("CREATE TABLE customer (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(64) NOT NULL)");
    sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)");
    sql("INSERT INTO alembic_version VALUES ('ae1027a6acf')");
    sql("CREATE TABLE migrations (id INTEGER NOT NULL PRIMARY KEY, species VARCHAR(40))");
  }
  static int times(const std::string& text, const std::string& part) {
    int count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
      ++count;
    }
    return count;
  }
};

TEST_P(OtherTools, RecordsAreNoPartOfTheModel) {
  const Result adopted = project.expect(0, {"adopt", "--rev-id", "aaaaaaaaaaaa"});
  EXPECT_EQ(times(adopted.err, "alembic_version"), 1) << adopted.err;
  EXPECT_THAT(adopted.err,
              HasSubstr("table 'alembic_version', in which Alembic keeps its records"));
  // A table of the application that only has such a name is the application's.
  EXPECT_THAT(project.expect(0, {"show", "head"}).out,
              AllOf(HasSubstr("migrations"), Not(HasSubstr("alembic_version"))));
  EXPECT_THAT(project.expect(0, {"inspect"}).out, Not(HasSubstr("alembic_version")));
  EXPECT_THAT(project.expect(0, {"diff"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.expect(0, {"diff", "--all"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.expect(0, {"migrate"}).err, HasSubstr("No changes in schema detected."));
  project.expect(0, {"stamp", "base"});
  EXPECT_EQ(sql("SELECT version_num FROM alembic_version"), "ae1027a6acf\n");
}

TEST_P(OtherTools, RecordsThatAreNamedAreWanted) {
  EXPECT_THAT(project.expect(0, {"inspect", "--table", "alembic_version"}).out,
              HasSubstr("version_num"));
  EXPECT_THAT(project.expect(0, {"adopt", "--table", "alembic_version", "--table", "customer"}).err,
              Not(HasSubstr("Left alone")));
  EXPECT_THAT(project.expect(0, {"show", "head"}).out, HasSubstr("alembic_version"));
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.expect(0, {"diff"}).err,
              AllOf(HasSubstr("No differences."), Not(HasSubstr("Left alone"))));
  EXPECT_THAT(project.expect(0, {"adopt", "--dry-run"}).err, Not(HasSubstr("Left alone")));
}

TEST_P(OtherTools, ARecordThatIncludeNamesIsWanted) {
  project.write("dbmig.yaml",
                "database: " + text::quote(url, '"') + "\ninclude: [customer, alembic_version]\n");
  EXPECT_THAT(project.expect(0, {"inspect"}).out, HasSubstr("alembic_version"));
  // A pattern that takes everything names nothing.
  project.write("dbmig.yaml", "database: " + text::quote(url, '"') + "\ninclude: ['*']\n");
  EXPECT_THAT(project.expect(0, {"inspect"}).out, Not(HasSubstr("alembic_version")));
}

TEST_P(OtherTools, RecordsOfADumpAreLeftAlone) {
  const std::string kind = std::string(to_string(GetParam()));
  project.write("schemas/dump." + kind + ".sql",
                "CREATE TABLE customer (id INTEGER NOT NULL PRIMARY KEY);\n"
                "CREATE TABLE django_migrations (id INTEGER NOT NULL PRIMARY KEY, app "
                "VARCHAR(255) NOT NULL, name VARCHAR(255) NOT NULL, applied DATETIME NOT NULL);\n"
                "INSERT INTO django_migrations VALUES (1, 'auth', '0001', '2024-01-01');\n");
  const Result inspected =
      project.expect(0, {"inspect", "--sql-file", "schemas/dump." + kind + ".sql"});
  EXPECT_THAT(inspected.out, AllOf(HasSubstr("customer"), Not(HasSubstr("django"))));
  EXPECT_EQ(times(inspected.err, "django_migrations"), 1) << inspected.err;
  const Result migrated = project.expect(0, {"migrate", "-m", "from a dump"});
  EXPECT_EQ(times(migrated.err, "django_migrations"), 1) << migrated.err;
  EXPECT_THAT(project.expect(0, {"show", "head"}).out, Not(HasSubstr("django")));
}

DBMIG_ON_EACH_DATABASE(OtherTools);

}  // namespace
}  // namespace dbmig::test
