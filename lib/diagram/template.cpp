#include "diagram/template.hpp"

#include <stdexcept>

namespace dbmig::diagram {
namespace {

std::string filled(kainjow::mustache::mustache& view, const Values& values) {
  // Templates are compiled into the program: a mistake in one is a mistake of the program.
  if (!view.is_valid()) throw std::logic_error("template: " + view.error_message());
  std::string text;
  view.render(values, [&](const std::string& part) { text += part; });
  return text;
}

}  // namespace

std::string fill(std::string_view text, const Values& values) {
  kainjow::mustache::mustache view{std::string(text)};
  return filled(view, values);
}

std::string fill(std::string_view text, const Values& values,
                 std::string (*escape)(const std::string&)) {
  kainjow::mustache::mustache view{std::string(text)};
  view.set_custom_escape(escape);
  return filled(view, values);
}

}  // namespace dbmig::diagram
