#pragma once

#include "import/import.hpp"

namespace dbmig::import {

/// Throws Error{usage} for what cannot be meant, before anything is opened.
void check_options(const Options& options);

/// The time zone of the files, as FileFormat has it: of those with a column of type TIMESTAMP; the
/// other two are of each file. Empty where nothing says so. Throws Error{usage} for files that
/// have different ones, and for one that `dialect` cannot read.
std::string time_zone_of(const std::vector<Options>& options,
                         const std::vector<schema::Table>& tables, DialectKind dialect);

/// Whether a column of the table has the type TIMESTAMP.
bool has_timestamp(const schema::Table& table, DialectKind dialect);

/// The part that depends on the format, which may be each file's own.
void refuse_json_rejects(const Options& options);

}  // namespace dbmig::import
