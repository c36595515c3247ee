#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagram/page.hpp"

namespace dbmig::diagram {

enum class Format { html, svg, dot, mermaid, plantuml, dbml, markdown };

std::string_view to_string(Format format);
/// The format called `name`, or nothing.
std::optional<Format> parse_format(std::string_view name);
/// "html", "svg"…, for messages.
const std::vector<std::string>& format_names();
/// What the end of a file's name says: `.html`, `.svg`, `.dot`, `.mmd`, `.puml`, `.dbml`, `.md`…
std::optional<Format> format_of(const std::filesystem::path& path);

/// `data` in that format: one file's content, or for Mermaid several (formats.hpp). Formats other
/// than HTML show `data.schema`, with what `data.against` has different in colour in SVG.
std::vector<std::string> documents(const PageData& data, Format format);

/// The names of the files that `count` documents go to: `a.mmd`, `a-2.mmd`…
std::vector<std::filesystem::path> document_paths(const std::filesystem::path& path,
                                                  std::size_t count);

/// Whether `content` says in its first lines that `dbmig docs` made it.
bool is_made_by_us(std::string_view content);

/// The tables that a change from `from` to `to` touches and their neighbours, drawn as SVG with
/// what is different in colour; what goes is still in it.
std::string change_to_svg(const schema::Schema& from, const schema::Schema& to,
                          const std::string& title);

}  // namespace dbmig::diagram
