#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "history/graph.hpp"

namespace dbmig::run {

/// Several revisions of a run as one.
struct Combined {
  /// Creates the result of all of them. Its id is empty if they cannot be combined.
  history::Revision revision;
  std::vector<const history::Revision*> parts;  ///< owned by the graph
  schema::Schema after;                         ///< the schema after them
};

/// Combines the first of `ids` (in `graph`) that only build up tables created among them: such
/// tables have no rows yet and can be created in their final form. `before` is the schema before
/// the first one. The group ends before plain SQL, rows, requirements and changes of existing
/// tables, and, if there were tables before, before views, triggers and routines. If it has fewer
/// than `least` revisions, or the result would not be the same, only `parts` is set.
Combined combine(const history::Graph& graph, std::span<const std::string> ids,
                 const schema::Schema& before, std::size_t least);

/// The id of the combined revision for `parts`: the same for the same revisions, a different one if
/// any of them is edited.
std::string combined_id(const std::vector<const history::Revision*>& parts);

/// Adds the ids of the parts to `revision_text`, the text of a combined revision, and reads them
/// from such a text. After a kill, the next run finds them there.
std::string with_parts(const std::string& revision_text,
                       const std::vector<const history::Revision*>& parts);
std::vector<std::string> parts_in(std::string_view text);

}  // namespace dbmig::run
