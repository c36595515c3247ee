#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/event.hpp"
#include "import/progress.hpp"

namespace dbmig::cli {

/// JSON with its keys in the order they were written.
using Json = nlohmann::ordered_json;

enum class Color { automatic, always, never };

/// Where a command speaks: data on stdout, everything else on stderr.
class Console final : public EventSink {
 public:
  struct Options {
    bool quiet = false;    ///< warnings and errors only
    bool verbose = false;  ///< debug lines and statements too
    bool json = false;     ///< stdout holds one JSON document
    Color color = Color::automatic;
  };

  Console();
  void configure(const Options& options);
  const Options& options() const { return options_; }

  /// Log lines in Alembic's form (`INFO  [dbmig.run] …`), statements with -v, a progress bar on a
  /// terminal and a line every ten seconds elsewhere.
  void on(const Event& event) override;

  /// Text on stdout as it is. Nothing in JSON mode: the document says the same.
  void data(std::string_view text);
  /// Whether somebody still reads what data() writes: not so in `dbmig history | head -1` after the
  /// first lines.
  bool is_read() const;
  /// The command's document on stdout; nothing without --json.
  void document(const Json& json);
  /// A line for people on stderr; not with -q.
  void say(std::string_view line);
  /// `  Generating x ...  done`: runs `work` between the two halves; `FAILED` when it throws.
  template <class Work>
  void status(std::string_view what, Work&& work) {
    begin_status(what);
    try {
      work();
    } catch (...) {
      end_status("FAILED");
      throw;
    }
    end_status("done");
  }
  /// The error for people on stderr and, with --json, `{"error": {…}}` on stdout.
  void error(const Error& error);

  /// Sends what is buffered. Throws Error{io} when stdout cannot take it (a full disk); a reader
  /// that went away is not an error.
  void flush();

 private:
  void log(std::string_view level, std::string_view style, std::string_view logger,
           std::string_view message);
  void progress(const event::ImportProgress& progress);
  void clear_progress();
  void begin_status(std::string_view what);
  void end_status(std::string_view how);
  std::string styled(std::string_view text, std::string_view style) const;

  Options options_;
  bool color_ = false;
  bool terminal_ = false;
  bool progress_shown_ = false;
  import::ProgressLines progress_lines_;
  bool document_written_ = false;
};

/// The error as `{"error": {"code": …, "message": …}}` with its diagnostics.
Json to_json(const Error& error);

/// "refused", "not_found"…
std::string_view to_string(ErrorCode code);

}  // namespace dbmig::cli
