#include "backend/mariadb/statement_names.hpp"

#include <set>
#include <vector>

#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/script.hpp"

namespace dbmig::backend::mariadb {

std::string name_literals(std::string_view sql) {
  const dialect::Dialect& dialect = dialect::dialect(DialectKind::mariadb);
  std::set<std::string> literals;
  for (const auto& word : dialect::script_words(DialectKind::mariadb, sql)) {
    if (word.is_name) literals.insert(dialect.quote_string(word.text));
  }
  return text::join(std::vector<std::string>(literals.begin(), literals.end()), ", ");
}

}  // namespace dbmig::backend::mariadb
