#pragma once

#include <optional>
#include <set>
#include <string>

#include "cli/console.hpp"
#include "cli/context.hpp"
#include "history/graph.hpp"

namespace dbmig::cli {

/// What a line about a revision shows.
struct LineOptions {
  bool parents = false;                ///< `parent -> id`
  bool tree = true;                    ///< (branchpoint) and (mergepoint)
  bool labels = true;                  ///< (label)
  bool message = false;                ///< `, message`
  std::set<std::string> current = {};  ///< revisions marked (current)
};

/// Alembic's one line for a revision: `1975ea83b712 -> 2fa6cb75c75d (head), add accounts`.
std::string revision_line(const history::Graph& graph, const history::Header& revision,
                          const LineOptions& options);

/// Alembic's paragraph: Rev, Parent or Merges, Branches into, Branch names, Path, message.
std::string revision_entry(Context& context, const history::Graph& graph,
                           const history::Header& revision,
                           const std::set<std::string>& current = {});

/// A revision in every `--json` list. `is_current` only when `current` was asked of a database.
Json revision_json(Context& context, const history::Graph& graph, const history::Header& revision,
                   const std::optional<std::set<std::string>>& current = std::nullopt);

/// What no model can express.
Json unsupported_json(const std::vector<backend::Unsupported>& found);

/// The operations as JSON: name, table and a sentence each.
Json operations_json(const std::vector<ops::Operation>& operations);

}  // namespace dbmig::cli
