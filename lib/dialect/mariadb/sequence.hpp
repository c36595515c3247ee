#pragma once

#include <string>
#include <string_view>

namespace dbmig::dialect::mariadb {

/// A sequence's options, all of them said. Numbers are text: they reach over what fits an integer.
struct Sequence {
  std::string start;
  std::string minimum;
  std::string maximum;
  std::string increment = "1";
  std::string cache = "1000";  ///< "0" for none
  bool cycle = false;
  std::string engine;  ///< empty: InnoDB
  std::string comment;
};

/// Reads what follows CREATE SEQUENCE's name, defaults filled in. Throws ParseError. Source:
/// https://mariadb.com/kb/en/create-sequence/
Sequence read_sequence(std::string_view sql);

/// START … CYCLE, as CREATE and ALTER SEQUENCE take them.
std::string sequence_options(const Sequence& sequence);

/// The options in one spelling and order, with what is the default left out of engine and comment.
std::string canonical_sequence(std::string_view sql);

}  // namespace dbmig::dialect::mariadb
