#pragma once

#include <map>
#include <string>

#include "diagram/picture.hpp"

namespace dbmig::diagram {

/// How something differs from what was there before.
enum class Difference { none, added, removed, changed };

/// What is coloured in a picture; what is not named is as it was.
struct Differences {
  std::map<std::string, Difference> tables;
  std::map<std::pair<std::string, std::string>, Difference> columns;  ///< {table, column}
};

/// What leads from one schema to the other, by table and column.
Differences differences_between(const schema::Schema& from, const schema::Schema& to);

/// `picture` as an SVG file that needs nothing else; dark where its reader is.
std::string to_svg(const Picture& picture, const std::string& title,
                   const Differences& differences = {});

}  // namespace dbmig::diagram
