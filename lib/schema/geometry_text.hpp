#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dbmig::schema {

/// A geometry as text: `POINT(1 2)`, with its reference system in front where that is not 0, as
/// PostGIS writes it: `SRID=4326;POINT(1 2)`.
struct GeometryText {
  std::uint32_t srid = 0;
  std::string_view shape;  ///< well-known text
};

/// What stands in `text`; nothing when it begins with SRID= and no number with a semicolon follows.
std::optional<GeometryText> split_srid(std::string_view text);

}  // namespace dbmig::schema
