#pragma once

#include <string>

#include "history/graph.hpp"

namespace dbmig::embed {

/// A C++ file that carries the revisions of `graph` and defines `dbmig::History NAME()`.
/// `shown` is the folder they come from, for its first line. Throws Error{usage} when `name` is no
/// C++ identifier.
std::string source_of(const history::Graph& graph, const std::string& name,
                      const std::string& shown);

/// The header that declares it.
std::string header_of(const std::string& name);

}  // namespace dbmig::embed
