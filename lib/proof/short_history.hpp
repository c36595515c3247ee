#pragma once

#include <optional>
#include <string>

#include "history/graph.hpp"

namespace dbmig::proof {

/// A history of two revisions that is as good as `graph` to prove `id` in: the first makes at
/// once what of `before`, the schema that `id` meets, `id` can tell apart
/// (proof/neighbourhood.hpp); the second is `id`. Nothing where revisions before it change rows,
/// which it may build on, or are so few that they are replayed as fast.
///
/// That the long way leads to the same is what proving each revision shows.
std::optional<history::Graph> short_history(const history::Graph& graph, const std::string& id,
                                            const schema::Schema& before);

}  // namespace dbmig::proof
