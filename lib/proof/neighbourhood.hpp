#pragma once

#include "history/revision.hpp"
#include "schema/table.hpp"

namespace dbmig::proof {

/// What of `before` a proof of `revision` can tell apart from all of it: the tables that its
/// operations name, those that refer to them, what views, triggers and programs read, what all of
/// these refer to, over any number of tables, and tables with a name, an index or a constraint
/// called as something of these. All of `before` where that cannot be known: of plain SQL, views
/// and programs.
schema::Schema neighbourhood(const schema::Schema& before, const history::Revision& revision);

}  // namespace dbmig::proof
