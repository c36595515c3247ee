#pragma once

#include <string>

#include "base/text.hpp"
#include "base/url.hpp"

namespace dbmig::backend {

/// "" when the URL has none.
inline std::string url_parameter(const Url& url, const std::string& name) {
  const auto found = url.parameters.find(name);
  return found == url.parameters.end() ? std::string() : found->second;
}

/// What people write for yes in a URL.
inline bool is_true(const std::string& value) {
  const std::string word = text::lower(value);
  return word == "1" || word == "true" || word == "yes" || word == "on";
}

}  // namespace dbmig::backend
