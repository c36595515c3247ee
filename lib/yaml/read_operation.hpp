#pragma once

#include <string>
#include <vector>

#include "history/revision.hpp"
#include "ops/operation.hpp"
#include "yaml/reader.hpp"

namespace dbmig::yaml {

/// A list of operations, `- name: body` each. Those that cannot be read are reported and left out.
/// `at` gets the place of each one's name. `what` names the list in messages. `suppressions` gets
/// what stands beside an operation under `lint_ignore:`, which is a mistake where it is nullptr.
std::vector<ops::Operation> read_operations(Reader& reader, const Node& list,
                                            const std::string& what,
                                            std::vector<SourcePosition>& at,
                                            std::vector<history::Suppression>* suppressions);

/// What operations are called in files.
std::vector<std::string> operation_names();

}  // namespace dbmig::yaml
