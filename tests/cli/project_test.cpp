// init, finding a project, and everything that needs no database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

constexpr const char* kUsuario = R"(tables:
  usuario:
    columns:
      id: {type: integer, autoincrement: true}
      nombre: {type: varchar(64), nullable: false}
    primary_key: [id]
)";

TEST(Init, StartsAProjectThatWorks) {
  const Project project;
  const Result result = project.expect(0, {"init"});
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err,
              AllOf(ContainsRegex("  Generating .*/dbmig.yaml ...  done\n"), HasSubstr("Next: ")));
  EXPECT_THAT(project.files(""), ElementsAre(".dbmig", "dbmig.yaml", "migrations", "schemas"));
  EXPECT_THAT(project.expect(0, {"migrate", "-m", "x"}).err,
              HasSubstr("No changes in schema detected."));
  EXPECT_EQ(project.expect(0, {"heads"}).out, "");
  project.expect(0, {"upgrade"});
  project.expect(0, {"check"});
}

TEST(Init, TheExampleIsAModel) {
  const Project project;
  project.expect(0, {"init"});
  const std::string text = project.read("schemas/example.yaml");
  const std::size_t begin = text.find("# tables:");
  ASSERT_NE(begin, std::string::npos);
  project.write("schemas/example.yaml", text::replace_all("\n" + text.substr(begin), "\n# ", "\n"));
  EXPECT_THAT(project.expect(0, {"migrate", "-m", "x"}).err,
              HasSubstr("Detected added table 'customer'"));
  project.expect(0, {"upgrade"});
}

TEST(Init, NeverOverwrites) {
  const Project project;
  project.write("dbmig.yaml", "database: sqlite:///mine.db\n");
  const Result result = project.expect(1, {"init"});
  EXPECT_THAT(result.err, HasSubstr("dbmig.yaml exists already"));
  EXPECT_EQ(project.read("dbmig.yaml"), "database: sqlite:///mine.db\n");
  EXPECT_THAT(project.files(""), ElementsAre("dbmig.yaml"));
  project.expect(0, {"init", "other"});
  EXPECT_THAT(project.files("other"), SizeIs(4));
  EXPECT_EQ(project.expect(1, {"init", "other"}).out, "");
}

TEST(Init, WritesTheSettingsFileThatIsNamed) {
  const Project project;
  project.expect(0, {"init", "--config", "my.yaml"});
  EXPECT_THAT(project.files(""), ElementsAre(".dbmig", "migrations", "my.yaml", "schemas"));
  project.expect(0, {"--config", "my.yaml", "upgrade"});
  EXPECT_THAT(project.expect(1, {"init", "--config", "my.yaml"}).err,
              HasSubstr("my.yaml exists already"));
  project.expect(0, {"init", "--config", "shop/my.yaml"});
  EXPECT_THAT(project.files("shop"), ElementsAre(".dbmig", "migrations", "my.yaml", "schemas"));
  project.expect(0, {"--config", "shop/my.yaml", "heads"});
  EXPECT_THAT(project.expect(2, {"init", "blog", "--config", "my.yaml"}).err,
              HasSubstr("--config"));
}

TEST(Init, KeepsAPasswordOutOfTheFile) {
  const Project project;
  const Result result = project.expect(0, {"init", "--url", "mariadb://shop:geheim@db/shop"});
  EXPECT_THAT(result.err, AllOf(HasSubstr("DATABASE_URL"), Not(HasSubstr("geheim"))));
  EXPECT_THAT(project.read("dbmig.yaml"),
              AllOf(HasSubstr("${DATABASE_URL"), Not(HasSubstr("geheim"))));
}

TEST(Init, TakesTheUrlGiven) {
  Project project;
  project.expect(0, {"init", "--url", "sqlite:///shop.db"});
  EXPECT_THAT(project.read("dbmig.yaml"), HasSubstr("sqlite:///shop.db"));
  project.write("schemas/a.yaml", kUsuario);
  project.migrate("aaaaaaaaaaaa", "users");
  project.expect(0, {"upgrade"});
  EXPECT_TRUE(std::filesystem::exists(project.path() / "shop.db"));
}

TEST(NoProject, SaysWhatToDo) {
  const Project project;
  for (const char* command : {"heads", "migrate", "upgrade", "check", "current", "history"}) {
    const Result result = project.expect(1, {command});
    EXPECT_THAT(result.err, AllOf(HasSubstr("no dbmig project in"), HasSubstr("dbmig init")));
  }
}

TEST(Project, IsFoundFromBelow) {
  Project project;
  project.start();
  project.model(kUsuario);
  project.migrate("aaaaaaaaaaaa", "users");
  project.write("src/deep/file", "");
  EXPECT_EQ(project.expect(0, {"-C", "src/deep", "heads"}).out, "aaaaaaaaaaaa (head)\n");
}

TEST(Migrate, WritesTheNextRevision) {
  Project project;
  project.start();
  project.model(kUsuario);
  const Result result = project.expect(0, {"migrate", "-m", "Add the users"});
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(
      result.err,
      MatchesRegex("INFO  \\[dbmig.diff\\] Detected added table 'usuario'\n"
                   "INFO  \\[dbmig.proof\\] Proved on SQLite [0-9.]+: up, down and up again "
                   "with 5 rows in 1 table\n"
                   "INFO  \\[dbmig.proof\\] Not proved on MariaDB: [^\n]*scratch[^\n]*\n"
                   "  Generating migrations/[0-9]{4}-[0-9]{2}-[0-9]{2}_[0-9a-f]{12}_"
                   "add_the_users.yaml \\.\\.\\.  done\n"));
  const std::vector<std::string> files = project.files("migrations");
  ASSERT_THAT(files, SizeIs(1));
  EXPECT_THAT(project.read("migrations/" + files[0]),
              AllOf(HasSubstr("message: Add the users"), HasSubstr("create_table"),
                    HasSubstr("parents: []")));
  EXPECT_THAT(project.expect(0, {"migrate", "-m", "again"}).err,
              HasSubstr("INFO  [dbmig.diff] No changes in schema detected."));
  EXPECT_THAT(project.files("migrations"), SizeIs(1));
}

TEST(Migrate, DryRunWritesNothing) {
  Project project;
  project.start();
  project.model(kUsuario);
  const Result result = project.expect(0, {"migrate", "--dry-run", "--rev-id", "abc123"});
  EXPECT_THAT(result.out, AllOf(HasSubstr("revision: abc123"), HasSubstr("create_table")));
  EXPECT_THAT(project.files("migrations"), IsEmpty());
  // What was printed is a revision.
  project.write("migrations/2026-01-01_abc123_x.yaml", result.out);
  EXPECT_EQ(project.expect(0, {"heads"}).out, "abc123 (head)\n");
}

TEST(Migrate, JsonTellsWhatTheTextTells) {
  Project project;
  project.start();
  project.model(kUsuario);
  const auto json = project.expect(0, {"migrate", "-m", "users", "--json"}).json();
  EXPECT_EQ(json["written"], true);
  EXPECT_EQ(json["message"], "users");
  EXPECT_EQ(json["operations"][0]["operation"], "create_table");
  EXPECT_EQ(json["operations"][0]["table"], "usuario");
  EXPECT_EQ(json["detected"][0], "Detected added table 'usuario'");
  EXPECT_TRUE(std::filesystem::exists(project.path() / json["path"].get<std::string>()));
  const auto none = project.expect(0, {"migrate", "--json"}).json();
  EXPECT_EQ(none["written"], false);
}

TEST(Migrate, NamesARevisionThatHasNoMessage) {
  Project project;
  project.start();
  project.model(kUsuario);
  EXPECT_EQ(project.expect(0, {"migrate", "--json"}).json()["message"], "create table usuario");
}

TEST(Migrate, RefusesToDropWithoutConsent) {
  Project project;
  project.start();
  project.model(kUsuario);
  project.migrate("aaaaaaaaaaaa", "users");
  project.model("tables: {}\n");
  const Result refused = project.expect(4, {"migrate", "-m", "gone"});
  EXPECT_THAT(refused.err, AllOf(HasSubstr("usuario"), HasSubstr("--allow-destructive")));
  EXPECT_THAT(project.files("migrations"), SizeIs(1));
  EXPECT_EQ(project.dbmig({"migrate", "--json"}).json()["error"]["code"], "refused");
  project.expect(0, {"migrate", "-m", "gone", "--allow-destructive"});
  EXPECT_THAT(project.files("migrations"), SizeIs(2));
}

TEST(Migrate, ARenameIsNamedInTheRefusalAndDoneByRenamedFrom) {
  Project project;
  project.start();
  project.model(kUsuario);
  project.migrate("aaaaaaaaaaaa", "users");
  project.model(text::replace_all(kUsuario, "nombre:", "name:"));
  EXPECT_THAT(project.expect(4, {"migrate", "-m", "name"}).err,
              AllOf(HasSubstr("nombre"), HasSubstr("renamed_from")));
  project.model(text::replace_all(kUsuario, "nombre: {", "name: {renamed_from: nombre, "));
  project.expect(0, {"migrate", "-m", "name", "--rev-id", "bbbbbbbbbbbb"});
  EXPECT_THAT(project.read(project.revision_file("bbbbbbbbbbbb")),
              AllOf(HasSubstr("rename"), Not(HasSubstr("drop_column"))));
  EXPECT_THAT(project.expect(0, {"migrate"}).err, HasSubstr("No changes in schema detected."));
}

TEST(Migrate, RevIdIsCheckedAndNeverTakenTwice) {
  Project project;
  project.start();
  project.model(kUsuario);
  EXPECT_THAT(project.expect(2, {"migrate", "--rev-id", "a:b"}).err, HasSubstr("a:b"));
  EXPECT_THAT(project.expect(2, {"migrate", "--rev-id", "../x"}).err, HasSubstr("identifier"));
  project.migrate("aaaaaaaaaaaa", "users");
  EXPECT_THAT(project.expect(1, {"revision", "-m", "x", "--rev-id", "aaaaaaaaaaaa"}).err,
              HasSubstr("aaaaaaaaaaaa is present already"));
}

TEST(Migrate, SeveralHeadsMustBeChosenOrMerged) {
  Project project;
  project.start();
  project.migrate("aaaaaaaaaaaa", "one", {"--empty"});
  project.migrate("bbbbbbbbbbbb", "two", {"--empty"});
  EXPECT_THAT(
      project.expect(1, {"revision", "-m", "x", "--head", "aaaa"}).err,
      AllOf(HasSubstr("Revision aaaaaaaaaaaa is not a head revision"), HasSubstr("--splice")));
  project.migrate("cccccccccccc", "three", {"--empty", "--head", "aaaa", "--splice"});
  project.model(kUsuario);
  EXPECT_THAT(
      project.expect(1, {"migrate", "-m", "users"}).err,
      AllOf(HasSubstr("Multiple head revisions are present"), HasSubstr("`dbmig merge heads`")));
  EXPECT_EQ(project.expect(0, {"branches"}).out,
            "aaaaaaaaaaaa (branchpoint)\n"
            "             -> bbbbbbbbbbbb (head)\n"
            "             -> cccccccccccc (head)\n\n");
  EXPECT_THAT(project.expect(3, {"check", "--offline"}).out,
              HasSubstr("Multiple head revisions are present"));
  project.migrate("dddddddddddd", "users", {"--head", "cccc"});
  project.expect(0, {"merge", "--rev-id", "eeeeeeeeeeee"});
  EXPECT_EQ(project.expect(0, {"heads"}).out, "eeeeeeeeeeee (head)\n");
  EXPECT_THAT(project.expect(0, {"history"}).out,
              HasSubstr("bbbbbbbbbbbb, dddddddddddd -> eeeeeeeeeeee (head) (mergepoint), merge "
                        "bbbbbbbbbbbb and dddddddddddd\n"));
  EXPECT_THAT(project.expect(1, {"merge", "heads"}).err, HasSubstr("nothing to merge"));
  project.expect(0, {"upgrade"});
  EXPECT_EQ(project.expect(0, {"current"}).out, "eeeeeeeeeeee (head) (mergepoint)\n");
}

TEST(Migrate, SaysWhatOneDatabaseCannotDo) {
  Project project;
  project.start();
  // Two databases, one history: a unique index on an expression is SQLite's alone.
  project.model(R"(tables:
  t:
    columns: {id: integer, a: varchar(20)}
    primary_key: [id]
    indexes: {ix_t_lower: {columns: [{expr: lower(a)}], unique: true}}
)");
  const Result result = project.dbmig({"migrate", "-m", "x"});
  EXPECT_EQ(result.code, 1) << result;
  EXPECT_THAT(result.err, AllOf(HasSubstr("mariadb"), HasSubstr("ix_t_lower")));
  EXPECT_THAT(project.files("migrations"), IsEmpty());
}

TEST(Model, MistakesComeWithLineAndColumn) {
  Project project;
  project.start();
  const auto complaint = [&project](const std::string& model) {
    project.model(model);
    const Result result = project.expect(1, {"migrate", "-m", "x"});
    EXPECT_THAT(project.files("migrations"), IsEmpty());
    return result.err;
  };
  EXPECT_THAT(complaint("tables:\n  t: {columns: [\n"), HasSubstr("schemas/app.yaml:"));
  EXPECT_THAT(
      complaint("tables:\n  t:\n    colums: {id: integer}\n"),
      AllOf(HasSubstr("schemas/app.yaml:3:5: "), HasSubstr("colums"), HasSubstr("'columns'")));
  EXPECT_THAT(complaint("tables:\n  t:\n    columns: {id: intt}\n"),
              AllOf(HasSubstr("schemas/app.yaml:3:"), HasSubstr("unknown type 'intt'")));
  EXPECT_THAT(complaint("tables:\n  t:\n    columns:\n      id: integer\n      id: text\n"),
              AllOf(HasSubstr("schemas/app.yaml:5:7: "), HasSubstr("id")));
  EXPECT_THAT(complaint("tables:\n  t:\n    columns: {id: integer}\n    foreign_keys:\n"
                        "      fk_t_x: {columns: [id], references: nowhere(id)}\n"),
              AllOf(HasSubstr("schemas/app.yaml:5:"), HasSubstr("nowhere")));
  EXPECT_THAT(complaint("tables:\n\tt: {}\n"), HasSubstr("schemas/app.yaml:2:"));
}

TEST(Model, ATableInTwoFilesNamesBoth) {
  Project project;
  project.start();
  project.write("schemas/a.yaml", kUsuario);
  project.write("schemas/b.yaml", kUsuario);
  EXPECT_THAT(project.expect(1, {"migrate"}).err,
              AllOf(HasSubstr("schemas/b.yaml:2:3"), HasSubstr("schemas/a.yaml")));
}

TEST(Model, EveryMistakeIsToldAtOnce) {
  Project project;
  project.start();
  project.model("tables:\n  t:\n    columns: {a: intt, b: varchr(3)}\n");
  const std::string err = project.expect(1, {"migrate"}).err;
  EXPECT_THAT(err, AllOf(HasSubstr("intt"), HasSubstr("varchr")));
}

TEST(Model, OneMistakeInEveryTableDoesNotFillTheScreen) {
  Project project;
  std::string model = "tables:\n";
  for (int i = 0; i < 400; ++i)
    model += "  t" + std::to_string(i) + ": {columns: {a: {typ: text}}}\n";
  project.expect(0, {"init"});
  project.write("schemas/example.yaml", model);
  const Result result = project.expect(1, {"migrate"});
  EXPECT_THAT(result.err, HasSubstr("schemas/example.yaml:2:"));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 51);
  EXPECT_THAT(result.err, HasSubstr("more; --json lists all of them"));
  EXPECT_GE(project.expect(1, {"migrate", "--json"}).json()["error"]["diagnostics"].size(), 400U);
}

TEST(Revisions, MistakesComeWithFileAndLine) {
  Project project;
  project.start();
  project.write("migrations/2026-01-01_aaaa_x.yaml",
                "revision: aaaa\nparents: []\nmessage: x\ncreated: 2026-01-01T00:00:00Z\n"
                "upgrade:\n  - add_colunm: {table: t, name: a, type: text}\n");
  EXPECT_THAT(project.expect(1, {"heads"}).err,
              AllOf(HasSubstr("migrations/2026-01-01_aaaa_x.yaml:6:"),
                    HasSubstr("unknown operation 'add_colunm'; did you mean 'add_column'?")));
}

TEST(Revisions, AMissingParentIsNamed) {
  Project project;
  project.start();
  project.migrate("aaaaaaaaaaaa", "one", {"--empty"});
  project.migrate("bbbbbbbbbbbb", "two", {"--empty"});
  std::filesystem::remove(project.path() / project.revision_file("aaaaaaaaaaaa"));
  EXPECT_THAT(project.expect(1, {"history"}).err,
              HasSubstr("Can't locate revision identified by 'aaaaaaaaaaaa'"));
}

TEST(Revisions, UnknownOnesAreNamed) {
  Project project;
  project.start();
  project.migrate("aaaaaaaaaaaa", "one", {"--empty"});
  EXPECT_THAT(project.expect(1, {"show", "ffff"}).err,
              HasSubstr("Can't locate revision identified by 'ffff'"));
}

TEST(History, ReadsAsAlembics) {
  Project project;
  project.start();
  project.migrate("aaaaaaaaaaaa", "one", {"--empty"});
  project.migrate("bbbbbbbbbbbb", "two", {"--empty"});
  project.migrate("cccccccccccc", "three", {"--empty", "--branch-label", "main"});
  EXPECT_EQ(project.expect(0, {"history"}).out,
            "bbbbbbbbbbbb -> cccccccccccc (main) (head), three\n"
            "aaaaaaaaaaaa -> bbbbbbbbbbbb (main), two\n"
            "<base> -> aaaaaaaaaaaa (main), one\n");
  EXPECT_EQ(project.expect(0, {"history", "-r", "aaaa:bbbb"}).out,
            "aaaaaaaaaaaa -> bbbbbbbbbbbb (main), two\n<base> -> aaaaaaaaaaaa (main), one\n");
  EXPECT_EQ(project.expect(0, {"history", "-r", "cccc:"}).out,
            "bbbbbbbbbbbb -> cccccccccccc (main) (head), three\n");
  EXPECT_EQ(project.expect(0, {"history", "-r", ":aaaa"}).out,
            "<base> -> aaaaaaaaaaaa (main), one\n");
  EXPECT_THAT(project.expect(2, {"history", "-r", "aaaa"}).err,
              HasSubstr("History range requires [start]:[end], [start]:, or :[end]"));
  const std::string verbose = project.expect(0, {"history", "-v"}).out;
  EXPECT_THAT(verbose, HasSubstr("Rev: cccccccccccc (head)\nParent: bbbbbbbbbbbb\n"
                                 "Branch names: main\nPath: migrations/"));
  EXPECT_THAT(verbose, HasSubstr("\n\n    three\n"));
  const auto json = project.expect(0, {"history", "--json"}).json();
  ASSERT_THAT(json, SizeIs(3));
  EXPECT_EQ(json[0]["revision"], "cccccccccccc");
  EXPECT_EQ(json[0]["is_head"], true);
  EXPECT_EQ(json[0]["label"], "main");
  EXPECT_EQ(json[1]["parents"], nlohmann::json({"aaaaaaaaaaaa"}));
  EXPECT_EQ(json[1]["message"], "two");
  EXPECT_EQ(json[2]["is_head"], false);
}

TEST(Show, PrintsTheDerivedDowngrade) {
  Project project;
  project.start();
  project.model(kUsuario);
  project.migrate("aaaaaaaaaaaa", "users");
  const std::string text = project.expect(0, {"show", "aaaa"}).out;
  EXPECT_THAT(text,
              AllOf(HasSubstr("Rev: aaaaaaaaaaaa (head)\nParent: <base>\n"),
                    HasSubstr("create_table"), HasSubstr("drop_table"), HasSubstr("derived")));
  const std::string sql = project.expect(0, {"show", "aaaa", "--sql"}).out;
  EXPECT_THAT(sql, AllOf(HasSubstr("CREATE TABLE"), HasSubstr("DROP TABLE")));
  EXPECT_THAT(project.expect(0, {"show", "--sql", "--url", "mariadb://u@nowhere/x"}).out,
              AllOf(HasSubstr("CREATE TABLE"), HasSubstr("AUTO_INCREMENT")));
  const auto json = project.expect(0, {"show", "--json"}).json();
  EXPECT_EQ(json[0]["upgrade"][0]["operation"], "create_table");
  EXPECT_EQ(json[0]["downgrade"][0]["operation"], "drop_table");
  EXPECT_EQ(json[0]["downgrade_is_derived"], true);
}

TEST(Show, SaysWhenThereIsNoWayBack) {
  Project project;
  project.start();
  project.write("migrations/2026-01-01_aaaa_x.yaml",
                "revision: aaaa\nparents: []\nmessage: x\ncreated: 2026-01-01T00:00:00Z\n"
                "upgrade:\n  - execute: {sql: \"DELETE FROM t\"}\n");
  EXPECT_THAT(project.expect(0, {"show"}).out, HasSubstr("none can be derived"));
}

TEST(Edit, OpensTheEditor) {
  Project project;
  project.start();
  project.migrate("aaaaaaaaaaaa", "one", {"--empty"});
  EXPECT_THAT(project.dbmig({"edit", "nope"}).err, HasSubstr("Can't locate revision"));
  project.environment = {{"EDITOR", "sed -i 's/message: one/message: uno/'"}, {"VISUAL", ""}};
  project.expect(0, {"edit"});
  EXPECT_THAT(project.expect(0, {"history"}).out, HasSubstr("aaaaaaaaaaaa (head), uno"));
  project.environment = {{"EDITOR", "sed -i 's/^parents:/parnets:/'"}, {"VISUAL", ""}};
  EXPECT_THAT(project.expect(1, {"edit"}).err, HasSubstr("parnets"));
  project.environment = {{"EDITOR", std::nullopt}, {"VISUAL", std::nullopt}};
  project.write("x", "");
  EXPECT_EQ(project.dbmig({"edit"}).code, 1);
}

TEST(Check, OfflineNamesWhatHasNoRevision) {
  Project project;
  project.start();
  project.model(kUsuario);
  const Result found = project.expect(3, {"check", "--offline"});
  EXPECT_THAT(found.out, HasSubstr("added table 'usuario'"));
  EXPECT_EQ(project.expect(3, {"check", "--offline", "--json"}).json()[0]["kind"], "model");
  project.migrate("aaaaaaaaaaaa", "users");
  EXPECT_EQ(project.expect(0, {"check", "--offline"}).out, "");
}

}  // namespace
}  // namespace dbmig::test
