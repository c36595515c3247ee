#include "run/statement_tables.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/script.hpp"

namespace dbmig::run {

std::string statement_tables(std::string_view sql) {
  // With one of these words, the statement may read or change something that no other word names as
  // a table.
  static constexpr std::array<std::string_view, 9> kMore{
      "as", "select", "like", "exchange", "partition", "union", "convert", ".", ";"};
  const std::vector<dialect::ScriptWord> words = dialect::script_words(DialectKind::mariadb, sql);
  const auto is = [&](std::size_t i, std::string_view keyword) {
    return i < words.size() && words[i].is(keyword);
  };
  const bool is_plain =
      (is(0, "alter") || is(0, "create")) && is(1, "table") && words.size() > 2 &&
      words[2].quoted && std::none_of(words.begin(), words.end(), [](const auto& word) {
        return !word.quoted && std::any_of(kMore.begin(), kMore.end(), [&](std::string_view more) {
          return word.is(more) || word.text == more;
        });
      });
  if (!is_plain) return std::string(sql);
  std::set<std::string> names{words[2].text};
  for (std::size_t i = 3; i < words.size(); ++i) {
    std::size_t at = i + 1;
    if (is(i, "rename")) {
      if (is(at, "to")) ++at;
    } else if (!is(i, "references")) {
      continue;
    }
    // RENAME COLUMN and the like are followed by an unquoted word.
    if (at < words.size() && words[at].quoted) names.insert(words[at].text);
  }
  std::vector<std::string> quoted;
  for (const std::string& name : names) {
    quoted.push_back(dialect::dialect(DialectKind::mariadb).quote_identifier(name));
  }
  return "ALTER TABLE " + text::join(quoted, ", ");
}

}  // namespace dbmig::run
