#pragma once

#include "backend/private_server.hpp"

namespace dbmig::cli {

/// The private server as this program's commands run it: kept by `dbmig scratch --keep`.
backend::PrivateServerOptions private_server_options();

}  // namespace dbmig::cli
