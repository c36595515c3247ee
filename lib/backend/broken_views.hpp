#pragma once

#include <map>
#include <string>

#include "backend/backend.hpp"
#include "backend/missing_object.hpp"
#include "base/error.hpp"
#include "schema/table.hpp"

namespace dbmig::backend {

/// Why a view that the database has could not be created there again.
struct BrokenView {
  Error error;
  /// What its text names and the database lacks; for a view that only reads broken views, what they
  /// lack.
  MissingObject missing;
  bool is_by_another = false;  ///< only what it reads is broken
};

/// Those of `views`, which the database behind `connection` has, that it could not create again
/// because a table, column or function that they read is gone, or another of them that is broken.
/// None on databases that create such views (SQLite). A view that its reader merely may not read
/// is none of them.
std::map<std::string, BrokenView> broken_views(
    Connection& connection, const schema::SharedMap<std::string, schema::View>& views);

}  // namespace dbmig::backend
