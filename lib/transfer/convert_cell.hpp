#pragma once

#include <string>

#include "backend/bulk.hpp"
#include "import/converter.hpp"

namespace dbmig::transfer {

/// The format of values that come from a database.
inline constexpr import::ValueFormat kValuesOfDatabase{.binary = import::BinaryText::raw,
                                                       .of_database = true};

/// Converts a cell of the source for the converter's column. False if it does not fit; `reason`
/// then completes the sentence "'abc' …". `out` refers to `cell`, `buffer` or the converter.
bool convert_cell(const backend::Cell& cell, import::Converter& converter, std::string& buffer,
                  backend::Cell& out, std::string& reason);

}  // namespace dbmig::transfer
