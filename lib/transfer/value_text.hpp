#pragma once

#include <string>

#include "backend/bulk.hpp"
#include "schema/type.hpp"

namespace dbmig::transfer {

/// `value` in its shortest form that reads back as the same double, with a point or an exponent.
std::string shortest(double value);

/// A cell other than NULL as text that import::Converter reads: numbers in their shortest exact
/// form, text and bytes unchanged.
std::string value_text(const backend::Cell& cell);

/// The same text for equal values of `type` on both databases: decimals and fractions of seconds
/// without trailing zeros, true as 1, an integral real with `.0`, `CHAR` without the blanks that
/// MariaDB removes, geometries without blanks after keywords. NULL has a text of its own.
std::string canonical_value(const backend::Cell& cell, const schema::Type& type);

/// Appends the same with its length in front, `3:abc`, so that consecutive values stay distinct.
void append_canonical(std::string& out, const backend::Cell& cell, const schema::Type& type);

}  // namespace dbmig::transfer
