#include "dialect/loose_text.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "dialect/mariadb/accents.hpp"

namespace dbmig::dialect {
namespace {

/// For utf8mb4_general_ci, all characters beyond the BMP are this one.
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string with_one_beyond_bmp(std::string_view text) {
  constexpr unsigned char kFirstLead = 0xF0;
  constexpr std::size_t kBytes = 4;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < kFirstLead) {
      out += text[at++];
    } else {
      out += kReplacement;
      at += kBytes;
    }
  }
  return out;
}

}  // namespace

std::string loose_text(std::string_view text) {
  const bool is_ascii = std::all_of(text.begin(), text.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  std::string out = is_ascii || text::find_invalid_utf8(text)
                        ? text::lower(text)
                        : mariadb::folded_routine_name(with_one_beyond_bmp(text));
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

}  // namespace dbmig::dialect
