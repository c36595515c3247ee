#include "run/made_views.hpp"

#include "dialect/script.hpp"

namespace dbmig::run {

std::map<std::string, std::size_t> made_views(const std::vector<dialect::Statement>& statements) {
  std::map<std::string, std::size_t> made;
  for (std::size_t at = 0; at < statements.size(); ++at) {
    if (!statements[at].sql.starts_with("CREATE ")) continue;
    const auto words = dialect::script_words(DialectKind::mariadb, statements[at].sql);
    // CREATE [OR REPLACE] [ALGORITHM = …] [DEFINER = …] [SQL SECURITY …] VIEW name
    for (std::size_t i = 1; i + 1 < words.size() && !words[i].is("as"); ++i) {
      if (!words[i].is("view") || !words[i + 1].is_name) continue;
      made.emplace(words[i + 1].text, at);
      break;
    }
  }
  return made;
}

}  // namespace dbmig::run
