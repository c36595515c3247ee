#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig::text {

/// The number that `text` begins with, as strtod() reads it, with a point whatever the process's
/// locale has.
double to_double(const std::string& text);

/// ASCII lower case; other bytes as they are.
std::string lower(std::string_view s);
std::string upper(std::string_view s);
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// Without leading and trailing ASCII white space.
std::string_view trim(std::string_view s);

/// Parts between each `separator`; always at least one part.
std::vector<std::string> split(std::string_view s, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string s, std::string_view from, std::string_view to);

/// `s` between `mark`s, each `mark` inside doubled: how SQL quotes both names and strings.
std::string quote(std::string_view s, char mark);

/// The offset of the first byte that is not part of well-formed UTF-8 (RFC 3629: no overlong forms,
/// no surrogates), or nothing when all of it is well formed.
std::optional<std::size_t> find_invalid_utf8(std::string_view s);

/// The number of code points in well-formed UTF-8.
std::size_t utf8_length(std::string_view s);

/// The candidate nearest to `word` by edit distance, when near enough to be a misspelling; for
/// "did you mean" hints.
std::optional<std::string> closest(std::string_view word,
                                   const std::vector<std::string>& candidates);

/// "did you mean 'x'?" or, when nothing is near, "known: a, b, c".
std::string suggest(std::string_view word, const std::vector<std::string>& candidates);

/// "1 row", "2 rows": `count` with its noun.
std::string count(std::size_t n, std::string_view singular, std::string_view plural = {});

}  // namespace dbmig::text
