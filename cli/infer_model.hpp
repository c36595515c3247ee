#pragma once

#include <string>

#include "cli/context.hpp"
#include "transfer/infer.hpp"

namespace dbmig::cli {

/// The model of an inferred table as a file's text, with what was seen beside each column.
std::string model_with_evidence(const transfer::Inferred& inferred);

/// Gives the inferred table the foreign keys to tables of the project that every value has, where
/// there are a project and its database, and says so.
void add_parents(Context& context, transfer::Inferred& inferred);

}  // namespace dbmig::cli
