#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig::yaml {

/// The key of this format for a word of Alembic, SQLAlchemy or SQL.
struct KnownWord {
  std::string key;   ///< one of the keys allowed here
  std::string hint;  ///< what to write
};

/// For `word`, an unknown key where `keys` are allowed; nothing when the word means nothing to us.
std::optional<KnownWord> known_word(std::string_view word, const std::vector<std::string>& keys);

}  // namespace dbmig::yaml
