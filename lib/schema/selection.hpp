#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::schema {

/// Which objects of a database that others use too are this project's, by glob patterns
/// (base/glob.hpp) over the names of tables, views and routines.
struct Selection {
  std::vector<std::string> include;  ///< none: everything
  std::vector<std::string> exclude;  ///< takes away from what is included
  friend bool operator==(const Selection&, const Selection&) = default;

  bool empty() const { return include.empty() && exclude.empty(); }
  bool takes(std::string_view name) const;
};

/// What of `schema` is selected. A trigger goes with its table; foreign keys to tables that are not
/// selected are marked as external.
Schema selected(Schema schema, const Selection& selection);

}  // namespace dbmig::schema
