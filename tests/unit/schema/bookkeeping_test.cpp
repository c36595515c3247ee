// Tables in which other migration tools keep their records, as each makes them with its defaults.
#include "schema/bookkeeping.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dbmig::schema {
namespace {

struct Case {
  const char* table;
  const char* tool;
  std::vector<std::string> columns;
};

Table table_of(const std::string& name, const std::vector<std::string>& columns) {
  Table table;
  table.name = name;
  for (const std::string& column : columns) {
    Column c;
    c.name = column;
    table.columns.push_back(c);
  }
  return table;
}

const std::vector<Case>& recorded() {
  static const std::vector<Case> kCases = {
      {"alembic_version", "Alembic", {"version_num"}},
      {"flyway_schema_history",
       "Flyway",
       {"installed_rank", "version", "description", "type", "script", "checksum", "installed_by",
        "installed_on", "execution_time", "success"}},
      {"schema_version",
       "Flyway",
       {"installed_rank", "version", "description", "type", "script", "checksum", "installed_by",
        "installed_on", "execution_time", "success"}},
      {"DATABASECHANGELOG", "Liquibase", {"ID", "AUTHOR", "FILENAME", "DATEEXECUTED"}},
      {"DATABASECHANGELOGLOCK", "Liquibase", {"ID", "LOCKED", "LOCKGRANTED", "LOCKEDBY"}},
      {"schema_migrations", "Rails, golang-migrate or dbmate", {"version"}},
      {"schema_migrations", "Rails, golang-migrate or dbmate", {"version", "dirty"}},
      {"schema_migrations", "Sequel", {"filename"}},
      {"ar_internal_metadata", "Rails", {"key", "value", "created_at", "updated_at"}},
      {"goose_db_version", "goose", {"id", "version_id", "is_applied", "tstamp"}},
      {"atlas_schema_revisions", "Atlas", {"version", "description", "type", "applied", "total"}},
      {"django_migrations", "Django", {"id", "app", "name", "applied"}},
      {"aerich", "Aerich", {"id", "version", "app", "content"}},
      {"_yoyo_migration", "yoyo", {"migration_hash", "migration_id", "applied_at_utc"}},
      {"_prisma_migrations", "Prisma", {"id", "checksum", "finished_at", "migration_name"}},
      {"knex_migrations", "Knex", {"id", "name", "batch", "migration_time"}},
      {"knex_migrations_lock", "Knex", {"index", "is_locked"}},
      {"kysely_migration", "Kysely", {"name", "timestamp"}},
      {"__drizzle_migrations", "Drizzle", {"id", "hash", "created_at"}},
      {"SequelizeMeta", "Sequelize", {"name"}},
      {"mikro_orm_migrations", "MikroORM", {"id", "name", "executed_at"}},
      {"typeorm_metadata", "TypeORM", {"type", "database", "schema", "table", "name", "value"}},
      {"migrations", "Laravel", {"id", "migration", "batch"}},
      {"migrations", "TypeORM", {"id", "timestamp", "name"}},
      {"migrations", "db-migrate", {"id", "name", "run_on"}},
      {"migrations",
       "CodeIgniter",
       {"id", "version", "class", "group", "namespace", "time", "batch"}},
      {"migration", "Yii", {"version", "apply_time"}},
      {"phinxlog", "Phinx", {"version", "migration_name", "start_time", "end_time", "breakpoint"}},
      {"acl_phinxlog", "CakePHP", {"version", "migration_name", "start_time", "end_time"}},
      {"doctrine_migration_versions", "Doctrine", {"version", "executed_at", "execution_time"}},
      {"migration_versions", "Doctrine", {"version", "executed_at"}},
      {"__EFMigrationsHistory", "Entity Framework", {"MigrationId", "ProductVersion"}},
      {"VersionInfo", "FluentMigrator", {"Version", "AppliedOn", "Description"}},
      {"SchemaVersions", "DbUp", {"Id", "ScriptName", "Applied"}},
      {"CHANGELOG", "MyBatis Migrations", {"ID", "APPLIED_AT", "DESCRIPTION"}},
      {"play_evolutions", "Play", {"id", "hash", "applied_at", "apply_script", "state"}},
      {"_sqlx_migrations", "SQLx", {"version", "description", "installed_on", "success"}},
      {"__diesel_schema_migrations", "Diesel", {"version", "run_on"}},
      {"refinery_schema_history", "Refinery", {"version", "name", "applied_on", "checksum"}},
      {"seaql_migrations", "SeaORM", {"version", "applied_at"}},
      {"gorp_migrations", "sql-migrate", {"id", "applied_at"}},
      {"bun_migrations", "Bun", {"id", "name", "group_id", "migrated_at"}},
      {"pgmigrations", "node-pg-migrate", {"id", "name", "run_on"}},
  };
  return kCases;
}

TEST(Bookkeeping, TablesOfOtherToolsAreKnown) {
  for (const Case& c : recorded()) {
    EXPECT_EQ(bookkeeping_tool(table_of(c.table, c.columns)), c.tool) << c.table;
  }
}

TEST(Bookkeeping, ATableOfTheApplicationWithSuchANameStays) {
  const std::vector<Case> own = {
      {"migrations", "", {"id", "species", "from_country", "to_country"}},
      {"migrations", "", {"id", "name"}},
      {"migration", "", {"id", "version"}},
      {"schema_version", "", {"id", "schema", "version"}},
      {"schema_migrations", "", {"id", "from_schema", "to_schema"}},
      {"changelog", "", {"id", "description", "author"}},
      {"VersionInfo", "", {"id", "version", "notes"}},
      {"aerich", "", {"id", "name"}},
      {"customer", "", {"version_num"}},
      {"alembic_versions", "", {"version_num"}},
      {"flyway", "", {"installed_rank", "version", "checksum"}},
      {"phinxlog_archive", "", {"version", "migration_name"}},
      {"my_phinxlog", "", {"id", "text"}},
  };
  for (const Case& c : own) {
    EXPECT_EQ(bookkeeping_tool(table_of(c.table, c.columns)), "") << c.table;
  }
}

TEST(Bookkeeping, IsTakenOutWithItsTriggersUnlessItIsWanted) {
  Schema schema;
  for (const char* name : {"alembic_version", "customer"}) {
    schema.tables.emplace(name, table_of(name, {"version_num"}));
    Trigger trigger;
    trigger.name = std::string("after_") + name;
    trigger.table = name;
    schema.triggers.emplace(trigger.name, trigger);
  }
  Schema wanted = schema;
  EXPECT_TRUE(take_out_bookkeeping(wanted, {"alembic_version"}).empty());
  EXPECT_EQ(wanted, schema);
  const std::map<std::string, std::string> expected = {{"alembic_version", "Alembic"}};
  EXPECT_EQ(take_out_bookkeeping(schema, {}), expected);
  EXPECT_EQ(schema.tables.size(), 1u);
  ASSERT_EQ(schema.triggers.size(), 1u);
  EXPECT_EQ(schema.triggers.begin()->second.table, "customer");
}

}  // namespace
}  // namespace dbmig::schema
