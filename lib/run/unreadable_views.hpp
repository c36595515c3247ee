#pragma once

#include "run/apply.hpp"

namespace dbmig::run {

/// Throws Error{refused} if `planned`, the next to run, makes a view anew that can be read no more
/// in the database, because something that it names is gone and does not come on the way: the
/// server would refuse the view after earlier statements have taken effect. `before` is the schema
/// before it. Views that no statement makes may be as broken as they are. Changes nothing.
void refuse_unreadable_views(backend::Connection& connection, const PlannedRevision& planned,
                             const schema::Schema& before);

}  // namespace dbmig::run
