// What dbmig does on MariaDB does not depend on how the server is set up.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "base/text.hpp"
#include "cli/harness.hpp"
#include "support/source_path.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Values that nobody expects, of what has a value for each session.
constexpr std::array kOddSettings{
    "sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,ORACLE'",
    "default_storage_engine = 'Aria'",
    "innodb_strict_mode = 0",
    "alter_algorithm = 'COPY'",
    "system_versioning_alter_history = 'KEEP'",
    "foreign_key_checks = 0",
    "unique_checks = 0",
    "check_constraint_checks = 0",
    "autocommit = 0",
    "completion_type = 'CHAIN'",
    "tx_isolation = 'SERIALIZABLE'",
    "sql_quote_show_create = 0",
    "sql_select_limit = 1",
    "max_join_size = 1",
    "group_concat_max_len = 4",
    "sql_auto_is_null = 1",
    "sql_safe_updates = 1",
    "div_precision_increment = 0",
    "default_week_format = 3",
    "default_regex_flags = 'DOTALL'",
    "lc_time_names = 'es_ES'",
    "lc_messages = 'es_ES'",
    "old_mode = ''",
    "init_connect = 'SET NAMES latin1'",
    "character_set_client = 'latin1'",
    "character_set_connection = 'latin1'",
    "character_set_results = 'latin1'",
    "max_statement_time = 60",
    "idle_transaction_timeout = 60",
};

constexpr const char* kSettingsModel = R"yaml(tables:
  autor:
    columns:
      id:     {type: integer, autoincrement: true}
      nombre: {type: varchar(60), nullable: false}
      media:  {type: "decimal(8,4)", default: 0}
    primary_key: [id]
    unique: {uq_autor_nombre: [nombre]}
    checks: {ck_autor_media: media >= 0}
  libro:
    columns:
      id:       {type: integer, autoincrement: true}
      autor_id: {type: integer, nullable: false}
      titulo:   {type: varchar(80), default: 'a\b'}
      doble:    {type: integer, generated: {sql: autor_id * 2}}
    primary_key: [id]
    indexes: {ix_libro_autor: [autor_id]}
    foreign_keys: {fk_libro_autor: {columns: [autor_id], references: autor(id)}}
views:
  v:
    mariadb: SELECT nombre, media / 3 AS tercio FROM autor
    sqlite: SELECT nombre, media / 3.0 AS tercio FROM autor
)yaml";

class ServerSettings : public testing::Test {
 protected:
  ServerSettings() {
    project.environment = {
        {"TMPDIR", project.path().string()},
        {"XDG_CACHE_HOME", (std::filesystem::temp_directory_path() / "dbmig-test-cache").string()}};
    server = project.expect(0, {"scratch", "--start", "--folder", folder()}).out;
    server = std::string(text::trim(server));
  }
  ~ServerSettings() override { project.dbmig({"scratch", "--stop", "--folder", folder()}); }

  std::string folder() const { return (project.path() / "s").string(); }
  /// Through the server's own client, whose session keeps away from what is odd.
  std::string client(const std::string& sql, const std::string& database = "") const {
    project.write(
        "in.sql",
        "SET SESSION sql_select_limit = 18446744073709551615, div_precision_increment = 4, "
        "sql_quote_show_create = 1, sql_big_selects = 1, autocommit = 1, sql_mode = '';\n"
        "SET NAMES utf8mb4;\n" +
            sql);
    return shell("mariadb --no-defaults --batch --skip-column-names -u root -S " + folder() +
                     "/server/mariadb.sock " + database + " < in.sql",
                 project.path())
        .out;
  }

  /// The main job in a database of its own; what there is to see of it.
  std::string job(const std::string& name) {
    client("CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;");
    const std::string url = text::replace_all(server, "localhost/", "localhost/" + name);
    Project work;
    work.start(url);
    work.model(kSettingsModel);
    work.migrate("aaaaaaaaaaaa", "first", {"--no-proof"});
    work.expect(0, {"upgrade"});
    work.write("autor.csv", "id,nombre,media\n1,Ñandú 😀,2.5\n2,Ω,1\n");
    work.write("libro.csv", "autor_id,titulo\n1,uno\\\n2,dos\n1,tres\n");
    work.expect(0, {"import", "autor.csv", "libro.csv"});
    work.model(text::replace_all(kSettingsModel, "varchar(80)", "varchar(90)"));
    work.migrate("bbbbbbbbbbbb", "second");
    work.expect(0, {"upgrade"});
    std::string seen = work.expect(0, {"inspect"}).out;
    seen += work.expect(0, {"check"}).out;
    seen += work.expect(0, {"diff", "database", "model"}).out;
    seen += client(
        "SELECT * FROM autor ORDER BY id; SELECT * FROM libro ORDER BY id; "
        "SELECT * FROM v ORDER BY 1; SHOW CREATE TABLE libro; SHOW CREATE VIEW v;",
        name);
    work.expect(0, {"downgrade", "--allow-destructive"});
    seen += work.expect(0, {"inspect"}).out;
    return text::replace_all(seen, name, "NAME");
  }

  Project project;
  std::string server;
};

TEST_F(ServerSettings, DoNotChangeWhatDbmigDoes) {
  const std::string usual = job("usual");
  EXPECT_THAT(usual, AllOf(HasSubstr("Ñandú 😀"), HasSubstr("fk_libro_autor"), HasSubstr("tres")));
  for (const char* setting : kOddSettings) {
    EXPECT_EQ(client("SET GLOBAL " + std::string(setting) + ";"), "") << setting;
  }
  EXPECT_EQ(job("odd"), usual);
}

TEST_F(ServerSettings, ACollationThatLosesCharactersIsRefused) {
  client("CREATE DATABASE a;");
  const std::string url = text::replace_all(server, "localhost/", "localhost/a");
  const auto with = [&](const std::string& collation) {
    return project.dbmig({"inspect", "--url", url + "&collation=" + collation});
  };
  EXPECT_EQ(with("utf8mb4_unicode_ci").code, 0);
  const Result narrow = with("latin1_swedish_ci");
  EXPECT_EQ(narrow.code, 1);
  EXPECT_THAT(narrow.err, HasSubstr("is not one of utf8mb4"));
  for (const char* charset : {"utf8mb4", "UTF8", "utf8mb3"}) {
    EXPECT_EQ(with("utf8mb4_bin&charset=" + std::string(charset)).code, 0) << charset;
  }
  const Result other = with("utf8mb4_bin&charset=latin1");
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("the charset 'latin1' of the database URL is not utf8mb4"));
  EXPECT_NE(with("utf8mb4_x';DROP").code, 0);
}

/// A server that keeps the names of tables in lower case, as on Windows.
class FoldedNames : public ServerSettings {
 protected:
  FoldedNames() {
    // The first server filled the cache of empty data folders.
    const std::string copied = "mkdir -p own/data && cp -r " +
                               project.environment["XDG_CACHE_HOME"].value() +
                               "/dbmig/mariadb-*/data/. own/data && bash " +
                               test::source_path("tests/support/mariadb_server.sh") +
                               " start \"$PWD/own\" "
                               "--lower-case-table-names=1";
    const Result started = shell(copied, project.path());
    EXPECT_EQ(started.code, 0) << started;
    url_ = "mariadb://root@localhost/?socket=" + (project.path() / "own/mariadb.sock").string();
  }
  ~FoldedNames() override {
    shell("bash " + test::source_path("tests/support/mariadb_server.sh") + " stop \"$PWD/own\"",
          project.path());
  }
  std::string url_;
};

TEST_F(FoldedNames, AreThoseOfTheModel) {
  Project work;
  const std::string url = text::replace_all(url_, "localhost/", "localhost/d");
  EXPECT_EQ(
      shell("mariadb -u root -S own/mariadb.sock -e 'CREATE DATABASE d'", project.path()).code, 0);
  work.write("dbmig.yaml", "database: " + text::quote(url, '"') +
                               "\nscratch: " + text::quote(url_, '"') + "\ndialects: [mariadb]\n");
  std::filesystem::create_directory(work.path() / "schemas");
  std::filesystem::create_directory(work.path() / "migrations");
  const std::string model =
      "tables:\n"
      "  Usuario:\n"
      "    columns: {Id: {type: integer, autoincrement: true}, Año: integer, note: varchar(10)}\n"
      "    primary_key: [Id]\n"
      "    indexes: {IX: [Año]}\n"
      "  Pedido:\n"
      "    columns: {Id: {type: integer, autoincrement: true}, u: {type: integer, references: "
      "Usuario(Id)}}\n"
      "    primary_key: [Id]\n"
      "views:\n  Todos: SELECT Id, note FROM Usuario\n"
      "triggers:\n"
      "  Tr: {table: Usuario, sql: \"BEFORE INSERT ON Usuario FOR EACH ROW SET NEW.Año = 1\"}\n";
  work.model(model);
  work.migrate("aaaaaaaaaaaa", "first");
  work.expect(0, {"upgrade"});
  EXPECT_THAT(work.expect(0, {"check"}).err, HasSubstr("No differences."));
  EXPECT_THAT(work.expect(0, {"diff"}).err, HasSubstr("No differences."));
  work.model(text::replace_all(model, "varchar(10)", "varchar(30)"));
  work.migrate("bbbbbbbbbbbb", "second");
  work.expect(0, {"upgrade"});
  EXPECT_THAT(work.expect(0, {"check"}).err, HasSubstr("No differences."));
  EXPECT_THAT(work.expect(0, {"adopt"}).err, HasSubstr("Nothing to adopt"));
  work.write("Usuario.csv", "note\nx\n");
  work.expect(0, {"import", "Usuario.csv"});
  work.expect(0, {"downgrade"});
  EXPECT_THAT(work.expect(0, {"verify"}).err, Not(HasSubstr("please report")));
}

}  // namespace
}  // namespace dbmig::test
