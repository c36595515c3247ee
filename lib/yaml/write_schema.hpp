#pragma once

#include <string>

#include "schema/table.hpp"
#include "yaml/emit.hpp"

namespace dbmig::yaml {

// Values as YAML in the format that the read_* functions take, only what differs from defaults.

Out schema_out(const schema::Schema& schema);
Out table_out(const schema::Table& table);
Out type_out(const schema::Type& type);
/// A type alone where that says it all. `nullable_default`: what a column is when it is not said.
Out column_out(const schema::Column& column, bool nullable_default);
Out default_out(const schema::Default& value);
Out generated_out(const schema::Generated& generated);
Out mariadb_out(const schema::MariadbColumn& block);
Out sqlite_out(const schema::SqliteColumn& block);
Out mariadb_out(const schema::MariadbTable& block);
Out sqlite_out(const schema::SqliteTable& block);
/// Text alone for one SQL for all databases, else {sql: …, mariadb: …, sqlite: …}.
Out sql_out(const schema::SqlText& sql);

// The entries of an object into the map `out`, as operations and mappings by name share them.

void add_column(Out& out, const schema::Column& column, bool nullable_default);
void add_primary_key(Out& out, const schema::PrimaryKey& key);
void add_unique(Out& out, const schema::Unique& unique);
void add_index(Out& out, const schema::Index& index);
void add_foreign_key(Out& out, const schema::ForeignKey& key);
void add_view(Out& out, const schema::View& view);
void add_trigger(Out& out, const schema::Trigger& trigger);
void add_routine(Out& out, const schema::Routine& routine);
void add_sql(Out& out, const schema::SqlText& sql);
void add_text(Out& out, std::string_view key, const std::string& text);
void add_flag(Out& out, std::string_view key, bool flag);

}  // namespace dbmig::yaml
