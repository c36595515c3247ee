#pragma once

#include <string>

#include "project/workspace.hpp"
#include "transfer/infer.hpp"

namespace dbmig::project {

/// The model of an inferred table as a file's text, with what was seen beside each column.
std::string model_with_evidence(const transfer::Inferred& inferred);

/// Gives the inferred table the foreign keys to tables of the project that every value has, where
/// there are a project and its database, and says so.
void add_parents(Workspace& workspace, transfer::Inferred& inferred);

}  // namespace dbmig::project
