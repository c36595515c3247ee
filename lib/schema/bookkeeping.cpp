#include "schema/bookkeeping.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace dbmig::schema {
namespace {

struct Bookkeeping {
  std::string_view table;
  std::string_view tool;
  /// All of them must be there; none for a name that says enough.
  std::array<std::string_view, 3> columns{};
};

// Source: each tool's documentation or source text, with its default settings. Names and columns in
// any letter case.
constexpr std::array kBookkeeping = {
    Bookkeeping{"alembic_version", "Alembic"},
    Bookkeeping{"flyway_schema_history", "Flyway"},
    Bookkeeping{"schema_version", "Flyway", {"installed_on", "checksum", "script"}},
    Bookkeeping{"databasechangelog", "Liquibase"},
    Bookkeeping{"databasechangeloglock", "Liquibase"},
    Bookkeeping{"schema_migrations", "Rails, golang-migrate or dbmate", {"version"}},
    Bookkeeping{"schema_migrations", "Sequel", {"filename"}},
    Bookkeeping{"schema_info", "Sequel", {"version"}},
    Bookkeeping{"ar_internal_metadata", "Rails"},
    Bookkeeping{"goose_db_version", "goose"},
    Bookkeeping{"atlas_schema_revisions", "Atlas"},
    Bookkeeping{"django_migrations", "Django"},
    Bookkeeping{"south_migrationhistory", "South"},
    Bookkeeping{"aerich", "Aerich", {"version", "app", "content"}},
    Bookkeeping{"_yoyo_migration", "yoyo"},
    Bookkeeping{"_yoyo_log", "yoyo"},
    Bookkeeping{"_yoyo_version", "yoyo"},
    Bookkeeping{"yoyo_lock", "yoyo"},
    Bookkeeping{"migratehistory", "peewee-migrate", {"name", "migrated_at"}},
    Bookkeeping{"_prisma_migrations", "Prisma"},
    Bookkeeping{"knex_migrations", "Knex"},
    Bookkeeping{"knex_migrations_lock", "Knex"},
    Bookkeeping{"kysely_migration", "Kysely"},
    Bookkeeping{"kysely_migration_lock", "Kysely"},
    Bookkeeping{"__drizzle_migrations", "Drizzle"},
    Bookkeeping{"sequelizemeta", "Sequelize"},
    Bookkeeping{"sequelizedata", "Sequelize"},
    Bookkeeping{"mikro_orm_migrations", "MikroORM"},
    Bookkeeping{"typeorm_metadata", "TypeORM"},
    Bookkeeping{"migrations", "Laravel", {"migration", "batch"}},
    Bookkeeping{"migrations", "TypeORM", {"timestamp", "name"}},
    Bookkeeping{"migrations", "db-migrate", {"name", "run_on"}},
    Bookkeeping{"migrations", "CodeIgniter", {"class", "namespace", "batch"}},
    Bookkeeping{"migration", "Yii", {"version", "apply_time"}},
    Bookkeeping{"phinxlog", "Phinx"},
    Bookkeeping{"cake_migrations", "CakePHP"},
    Bookkeeping{"doctrine_migration_versions", "Doctrine"},
    Bookkeeping{"migration_versions", "Doctrine", {"version"}},
    Bookkeeping{"__efmigrationshistory", "Entity Framework"},
    Bookkeeping{"__efmigrationslock", "Entity Framework"},
    Bookkeeping{"__migrationhistory", "Entity Framework"},
    Bookkeeping{"versioninfo", "FluentMigrator", {"version", "appliedon"}},
    Bookkeeping{"schemaversions", "DbUp", {"scriptname", "applied"}},
    Bookkeeping{"changelog", "MyBatis Migrations", {"id", "applied_at", "description"}},
    Bookkeeping{"play_evolutions", "Play"},
    Bookkeeping{"play_evolutions_lock", "Play"},
    Bookkeeping{"_sqlx_migrations", "SQLx"},
    Bookkeeping{"__diesel_schema_migrations", "Diesel"},
    Bookkeeping{"refinery_schema_history", "Refinery"},
    Bookkeeping{"seaql_migrations", "SeaORM"},
    Bookkeeping{"gorp_migrations", "sql-migrate"},
    Bookkeeping{"pgmigrations", "node-pg-migrate", {"name", "run_on"}},
    Bookkeeping{"bun_migrations", "Bun"},
    Bookkeeping{"bun_migration_locks", "Bun"},
};

bool has_column(const Table& table, std::string_view name) {
  return std::any_of(table.columns.begin(), table.columns.end(), [&](const Column& column) {
    return text::equals_ignoring_case(column.name, name);
  });
}

}  // namespace

std::string_view bookkeeping_tool(const Table& table) {
  for (const Bookkeeping& known : kBookkeeping) {
    if (!text::equals_ignoring_case(table.name, known.table)) continue;
    if (std::all_of(known.columns.begin(), known.columns.end(), [&](std::string_view column) {
          return column.empty() || has_column(table, column);
        })) {
      return known.tool;
    }
  }
  // A plugin of CakePHP has a log of its own.
  if (text::lower(table.name).ends_with("_phinxlog") && has_column(table, "migration_name")) {
    return "CakePHP";
  }
  return {};
}

std::map<std::string, std::string> take_out_bookkeeping(Schema& schema,
                                                        const std::set<std::string>& wanted) {
  std::map<std::string, std::string> taken;
  for (const auto& [name, table] : schema.tables) {
    const std::string_view tool = bookkeeping_tool(table);
    if (!tool.empty() && wanted.count(name) == 0) taken.emplace(name, tool);
  }
  erase_if(schema.tables, [&](const auto& entry) { return taken.count(entry.first) != 0; });
  erase_if(schema.triggers,
           [&](const auto& entry) { return taken.count(entry.second.table) != 0; });
  return taken;
}

}  // namespace dbmig::schema
