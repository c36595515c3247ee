#pragma once

#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>

namespace dbmig::diagram {

// Internal to this module: what a Mustache template makes of values.

using Values = kainjow::mustache::data;

/// `text`, a template of this module, filled with `values`. `escape` is what `{{name}}` passes
/// through: by default &, <, >, " and ' for HTML, XML and SVG.
std::string fill(std::string_view text, const Values& values);
std::string fill(std::string_view text, const Values& values,
                 std::string (*escape)(const std::string&));

}  // namespace dbmig::diagram
