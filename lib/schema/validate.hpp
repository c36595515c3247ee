#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "schema/table.hpp"

namespace dbmig::schema {

/// Where in a user's files a part of the schema stands. `path` names it from the outside in:
/// {"tables", "usuario", "columns", "id"}. May answer an unknown position.
using Locate = std::function<SourcePosition(const std::vector<std::string>& path)>;

/// Everything that makes a schema impossible, each with its place and what to do: empty or
/// over-long names, tables without columns (virtual tables have none), columns named twice
/// (ignoring case), keys and indexes over columns that do not exist or that they name twice,
/// foreign keys to nowhere or with unequal column counts or whose parent columns are not a key
/// there, incompatible types of the two sides, SET NULL over columns that cannot be NULL,
/// constraint names used twice in a table, foreign-key names used twice in the schema (MariaDB),
/// autoincrement on a column that is not an integer or not the first of a key, two autoincrement
/// columns, nullable: true in a primary key, a default on an autoincrement or generated column, a
/// literal default that the type cannot hold, a table and a view of one name, index names used
/// twice in the schema (SQLite), triggers on tables that do not exist, keys, checks, views and
/// triggers that say nothing.
///
/// A rule of one database holds for the objects that live there: those that are not `only` for the
/// other. With `target` only that database is asked. Without it, a limit that the other database
/// does not have (type sizes, index names shared by two tables) is not a mistake in an object that
/// lives on both; foreign keys must work on both.
///
/// Expects what normalized() returns: there, columns of a primary key are not nullable.
void validate(const Schema& schema, const Locate& locate, Diagnostics& diagnostics,
              std::optional<DialectKind> target = std::nullopt);

/// `table` with what it implies made explicit, so that equal meanings are equal values: columns of
/// the primary key are not nullable, literal defaults have the form in which the column's type
/// holds them (`5` on a text column is the string '5', `true` on an integer is 1, `1.50` is 1.5),
/// SQL that is nothing but a literal is that literal, and NULL means that there is no default.
Table normalized(Table table);
/// normalized() for every table, and foreign keys that name no parent columns get the parent's
/// primary key.
Schema normalized(Schema schema);

/// The literal default `d` as `type` would take it, in one form for each meaning; nothing when it
/// cannot hold it. (`"5"` on an integer → number 5.) SQL stays as it is.
std::optional<Default> coerce(const Default& d, const Type& type);

}  // namespace dbmig::schema
