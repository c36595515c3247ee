#pragma once

#include <map>
#include <string>
#include <vector>

#include "backend/mariadb/session.hpp"

namespace dbmig::backend::mariadb {

/// What of a session another statement could see: its variables, its database, and whether
/// Connector/C would connect again by itself.
class SessionState {
 public:
  /// As it is now; from then on Connector/C does not connect again.
  explicit SessionState(Session& session);
  /// Sets what is different now. As far as the connection still stands: never throws.
  void restore(Session& session) const noexcept;

 private:
  struct Variable {
    std::string value;
    bool is_number = false;
  };
  using Variables = std::map<std::string, Variable>;
  static Variables read(Session& session);

  Variables variables_;
  std::string database_;
  bool reconnects_ = false;
};

}  // namespace dbmig::backend::mariadb
