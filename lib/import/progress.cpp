#include "import/progress.hpp"

#include <fmt/core.h>

#include <cmath>

namespace dbmig::import {
namespace {

constexpr double kMinute = 60;
constexpr double kHour = 60 * kMinute;

std::string duration(double seconds) {
  if (seconds < kMinute) return fmt::format("{:.0f} s", seconds);
  if (seconds < kHour) {
    const double minutes = std::floor(seconds / kMinute);
    return fmt::format("{:.0f} min {:02.0f} s", minutes, std::floor(seconds - minutes * kMinute));
  }
  const double hours = std::floor(seconds / kHour);
  return fmt::format("{:.0f} h {:02.0f} min", hours,
                     std::floor((seconds - hours * kHour) / kMinute));
}

}  // namespace

std::string progress_text(const event::ImportProgress& progress) {
  const auto done = static_cast<double>(progress.bytes_done);
  const auto total = static_cast<double>(progress.bytes_total);
  std::string text;
  if (progress.bytes_total != 0) {
    text = fmt::format("{:.0f} %, {:.1f} of {:.1f} MB", std::floor(100 * done / total), done / 1e6,
                       total / 1e6);
  } else {
    text = fmt::format("{:.1f} MB", done / 1e6);
  }
  text += fmt::format(", {} rows", progress.rows);
  if (progress.rejected != 0) text += fmt::format(", {} rejected", progress.rejected);
  if (progress.seconds > 0) {
    text += fmt::format(", {:.0f} rows/s", static_cast<double>(progress.rows) / progress.seconds);
  }
  if (progress.bytes_total != 0 && progress.bytes_done != 0 && done < total) {
    text += fmt::format(", {} left", duration(progress.seconds * (total - done) / done));
  }
  return text;
}

std::optional<std::string> ProgressLines::line(const event::ImportProgress& progress) {
  if (progress.seconds < next_) return std::nullopt;
  next_ = progress.seconds + kEvery;
  return progress_text(progress);
}

}  // namespace dbmig::import
