#pragma once

#include "import/import.hpp"

namespace dbmig::import {

/// Throws Error{usage} for options that make no sense together, before anything is opened.
void check_options(const Options& options);

/// The time zone of those files with a TIMESTAMP column, in the form of FileFormat; the first two
/// arguments have an element for each file. Empty if it is not set. Throws Error{usage} if the
/// files have different ones, or if `dialect` cannot read it.
std::string time_zone_of(const std::vector<Options>& options,
                         const std::vector<schema::Table>& tables, DialectKind dialect);

/// Whether a column of the table has the type TIMESTAMP.
bool has_timestamp(const schema::Table& table, DialectKind dialect);

}  // namespace dbmig::import
