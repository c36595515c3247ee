#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "serve/value.hpp"

namespace dbmig::serve {

/// What a command of dbmig said.
struct CommandResult {
  int code = 0;
  Json document;        ///< its JSON document; null when it gave none
  std::string errors;   ///< what it said beside, for people
  std::string command;  ///< as one would type it: "dbmig migrate -m 'orders'"
};

/// Runs dbmig's own commands, each in a process of its own and with `--json`: what the page does is
/// then by construction what the command line does, with its locks, proofs and refusals, and
/// nothing of it has to bear threads. Thread-safe; what changes files or a database runs alone.
class Commands {
 public:
  /// `program`: dbmig's path. `globals`: options that every command is given (-C, --database…).
  Commands(std::string program, std::vector<std::string> globals);

  /// Throws Error{busy} when it takes longer than `timeout` (it is then asked to end, and killed
  /// when it does not), Error{failed} when it cannot be started.
  CommandResult run(const std::vector<std::string>& arguments, std::chrono::seconds timeout);

  /// run(), of which only one goes on at a time. Throws Error{busy} when another is running.
  CommandResult run_alone(const std::vector<std::string>& arguments, std::chrono::seconds timeout);

  /// Asks what runs to end as Ctrl-C would, and lets nothing start any more.
  void stop() { stopping_ = true; }

 private:
  std::string program_;
  std::vector<std::string> globals_;
  std::mutex alone_;
  std::atomic<bool> stopping_{false};
};

}  // namespace dbmig::serve
