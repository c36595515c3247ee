#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "import/wire.hpp"
#include "schema/column.hpp"
#include "transfer/distinct_hashes.hpp"

namespace dbmig::transfer {

/// Ways to write dates other than ISO 8601 that are looked for.
inline constexpr std::size_t kDateFormats = 31;

/// What the values of a column of text were like. A value more never allows a narrower type:
/// what all of them could be only gets less, what they need only more. So parts of a file can be
/// looked at in any order, by any rank, and added up.
class Evidence {
 public:
  /// A value, or nothing for NULL.
  void add(std::optional<std::string_view> value);
  void add(const Evidence& other);

  /// The narrowest type that holds every value.
  schema::Type type() const;
  /// The narrowest type that holds all that a column of `own` does, and every value; nothing when
  /// `own` holds them already, or when only an import can tell.
  std::optional<schema::Type> wider_than(const schema::Type& own) const;
  /// hash_of() every different value that is no NULL, sorted; nothing when they were too many to
  /// keep.
  std::optional<std::vector<std::uint64_t>> different_values() const;
  /// Never 0.
  static std::uint64_t hash_of(std::string_view value);
  bool has_nulls() const { return nulls_ != 0; }
  std::uint64_t rows() const { return values_ + nulls_; }
  /// How many different values there are, NULL aside; the rows where they were too many to keep.
  std::uint64_t different() const { return hashes_.is_too_many() ? values_ : hashes_.size(); }
  /// Every value occurs once, as far as so many could be counted; NULL does not count.
  bool is_unique() const;
  /// "120 rows, 3 NULL, 17 different, 1 to 96".
  std::string describe() const;
  /// When every value is a date, and a day first or a month first would do as well: two formats.
  std::vector<std::string> ambiguous_dates() const;
  /// The format of dates that are not ISO 8601, for --date-format; empty for others.
  std::string date_format() const;

  /// Does at once what the answers would: counts the different values. Without it the const members
  /// must not be called by several threads.
  void settle() const { hashes_.settle(); }

  void encode(import::Bytes& out) const;
  static Evidence decode(import::WireReader& reader);

 private:
  bool fit(const schema::Type& type) const;
  schema::Type as_text(std::uint64_t own_characters) const;
  void look_at(std::string_view value);
  bool count_plain_digits(std::string_view value);
  void count_digits(std::string_view value);
  void note_number(std::int64_t value);
  void note_words(std::string_view value);
  void leave_words();
  void note_extremes(std::string_view value);

  std::uint64_t values_ = 0;  ///< that are not NULL
  std::uint64_t nulls_ = 0;
  std::uint32_t could_be_ = ~std::uint32_t{0};        ///< kinds, see evidence.cpp
  std::uint32_t formats_ = (1U << kDateFormats) - 1;  ///< ways to write dates
  std::uint32_t integer_digits_ = 0;
  std::uint32_t scale_ = 0;
  std::uint32_t fraction_ = 0;  ///< digits of a fraction of a second
  std::uint64_t most_characters_ = 0;
  std::uint64_t most_bytes_ = 0;
  std::int64_t lowest_ = 0;  ///< of integers that fit
  std::int64_t highest_ = 0;
  bool has_numbers_ = false;
  std::string first_;  ///< by bytes, cut off
  std::string last_;
  std::set<std::string> words_;  ///< the different values, as long as they are few
  bool has_many_words_ = false;
  DistinctHashes hashes_;  ///< of the different values
};

}  // namespace dbmig::transfer
