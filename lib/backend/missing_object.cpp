#include "backend/missing_object.hpp"

#include <string_view>
#include <utility>

namespace dbmig::backend {
namespace {

/// Between the first `open` and what closes it.
std::string between(const std::string& message, std::string_view open, const char* close) {
  const std::size_t found = message.find(open);
  if (found == message.npos) return {};
  const std::size_t begin = found + open.size();
  return message.substr(begin, message.find_first_of(close, begin) - begin);
}

}  // namespace

std::optional<MissingObject> missing_object(const Connection& connection, const Error& error) {
  using Kind = MissingObject::Kind;
  const std::string& message = error.message();
  if (connection.dialect().kind() == DialectKind::sqlite) {
    for (const auto& [start, kind] : {std::pair{"no such table", Kind::table},
                                      {"no such column", Kind::column},
                                      {"no such function", Kind::function}}) {
      if (message.find(start) == message.npos) continue;
      return MissingObject{kind, between(message, ": ", " (;")};
    }
    return std::nullopt;
  }
  constexpr int kNoTable = 1146;
  constexpr int kNoColumn = 1054;
  constexpr int kNoRoutine = 1305;
  switch (error.native_code()) {
    case kNoTable:
      return MissingObject{Kind::table, between(message, "'", "'")};
    case kNoColumn:
      return MissingObject{Kind::column, between(message, "'", "'")};
    case kNoRoutine:
      if (message.rfind("FUNCTION ", 0) != 0) return std::nullopt;
      return MissingObject{Kind::function, between(message, "FUNCTION ", " ")};
    default:
      return std::nullopt;
  }
}

}  // namespace dbmig::backend
