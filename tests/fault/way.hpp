#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "run/run_plan.hpp"

namespace dbmig::fault {

using run::Direction;

/// When something breaks, as seen from one call, statement or write.
enum class Moment {
  before,  ///< it never arrives
  during,  ///< it arrives, and nobody knows how far it came
  after,   ///< it took effect, and nobody heard of it
};

std::string_view to_string(Moment moment);

/// A revision argument per direction: where a migration goes.
struct Trip {
  Direction direction = Direction::upgrade;
  std::string target;
};

/// A database under test, and how it is migrated without being disturbed.
class Playground {
 public:
  virtual ~Playground() = default;
  /// An empty database, whatever was there.
  virtual void reset() = 0;
  /// Runs a trip to its end, as a person does who comes back after the accident. Throws when it
  /// does not get there.
  virtual void migrate(const Trip& trip) = 0;
  virtual std::unique_ptr<backend::Connection> connect() = 0;
};

/// A way to break a migration.
class Way {
 public:
  virtual ~Way() = default;
  /// As the table calls it.
  virtual std::string name() const = 0;
  virtual std::vector<Moment> moments() const = 0;
  /// Runs the trip undisturbed: at how many points it can be broken.
  virtual std::size_t count(const Trip& trip) = 0;
  /// Runs the trip and breaks it at point `n`, counted from 1. False when it ended before that.
  virtual bool strike(const Trip& trip, std::size_t n, Moment moment) = 0;
};

}  // namespace dbmig::fault
