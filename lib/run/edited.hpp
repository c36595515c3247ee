#pragma once

#include <string>

#include "history/revision.hpp"

namespace dbmig::run {

/// Describes how a revision's content differs from the applied one: "operation 2 of the upgrade was
/// changed from add column 'a.b' to drop column 'a.c'".
std::string describe_edit(const history::Revision& applied, const history::Revision& now);

}  // namespace dbmig::run
