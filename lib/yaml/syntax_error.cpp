#include "yaml/syntax_error.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace dbmig::yaml {
namespace {

struct Translation {
  std::string_view theirs;
  std::string_view ours;
  std::string_view hint;
};

// yaml-cpp's messages (exceptions.h), which name states of its scanner.
constexpr std::array kTranslations{
    Translation{"illegal map value", "a ':' where no value can begin",
                "text that holds ': ' needs quotes; a line before may lack its ':'"},
    Translation{"illegal map key", "a key is not allowed here", "check the indentation"},
    Translation{"illegal block entry", "a '- ' where no list can begin",
                "begin the list on a line of its own"},
    Translation{"illegal flow end", "a closing bracket without its opening one",
                "text that begins with '}' or ']' needs quotes"},
    Translation{"end of map not found", "this does not fit the mapping around it",
                "check the indentation, and that text with quotes in it is quoted as a whole"},
    Translation{"end of sequence not found", "this does not fit the list around it",
                "check the indentation, and that text with quotes in it is quoted as a whole"},
    Translation{"unknown token", "this character cannot begin a text",
                "text that begins with @, ` or % needs quotes"},
    Translation{"the referenced anchor is not defined",
                "an alias for an anchor that does not exist",
                "text that begins with '*' needs quotes"},
    Translation{"bad file", "nested too deeply", ""},
    Translation{"illegal document indicator in scalar", "a document marker inside a quoted text",
                "close the quotation mark before it"},
};

/// "<<<<<<< HEAD", "||||||| 5f1a", "=======", ">>>>>>> branch": what git merge leaves where it
/// could not decide. Source: https://git-scm.com/docs/git-merge#_how_conflicts_are_presented
bool is_conflict_marker(std::string_view line) {
  constexpr std::size_t kLength = 7;
  const char mark = line.empty() ? '\0' : line.front();
  if (std::string_view("<|=>").find(mark) == std::string_view::npos) return false;
  const std::size_t end = line.find_first_not_of(mark);
  if (end == std::string_view::npos) return line.size() == kLength;
  return end == kLength && line[end] == ' ' && mark != '=';
}

/// The number of the first line with a marker.
std::optional<int> conflict_in(std::string_view content) {
  int row = 1;
  for (std::size_t begin = 0; begin < content.size(); ++row) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    if (is_conflict_marker(content.substr(begin, end - begin))) return row;
    begin = end + 1;
  }
  return std::nullopt;
}

bool tab_indents(std::string_view content, const Place& place) {
  const std::size_t newline =
      place.offset == 0 ? std::string_view::npos : content.rfind('\n', place.offset - 1);
  const std::string_view line = content.substr(newline == std::string_view::npos ? 0 : newline + 1);
  const std::size_t first = line.find_first_not_of(" \t");
  return line.substr(0, first).find('\t') != std::string_view::npos;
}

/// yaml-cpp takes a `?` inside a flow collection for the sign of a key, wherever it stands.
bool cut_at_question_mark(const SyntaxError& error) {
  if (!error.flow || error.place.offset == 0) return false;
  const std::string_view around = error.content.substr(error.place.offset - 1, 2);
  return around.find('?') != std::string_view::npos;
}

/// `{type: enum('a','b')}`: to YAML a comma ends the text `enum('a'`, and what follows is no key.
struct CutText {
  std::size_t offset = 0;
  std::string text;  ///< as it was meant
};

/// The text with parentheses that is open where the parser stopped inside { } or [ ].
std::optional<CutText> cut_in_parentheses(const SyntaxError& error) {
  if (!error.flow) return std::nullopt;
  const std::string_view content = error.content;
  const std::size_t line =
      content.rfind('\n', error.place.offset == 0 ? 0 : error.place.offset - 1);
  const std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
  const std::size_t end = std::min(content.find('\n', begin), content.size());
  // A word, a parenthesis with a comma inside, its end.
  for (std::size_t open = content.find('(', begin); open < end;
       open = content.find('(', open + 1)) {
    std::size_t word = open;
    while (word > begin && (std::isalnum(static_cast<unsigned char>(content[word - 1])) != 0 ||
                            content[word - 1] == '_')) {
      --word;
    }
    char quote = 0;
    std::size_t close = open + 1;
    for (; close < end && (quote != 0 || content[close] != ')'); ++close) {
      const char c = content[close];
      if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
    }
    const bool is_quoted = word > begin && (content[word - 1] == '"' || content[word - 1] == '\'');
    const std::string_view text = content.substr(word, close + 1 - word);
    const bool is_cut = word < open && close < end && !is_quoted &&
                        text.find(',') != std::string_view::npos && error.place.offset <= close + 1;
    if (is_cut) return CutText{word, std::string(text)};
  }
  return std::nullopt;
}

bool never_closed(const SyntaxError& error) {
  return error.flow && (error.message == "end of map flow not found" ||
                        error.message == "end of sequence flow not found");
}

}  // namespace

void report_syntax_error(const SyntaxError& error, const std::string& file,
                         Diagnostics& diagnostics) {
  const SourcePosition where{file, error.place.line, error.place.column};
  if (const auto row = conflict_in(error.content)) {
    diagnostics.add({file, *row, 1}, "this line is a conflict marker of Git",
                    "resolve the conflict, and remove the lines with <<<<<<<, ======= and >>>>>>>");
    return;
  }
  if (tab_indents(error.content, error.place)) {
    diagnostics.add({file, where.line, 1}, "a tab is used to indent", "YAML indents with spaces");
    return;
  }
  if (cut_at_question_mark(error)) {
    diagnostics.add(where, "a '?' ends the text here",
                    "inside { } and [ ] text that holds a '?' needs quotes");
    return;
  }
  if (const auto cut = cut_in_parentheses(error)) {
    const std::size_t newline = error.content.rfind('\n', cut->offset);
    const std::size_t before = newline == std::string_view::npos ? 0 : newline + 1;
    int row = 1;
    for (std::size_t i = 0; i < before; ++i) row += error.content[i] == '\n' ? 1 : 0;
    diagnostics.add(
        {file, row, static_cast<int>(cut->offset - before) + 1},
        fmt::format("a comma ends the text '{}' here", cut->text.substr(0, cut->text.find(','))),
        fmt::format("inside {{ }} and [ ] it needs quotes: \"{}\"", cut->text));
    return;
  }
  if (never_closed(error)) {
    const bool map = error.flow->is_mapping();
    diagnostics.add(
        {file, error.flow->line, error.flow->column},
        fmt::format("this '{}' is not closed where line {} goes on", map ? '{' : '[', where.line),
        fmt::format("add the '{}', or a ',' that is missing between two entries", map ? '}' : ']'));
    return;
  }
  for (const Translation& translation : kTranslations) {
    // Newer versions of the library go on: "…: x".
    if (!error.message.starts_with(translation.theirs)) continue;
    diagnostics.add(where, std::string(translation.ours), std::string(translation.hint));
    return;
  }
  diagnostics.add(where, error.message);
}

bool is_closed_scalar(std::string_view content, std::size_t offset) {
  std::size_t i = offset;
  while (i < content.size() && (content[i] == '&' || content[i] == '!')) {
    i = content.find_first_of(" \n\t", i);
    if (i != std::string_view::npos) i = content.find_first_not_of(" \n\t", i);
    if (i == std::string_view::npos) return true;
  }
  if (i >= content.size()) return true;
  const char mark = content[i];
  if (mark != '"' && mark != '\'') return true;
  for (++i; i < content.size(); ++i) {
    if (mark == '"' && content[i] == '\\') {
      ++i;
    } else if (content[i] == mark) {
      // A doubled single quote looks like two texts side by side, which changes nothing here.
      const bool doubled = mark == '\'' && i + 1 < content.size() && content[i + 1] == mark;
      if (!doubled) return true;
      ++i;
    }
  }
  return false;
}

}  // namespace dbmig::yaml
