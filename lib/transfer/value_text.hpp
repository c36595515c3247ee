#pragma once

#include <string>

#include "backend/bulk.hpp"
#include "schema/type.hpp"

namespace dbmig::transfer {

/// `value` in its shortest form that reads back as the same double, with a point or an exponent.
std::string shortest(double value);

/// A cell that is no NULL as text that import::Converter reads: numbers in their shortest exact
/// form, text and bytes as they are.
std::string value_text(const backend::Cell& cell);

/// The same text for one value of `type` on both databases: decimals without trailing zeros,
/// fractions of seconds likewise, true as 1, an integral real as itself with `.0`, `CHAR` without
/// the blanks that MariaDB takes off, geometries without blanks behind their words. NULL, which is
/// no text, is one of its own.
std::string canonical_value(const backend::Cell& cell, const schema::Type& type);

/// The same behind its length, `3:abc`, so that values one after the other stay apart.
void append_canonical(std::string& out, const backend::Cell& cell, const schema::Type& type);

}  // namespace dbmig::transfer
