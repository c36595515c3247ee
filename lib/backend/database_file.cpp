#include "backend/database_file.hpp"

#include <system_error>

namespace dbmig::backend {

std::optional<std::filesystem::path> database_file(const Url& url) {
  if (url.dialect != DialectKind::sqlite || url.in_memory()) return std::nullopt;
  return url.database;
}

bool is_missing_file(const Url& url) {
  const auto file = database_file(url);
  std::error_code ignored;
  return file && !std::filesystem::exists(*file, ignored);
}

Url or_empty(Url url) {
  if (is_missing_file(url)) url.database = ":memory:";
  return url;
}

}  // namespace dbmig::backend
