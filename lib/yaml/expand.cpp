#include "yaml/expand.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"

namespace dbmig::yaml {
namespace {

constexpr int kMaxNesting = 10;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The offset of the `}` that closes the `${` before `start`.
std::size_t closing_brace(std::string_view text, std::size_t start) {
  int depth = 1;
  for (std::size_t i = start; i < text.size(); ++i) {
    if (text.substr(i, 2) == "${") ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  throw Error(ErrorCode::invalid, "a '${' is never closed")
      .hint("write ${NAME}, or $$ for a dollar");
}

std::string expand(std::string_view text, const Environment& environment, int depth);

/// The value of what stands between `${` and `}`.
std::string value_of(std::string_view inside, const Environment& environment, int depth) {
  const auto end = static_cast<std::size_t>(
      std::find_if_not(inside.begin(), inside.end(), is_name_character) - inside.begin());
  const std::string name(inside.substr(0, end));
  const std::string_view rest = inside.substr(end);
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) {
    throw Error(ErrorCode::invalid, "a '${' without the name of a variable")
        .hint("write ${NAME}, or $$ for a dollar");
  }
  const bool has_default = rest.starts_with(":-");
  const bool is_required = rest.starts_with(":?");
  if (!rest.empty() && !has_default && !is_required) {
    throw Error(ErrorCode::invalid, fmt::format("'${{{}' goes on with '{}'", name, rest.front()))
        .hint(
            fmt::format("only ${{{0}}}, ${{{0}:-default}} and ${{{0}:?message}} are known", name));
  }
  const auto value = environment(name);
  if (value && (!value->empty() || rest.empty())) return *value;
  if (has_default) return expand(rest.substr(2), environment, depth + 1);
  if (is_required) {
    std::string message = expand(rest.substr(2), environment, depth + 1);
    if (message.empty()) {
      message = value ? "it is set to nothing" : "it is not set";
    }
    throw Error(ErrorCode::invalid,
                fmt::format("the environment variable {} is required: {}", name, message))
        .hint(fmt::format("set {}", name));
  }
  throw Error(ErrorCode::invalid, fmt::format("the environment variable {} is not set", name))
      .hint(fmt::format("set it, or give a default: ${{{}:-…}}", name));
}

std::string expand(std::string_view text, const Environment& environment, int depth) {
  if (depth > kMaxNesting) throw Error(ErrorCode::invalid, "variables are nested too deeply");
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view two = text.substr(i, 2);
    if (two == "$$") {
      out += '$';
      ++i;
    } else if (two == "${") {
      const std::size_t end = closing_brace(text, i + 2);
      out += value_of(text.substr(i + 2, end - i - 2), environment, depth);
      i = end;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string expand_variables(std::string_view text, const Environment& environment) {
  return expand(text, environment, 0);
}

}  // namespace dbmig::yaml
