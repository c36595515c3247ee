#pragma once

#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::dialect::mariadb {

/// Stands in a clause for the database's own character set and collation, which no ALTER TABLE can
/// name: the statement is put together by the server.
inline constexpr char kDatabaseCharset = '\x01';

/// The clauses of ALTER TABLE, for as long as the table has the engine of `before`, that take off
/// what `after` does not say any more: another engine may not know these options, and refuses their
/// names. Empty where the engine stays.
std::vector<std::string> options_of_old_engine(const schema::Table& before,
                                               const schema::Table& after);

/// The clauses that take off what Aria wrote down by itself and other engines keep. They work after
/// the engine has changed.
std::vector<std::string> options_that_stayed(const schema::Table& before,
                                             const schema::Table& after);

/// The clauses of ALTER TABLE that change the options of `before`, its engine, character set and
/// comment among them, to those of `after`; `built` is `after` as it was written.
std::vector<std::string> option_changes(const schema::Table& before, const schema::Table& after,
                                        const schema::Table& built);

}  // namespace dbmig::dialect::mariadb
