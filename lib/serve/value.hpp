#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backend/bulk.hpp"

namespace dbmig::serve {

using Json = nlohmann::ordered_json;

/// How much of a value the page shows; the whole of it is downloaded.
inline constexpr std::size_t kShownText = 400;
inline constexpr std::size_t kShownBytes = 64;

/// A value as the page takes it: null for NULL; `["i", "42"]` an integer and `["r", "0.5"]` a real,
/// as text, for JavaScript's numbers are not wide enough; `["t", "text"]`; `["b", "00ff", 2]` bytes
/// in hexadecimal digits. Text and bytes that were cut have the whole length (code points, bytes)
/// as a third element. `length`: that of the value when `cell` holds only its beginning.
/// Text that is not UTF-8 is given as bytes.
Json value_json(const backend::Cell& cell, std::size_t length = 0);

/// A whole value, uncut, as a page sends it back: the place where a page of rows ended.
Json exact_json(const backend::Cell& cell);

/// Values read back from JSON; the cells point into the texts.
class Values {
 public:
  /// Throws Error{invalid} for what exact_json() does not write.
  void add(const Json& value);
  void add_text(std::string text);
  void add_integer(std::int64_t number);
  /// Valid until the next add.
  std::vector<backend::Cell> cells() const;
  std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    backend::Cell cell;
    std::string bytes;
  };
  std::vector<Kept> kept_;
};

/// `text` without what looks like a password: hashes and the words behind IDENTIFIED BY, PASSWORD
/// and the like give `***`. For statements and rights of a server.
std::string without_passwords(std::string text);

}  // namespace dbmig::serve
