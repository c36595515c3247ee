#pragma once

#include <string_view>

namespace dbmig::serve::assets {

// Files of this folder as they are in the program; lib/cmake/Embed.cmake writes the definitions.
extern const std::string_view door_html;
extern const std::string_view serve_html;
extern const std::string_view serve_css;
extern const std::string_view serve_js;
extern const std::string_view diagram_rows_js;

}  // namespace dbmig::serve::assets
