#pragma once

#include <memory>

#include "serve/http.hpp"

namespace dbmig::serve {

/// The server of the module `libdbmig_serve.so`, which stands beside the program or where it is
/// installed, and which no other command loads. Throws Error{failed} when it is not there.
std::unique_ptr<Server> load_server();

}  // namespace dbmig::serve
