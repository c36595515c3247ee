#include "cli/console.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <system_error>

#include "base/overloaded.hpp"
#include "base/text.hpp"

namespace dbmig::cli {
namespace {

/// A file below the current folder by its relative name, as people type it.
std::string shown_file(const std::string& file) {
  std::error_code failure;
  const std::filesystem::path here = std::filesystem::current_path(failure);
  const std::filesystem::path path(file);
  if (failure || !path.is_absolute()) return file;
  const std::filesystem::path relative = path.lexically_relative(here);
  return relative.empty() || *relative.begin() == ".." ? file : relative.string();
}

constexpr std::string_view kBold = "1";
constexpr std::string_view kRed = "1;31";
constexpr std::string_view kYellow = "33";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kDim = "2";

/// Statements of more than this many bytes are cut in error messages.
constexpr std::size_t kStatementShown = 600;
/// Mistakes that are told one by one: one that is made everywhere must not fill the screen.
constexpr std::size_t kDiagnosticsShown = 50;

int terminal_width() {
  struct winsize size = {};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

void print_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

Console::Console() {
  configure({});
}

void Console::configure(const Options& options) {
  options_ = options;
  const char* term = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: present and not empty
  terminal_ = ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::strcmp(term, "dumb") != 0;
  color_ = options.color == Color::always || (options.color == Color::automatic && terminal_ &&
                                              (no_color == nullptr || *no_color == '\0'));
}

std::string Console::styled(std::string_view text, std::string_view style) const {
  if (!color_) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", style, text);
}

void Console::on(const Event& event) {
  std::visit(overloaded{[this](const event::Log& line) {
                          switch (line.level) {
                            case event::Log::Level::debug:
                              if (options_.verbose) log("DEBUG", kDim, line.logger, line.message);
                              break;
                            case event::Log::Level::info:
                              if (!options_.quiet) log("INFO ", kGreen, line.logger, line.message);
                              break;
                            case event::Log::Level::warning:
                              log("WARN ", kYellow, line.logger, line.message);
                              break;
                          }
                        },
                        [this](const event::Statement& statement) {
                          if (options_.verbose) log("INFO ", kGreen, "dbmig.sql", statement.sql);
                        },
                        [this](const event::ImportProgress& p) { progress(p); }},
             event);
}

void Console::log(std::string_view level, std::string_view style, std::string_view logger,
                  std::string_view message) {
  clear_progress();
  print_error(fmt::format("{} [{}] {}\n", styled(level, style), logger, message));
}

void Console::progress(const event::ImportProgress& p) {
  if (options_.quiet) return;
  if (!terminal_) {
    const auto line = options_.json ? std::nullopt : progress_lines_.line(p);
    if (line) log("INFO ", kGreen, "dbmig.import", *line);
    return;
  }
  std::string line = import::progress_text(p);
  if (p.bytes_total != 0) {
    const double share =
        std::min(1.0, static_cast<double>(p.bytes_done) / static_cast<double>(p.bytes_total));
    const int width = std::clamp(terminal_width() - 4 - static_cast<int>(line.size()), 0, 40);
    const int filled = static_cast<int>(share * width);
    line =
        fmt::format("[{}{}] {}", std::string(filled, '#'), std::string(width - filled, '.'), line);
  }
  print_error("\r\033[K" + line);
  std::fflush(stderr);
  progress_shown_ = true;
}

void Console::clear_progress() {
  if (!progress_shown_) return;
  print_error("\r\033[K");
  progress_shown_ = false;
}

void Console::data(std::string_view text) {
  if (options_.json) return;
  clear_progress();
  std::fwrite(text.data(), 1, text.size(), stdout);
}

bool Console::is_read() const {
  return options_.json || std::ferror(stdout) == 0;
}

void Console::document(const Json& json) {
  if (!options_.json) return;
  // Names in a database need not be UTF-8: what is not is replaced, so that the document stays one.
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  document_written_ = true;
}

void Console::say(std::string_view line) {
  if (options_.quiet) return;
  clear_progress();
  print_error(fmt::format("{}\n", line));
}

void Console::begin_status(std::string_view what) {
  if (!options_.quiet) print_error(fmt::format("  {} ... ", what));
}

void Console::end_status(std::string_view how) {
  if (!options_.quiet) print_error(fmt::format(" {}\n", how));
}

void Console::error(const Error& error) {
  clear_progress();
  std::fflush(stdout);
  const std::vector<Diagnostic>& all = error.diagnostics();
  const std::size_t shown = all.size() > kDiagnosticsShown + 1 ? kDiagnosticsShown : all.size();
  for (Diagnostic diagnostic : std::span(all).first(shown)) {
    diagnostic.where.file = shown_file(diagnostic.where.file);
    print_error(fmt::format("{} {}\n", styled("error:", kRed), dbmig::to_string(diagnostic)));
  }
  if (shown < all.size()) {
    print_error(fmt::format("{} and {} more; --json lists all of them\n", styled("error:", kRed),
                            all.size() - shown));
  }
  if (!error.statement().empty()) {
    std::string statement = error.statement();
    if (statement.size() > kStatementShown) {
      std::size_t cut = kStatementShown;
      while (cut > 0 && (static_cast<unsigned char>(statement[cut]) & 0xC0U) == 0x80U) --cut;
      statement = statement.substr(0, cut) + " …";
    }
    print_error(fmt::format("  {} {}\n", styled("statement:", kBold), statement));
  }
  if (options_.json && !document_written_) document(to_json(error));
}

void Console::flush() {
  clear_progress();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  const int number = errno;
  if (number == EPIPE) return;
  throw Error(ErrorCode::io, fmt::format("cannot write the output: {}", std::strerror(number)));
}

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::failed:
      return "failed";
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::connection:
      return "connection";
    case ErrorCode::access:
      return "access";
    case ErrorCode::io:
      return "io";
    case ErrorCode::busy:
      return "busy";
    case ErrorCode::constraint:
      return "constraint";
    case ErrorCode::interrupted:
      return "interrupted";
  }
  return "failed";
}

Json to_json(const Error& error) {
  Json list = Json::array();
  for (const Diagnostic& diagnostic : error.diagnostics()) {
    Json one;
    if (!diagnostic.where.file.empty()) one["file"] = shown_file(diagnostic.where.file);
    if (diagnostic.where.line > 0) one["line"] = diagnostic.where.line;
    if (diagnostic.where.column > 0) one["column"] = diagnostic.where.column;
    one["message"] = diagnostic.message;
    if (!diagnostic.hint.empty()) one["hint"] = diagnostic.hint;
    list.push_back(std::move(one));
  }
  Json body = {{"code", to_string(error.code())}, {"message", error.message()}};
  if (error.native_code() != 0) body["native_code"] = error.native_code();
  if (!error.statement().empty()) body["statement"] = error.statement();
  body["diagnostics"] = std::move(list);
  return {{"error", std::move(body)}};
}

}  // namespace dbmig::cli
