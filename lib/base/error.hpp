#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig {

/// A place in a file a user can edit. Lines and columns count from 1; 0 means "not known".
struct SourcePosition {
  std::string file;
  int line = 0;
  int column = 0;
  friend bool operator==(const SourcePosition&, const SourcePosition&) = default;
};

/// `file:line:col`, leaving out what is not known; empty when nothing is.
std::string to_string(const SourcePosition& position);

/// What kind of failure it is. The CLI maps these to exit codes: `usage` to 2, `refused` to 4,
/// everything else to 1.
enum class ErrorCode {
  failed,       ///< the work could not be done; the message says why
  usage,        ///< the command line is wrong
  refused,      ///< refused for safety; the hint names the flag that consents
  invalid,      ///< a file's content is wrong: model, revision, configuration, CSV
  not_found,    ///< a revision, file, table or project that was named does not exist
  connection,   ///< the server or database file cannot be reached, or went away
  access,       ///< wrong password or missing rights
  io,           ///< a file or disk failed: full, read-only, unreadable
  busy,         ///< another process or session held a lock for longer than the time to wait
  constraint,   ///< the database rejected rows: duplicate, NULL, check, foreign key
  interrupted,  ///< Ctrl-C or SIGTERM
};

/// Whether the cause lies outside of what was asked for: the disk, the server, another session, or
/// an interrupt. What ran may work when it is tried again.
constexpr bool is_of_surroundings(ErrorCode code) {
  return code == ErrorCode::connection || code == ErrorCode::access || code == ErrorCode::io ||
         code == ErrorCode::busy || code == ErrorCode::interrupted;
}

/// One mistake in a user's file. Several are collected so that a person sees all of them at once.
struct Diagnostic {
  SourcePosition where;
  std::string message;  ///< what is wrong
  std::string hint;     ///< what to do; may be empty
};

/// `file:line:col: message; hint`.
std::string to_string(const Diagnostic& diagnostic);

/// "This command cannot continue." The only exception type that leaves lib/.
///
/// Build it in steps: `throw Error(ErrorCode::io, "cannot write x").hint("check the rights")`.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message);
  /// Several mistakes of one kind; `diagnostics` must not be empty.
  Error(ErrorCode code, std::vector<Diagnostic> diagnostics);

  Error at(SourcePosition where) &&;
  Error hint(std::string text) &&;
  /// The vendor's own error number (sqlite3 extended result code, MariaDB errno).
  Error native(int number) &&;
  /// The statement that the database rejected.
  Error sql(std::string statement) &&;

  ErrorCode code() const { return code_; }
  /// The first diagnostic's message, without position or hint.
  const std::string& message() const { return diagnostics_.front().message; }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  int native_code() const { return native_; }
  const std::string& statement() const { return sql_; }
  /// All diagnostics, a line each, as a person reads them (without the statement).
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  void refresh();
  ErrorCode code_;
  std::vector<Diagnostic> diagnostics_;
  int native_ = 0;
  std::string sql_;
  std::string text_;
};

/// Collects mistakes and throws them together.
class Diagnostics {
 public:
  void add(SourcePosition where, std::string message, std::string hint = {});
  bool empty() const { return list_.empty(); }
  const std::vector<Diagnostic>& list() const { return list_; }
  /// Throws `Error(code, …)` with everything collected, sorted by file, line and column; does
  /// nothing when nothing was collected.
  void throw_if_any(ErrorCode code = ErrorCode::invalid) const;

 private:
  std::vector<Diagnostic> list_;
};

}  // namespace dbmig
