#pragma once

#include <string_view>

namespace dbmig::diagram::assets {

// Files of this folder as they are in the program; lib/cmake/Embed.cmake writes the definitions.
extern const std::string_view page_css;
extern const std::string_view page_js;
extern const std::string_view page_mustache;
extern const std::string_view diagram_svg_mustache;

}  // namespace dbmig::diagram::assets
