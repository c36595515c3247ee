#include "backend/missing_object.hpp"

#include <string_view>

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
    if (message.find("no such table") != message.npos) {
      return MissingObject{Kind::table, between(message, ": ", " (;")};
    }
    if (message.find("no such column") != message.npos) {
      return MissingObject{Kind::column, between(message, ": ", " (;")};
    }
    return std::nullopt;
  }
  constexpr int kNoTable = 1146;
  constexpr int kNoColumn = 1054;
  if (error.native_code() == kNoTable) {
    return MissingObject{Kind::table, between(message, "'", "'")};
  }
  if (error.native_code() == kNoColumn) {
    return MissingObject{Kind::column, between(message, "'", "'")};
  }
  return std::nullopt;
}

}  // namespace dbmig::backend
