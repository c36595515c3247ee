#pragma once

#include "schema/table.hpp"

namespace dbmig::dialect::mariadb {

/// What a canonical table is for: to be compared, with its SQL texts normalised, or to be built
/// from the texts as they were written.
enum class Form { compare, build };

/// One table (its `only` ignored) as MariaDB reports it; see Dialect::canonical. Throws
/// Error{invalid} for what MariaDB cannot build and dbmig will not build as something weaker: a
/// unique index with a WHERE, an index over an expression, ON DELETE SET DEFAULT.
schema::Table canonical_table(const schema::Table& table, Form form = Form::compare);

/// A `PARTITION BY …` of a table of `engine` in the one spelling that is compared.
std::string canonical_partition(const std::string& sql, const std::string& engine);

schema::View canonical_view(const schema::View& view);
schema::Trigger canonical_trigger(const schema::Trigger& trigger);

/// The index of `table` that a foreign key over `columns` can use, by name ("PRIMARY" for the
/// primary key), or nothing: InnoDB wants its columns first, in order, each as a whole.
std::string covering_index(const schema::Table& table, const std::vector<std::string>& columns);

}  // namespace dbmig::dialect::mariadb
