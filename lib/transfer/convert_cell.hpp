#pragma once

#include <string>

#include "backend/bulk.hpp"
#include "import/converter.hpp"

namespace dbmig::transfer {

/// How values come from a database: as they are.
inline constexpr import::ValueFormat kValuesOfDatabase{.binary = import::BinaryText::raw,
                                                       .of_database = true};

/// Turns a cell of the source into the one that the converter's column holds. False when it does
/// not fit; `reason` then completes the sentence "'abc' …". `out` borrows from `cell`, from
/// `buffer` or from the converter.
bool convert_cell(const backend::Cell& cell, import::Converter& converter, std::string& buffer,
                  backend::Cell& out, std::string& reason);

}  // namespace dbmig::transfer
