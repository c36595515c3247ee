#pragma once

#include <string>

#include "history/revision.hpp"

namespace dbmig::run {

/// What differs in meaning between a revision as it was applied and as its file says now, for a
/// person: "operation 2 of the upgrade was add column 'a.b', and is drop column 'a.c'".
std::string describe_edit(const history::Revision& applied, const history::Revision& now);

}  // namespace dbmig::run
