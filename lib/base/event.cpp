#include "base/event.hpp"

#include <utility>

namespace dbmig {

void EventSink::debug(std::string logger, std::string message) {
  on(event::Log{event::Log::Level::debug, std::move(logger), std::move(message)});
}

void EventSink::info(std::string logger, std::string message) {
  on(event::Log{event::Log::Level::info, std::move(logger), std::move(message)});
}

void EventSink::warning(std::string logger, std::string message) {
  on(event::Log{event::Log::Level::warning, std::move(logger), std::move(message)});
}

void SteadySink::on(const Event& event) {
  try {
    to_.on(event);
  } catch (...) {
    // Who listens has failed; what is being told has happened all the same.
  }
}

}  // namespace dbmig
