#pragma once

#include <functional>
#include <string>

#include "base/error.hpp"
#include "schema/table.hpp"
#include "support/random_source.hpp"

namespace dbmig::test {

/// What `work` complains about, a line for each mistake; "no error" when it does not.
inline std::string complaint(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// A text that YAML could misread: signs, quotes, line breaks, words with a meaning, other
/// alphabets, invisible characters. Well-formed UTF-8; `multi_line` allows line breaks.
std::string nasty_text(RandomSource& random, bool multi_line = true);

/// `text` with one to four mistakes in it: bytes lost, doubled, changed or put in between.
std::string damaged(std::string text, RandomSource& random);

/// `schema` with everything in it that only one database has, and nasty texts wherever a text is
/// free. Still valid and normalised.
schema::Schema decorated(schema::Schema schema, RandomSource& random);

}  // namespace dbmig::test
