#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dbmig::yaml {

/// `text` as a part of a file name: lower case, words joined by `_`, at most `longest` characters
/// (cut between words where that keeps most of it). Letters of other alphabets stay; signs, spaces
/// and pictures separate words. May be empty.
std::string slug(std::string_view text, std::size_t longest);

}  // namespace dbmig::yaml
