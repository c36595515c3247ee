#include "schema/geometry_text.hpp"

#include <charconv>

#include "base/text.hpp"

namespace dbmig::schema {

std::optional<GeometryText> split_srid(std::string_view text) {
  constexpr std::string_view kMark = "SRID=";
  if (!text::equals_ignoring_case(text.substr(0, kMark.size()), kMark)) {
    return GeometryText{0, text};
  }
  text.remove_prefix(kMark.size());
  GeometryText found;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), found.srid);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (failure != std::errc{} || digits == text.size() || *end != ';') return std::nullopt;
  found.shape = text.substr(digits + 1);
  return found;
}

}  // namespace dbmig::schema
