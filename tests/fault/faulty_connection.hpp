#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "backend/backend.hpp"
#include "base/error.hpp"
#include "fault/way.hpp"

namespace dbmig::fault {

/// What happens to a connection, and what became of it.
struct Plan {
  std::size_t strike_at = 0;  ///< the call that breaks, counted from 1; 0: none does
  Moment moment = Moment::before;
  /// The statement alone fails; the connection lives.
  bool fails_only = false;
  /// With fails_only: so many calls later the connection is lost after all; 0: never.
  std::size_t lost_after = 0;
  /// Called before each statement without values.
  std::function<void(std::string_view sql)> on_statement = {};
  /// What the lock says of its limit.
  std::string lock_limit = {};
  std::size_t calls = 0;  ///< so far
  bool struck = false;
};

/// `inner`, but the call that `plan` names breaks: before it reaches the database, or after it took
/// effect. From then on nothing gets through, as with a server that went away. `plan` must outlive
/// the connection.
std::unique_ptr<backend::Connection> faulty(std::unique_ptr<backend::Connection> inner, Plan& plan);

}  // namespace dbmig::fault
