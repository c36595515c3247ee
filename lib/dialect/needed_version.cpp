#include "dialect/needed_version.hpp"

#include <fmt/core.h>

#include <array>
#include <string_view>

#include "dialect/script.hpp"

namespace dbmig::dialect {
namespace {

/// Two words that follow each other, the first of them alone where the second is empty.
struct Feature {
  DialectKind kind;
  std::string_view first;
  std::string_view second;
  int major;
  int minor;
};

// The newest first. Sources: https://www.sqlite.org/changes.html and
// https://mariadb.com/kb/en/release-notes/
constexpr std::array kFeatures{
    Feature{DialectKind::sqlite, "strict", "", 3, 37},
    Feature{DialectKind::sqlite, "drop", "column", 3, 35},
    Feature{DialectKind::sqlite, "generated", "always", 3, 31},
    Feature{DialectKind::sqlite, "rename", "column", 3, 25},
    Feature{DialectKind::mariadb, "vector", "", 11, 7},
};

bool stands_in(const Feature& feature, DialectKind kind, std::string_view sql) {
  const std::vector<ScriptWord> words = script_words(kind, sql);
  if (words.empty()) return false;
  // Of statements that define tables; data and programs may say anything.
  if (!words.front().is("create") && !words.front().is("alter")) return false;
  if (words.size() > 1 && !words[1].is("table")) return false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].is(feature.first)) continue;
    if (feature.second.empty()) return true;
    if (i + 1 < words.size() && words[i + 1].is(feature.second)) return true;
  }
  return false;
}

}  // namespace

std::string needed_version(DialectKind kind, const std::vector<std::string>& statements) {
  for (const Feature& feature : kFeatures) {
    if (feature.kind != kind) continue;
    for (const std::string& sql : statements) {
      if (!stands_in(feature, kind, sql)) continue;
      std::string what;
      for (const char c : feature.first) what += static_cast<char>(c - 'a' + 'A');
      if (!feature.second.empty()) what += ' ';
      for (const char c : feature.second) what += static_cast<char>(c - 'a' + 'A');
      return fmt::format("{} {}.{} ({})", product_name(kind), feature.major, feature.minor, what);
    }
  }
  return {};
}

}  // namespace dbmig::dialect
