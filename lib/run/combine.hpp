#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "history/graph.hpp"

namespace dbmig::run {

/// Revisions of a run as one.
struct Combined {
  /// Creates what they add up to. Without id when they cannot be combined.
  history::Revision revision;
  std::vector<const history::Revision*> parts;  ///< live as long as their graph
  schema::Schema after;                         ///< what they lead to
};

/// The revisions at the front of `ids`, of `graph`, that only build up tables which are new among
/// them: these can be created at once as they end up, since they have no rows yet. `before` is
/// the schema that the first of them meets. Plain SQL, rows, requirements, and changes of tables
/// that were there end what can be combined; views, triggers and routines do where there were
/// tables. Only `parts` is filled in when these are fewer than `least`, or would not come to the
/// same.
Combined combine(const history::Graph& graph, std::span<const std::string> ids,
                 const schema::Schema& before, std::size_t least);

/// The id of the revision that stands for `parts`: always the same for the same revisions, another
/// one when any of them is edited.
std::string combined_id(const std::vector<const history::Revision*>& parts);

/// A text for `revision_text`, that of a combined revision, in which its parts are named as well;
/// and their ids in such a text. A run that was killed finds them there.
std::string with_parts(const std::string& revision_text,
                       const std::vector<const history::Revision*>& parts);
std::vector<std::string> parts_in(std::string_view text);

}  // namespace dbmig::run
