#include "base/error.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace dbmig {

std::string to_string(const SourcePosition& position) {
  if (position.file.empty() && position.line == 0) return {};
  if (position.line == 0) return position.file;
  if (position.column == 0) return fmt::format("{}:{}", position.file, position.line);
  return fmt::format("{}:{}:{}", position.file, position.line, position.column);
}

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = to_string(diagnostic.where);
  if (!text.empty()) text += ": ";
  text += diagnostic.message;
  if (!diagnostic.hint.empty()) text += "; " + diagnostic.hint;
  return text;
}

Error::Error(ErrorCode code, std::string message)
    : Error(code, std::vector<Diagnostic>{{{}, std::move(message), {}}}) {}

Error::Error(ErrorCode code, std::vector<Diagnostic> diagnostics)
    : code_(code), diagnostics_(std::move(diagnostics)) {
  refresh();
}

Error Error::at(SourcePosition where) && {
  diagnostics_.front().where = std::move(where);
  refresh();
  return std::move(*this);
}

Error Error::hint(std::string text) && {
  diagnostics_.front().hint = std::move(text);
  refresh();
  return std::move(*this);
}

Error Error::native(int number) && {
  native_ = number;
  return std::move(*this);
}

Error Error::sql(std::string statement) && {
  sql_ = std::move(statement);
  return std::move(*this);
}

void Error::refresh() {
  text_.clear();
  for (const Diagnostic& diagnostic : diagnostics_) {
    if (!text_.empty()) text_ += '\n';
    text_ += to_string(diagnostic);
  }
}

void Diagnostics::add(SourcePosition where, std::string message, std::string hint) {
  list_.push_back({std::move(where), std::move(message), std::move(hint)});
}

void Diagnostics::throw_if_any(ErrorCode code) const {
  if (list_.empty()) return;
  std::vector<Diagnostic> sorted = list_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.file, a.where.line, a.where.column) <
           std::tie(b.where.file, b.where.line, b.where.column);
  });
  throw Error(code, std::move(sorted));
}

}  // namespace dbmig
