#pragma once

#include <functional>
#include <string>

#include "backend/backend.hpp"
#include "diagram/page.hpp"

namespace dbmig::serve {

/// What stands between a database and the revisions that it has.
struct Drift {
  std::string revision;     ///< the one that it is at, or several, as "2fa6cb, 81e0"; empty: none
  schema::Schema expected;  ///< what they add up to, as the database reports it
  schema::Schema live;      ///< what of that is there
};

/// Finds it through a connection that only reads. Throws when it cannot be found out.
using FindDrift = std::function<Drift(backend::Connection&)>;

/// Lays over the picture of a database what its revisions say of it: what was changed by hand is
/// shown as changed from there. A page without such changes stays as it is.
void lay_over(diagram::PageData& page, const Drift& drift);

}  // namespace dbmig::serve
