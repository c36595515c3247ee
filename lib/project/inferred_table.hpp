#pragma once

#include <string>

#include "project/workspace.hpp"
#include "transfer/infer.hpp"

namespace dbmig::project {

/// The model of an inferred table as the text of a file, with the evidence next to each column.
std::string model_with_evidence(const transfer::Inferred& inferred);

/// Adds foreign keys to tables of the project that contain every value, if there are a project and
/// its database, and reports them.
void add_parents(Workspace& workspace, transfer::Inferred& inferred);

}  // namespace dbmig::project
