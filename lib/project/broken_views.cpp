#include "project/broken_views.hpp"

#include <fmt/core.h>

#include "backend/broken_views.hpp"

namespace dbmig::project {

std::vector<backend::Unsupported> take_out_broken_views(backend::Connection& connection,
                                                        schema::Schema& schema) {
  std::vector<backend::Unsupported> taken;
  for (const auto& [name, broken] : backend::broken_views(connection, schema.views)) {
    schema.views.erase(name);
    taken.push_back({fmt::format("view '{}'", name),
                     fmt::format("it cannot be read, so it could not be created again ({}); "
                                 "correct or drop it, then adopt it",
                                 broken.error.message())});
  }
  return taken;
}

}  // namespace dbmig::project
