#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace dbmig {

/// Messages of the library to its caller while it works. The library never prints: the CLI turns
/// these into text, a progress bar or JSON.
namespace event {

/// A line for the log. `logger` is the module that it comes from ("dbmig.run", "dbmig.diff").
struct Log {
  enum class Level { debug, info, warning };
  Level level = Level::info;
  std::string logger;
  std::string message;
};

/// A statement is about to be sent to the database.
struct Statement {
  std::string sql;
};

/// Progress of an import, sent by the root at most a few times a second and once at the end.
struct ImportProgress {
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;  ///< 0 when the input's size is not known (a pipe)
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  double seconds = 0;
};

}  // namespace event

using Event = std::variant<event::Log, event::Statement, event::ImportProgress>;

/// Receives events, on the thread that does the work.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on(const Event& event) = 0;

  void debug(std::string logger, std::string message);
  void info(std::string logger, std::string message);
  void warning(std::string logger, std::string message);
};

/// Passes everything on and ignores exceptions of the receiver: for work that must be finished,
/// such as taking back a step.
class SteadySink final : public EventSink {
 public:
  explicit SteadySink(EventSink& to) : to_(to) {}
  void on(const Event& event) override;

 private:
  EventSink& to_;
};

/// Drops everything.
class NullEventSink final : public EventSink {
 public:
  void on(const Event&) override {}
};

}  // namespace dbmig
