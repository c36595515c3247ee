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

/// The number of date formats other than ISO 8601 that are recognised.
inline constexpr std::size_t kDateFormats = 31;

/// What is known about the values of a text column. More values never allow a narrower type: the
/// possible kinds only become fewer, the required sizes only larger. So parts of a file can be
/// examined in any order, by any rank, and combined.
class Evidence {
 public:
  Evidence() = default;
  /// Of values whose numbers have this decimal mark, see import::ValueFormat.
  explicit Evidence(char decimal) : decimal_(decimal) {}

  /// Adds a value, or nothing for NULL.
  void add(std::optional<std::string_view> value);
  void add(const Evidence& other);

  /// The narrowest type that holds every value.
  schema::Type type() const;
  /// The narrowest type that holds everything a column of type `own` does, and every value; nothing
  /// if `own` already does, or if only an import can tell.
  std::optional<schema::Type> wider_than(const schema::Type& own) const;
  /// The sorted hash_of() of the key_text() of all different values other than NULL; nothing if
  /// there were too many to keep.
  std::optional<std::vector<std::uint64_t>> different_values() const;
  /// What two spellings of one integer have in common (`0` of `-0`, `5` of ` 5`); other values as
  /// they are.
  static std::string_view key_text(std::string_view value);
  /// Never 0.
  static std::uint64_t hash_of(std::string_view value);
  bool has_nulls() const { return nulls_ != 0; }
  std::uint64_t rows() const { return values_ + nulls_; }
  /// The number of different values without NULL; the number of values if there were too many to
  /// keep.
  std::uint64_t different() const { return hashes_.is_too_many() ? values_ : hashes_.size(); }
  /// Whether every value occurs once, as far as they could be counted; NULL does not count.
  bool is_unique() const;
  /// "120 rows, 3 NULL, 17 different, 1 to 96".
  std::string describe() const;
  /// The two possible formats, if every value is a date that can be read both day first and month
  /// first.
  std::vector<std::string> ambiguous_dates() const;
  /// The format of dates that are not ISO 8601, for --date-format; empty if they are, or are no
  /// dates.
  std::string date_format() const;

  /// Counts the different values now, instead of when an answer needs them. Otherwise the const
  /// members are not safe to call from several threads.
  void settle() const { hashes_.settle(); }

  void encode(import::Bytes& out) const;
  static Evidence decode(import::WireReader& reader);

 private:
  bool fit(const schema::Type& type) const;
  schema::Type as_text(std::uint64_t own_characters) const;
  bool is_decimal() const;
  std::uint32_t whole_digits() const;
  void learn(std::string_view value);
  void look_at(std::string_view value);
  void note_numeral(std::string_view value);
  bool count_plain_digits(std::string_view value);
  void count_digits(std::string_view value);
  void note_number(std::int64_t value);
  void note_power(std::string_view value);
  void note_words(std::string_view value);
  void leave_words();
  void note_extremes(std::string_view value);

  std::uint64_t values_ = 0;  ///< other than NULL
  std::uint64_t nulls_ = 0;
  std::uint32_t could_be_ = ~std::uint32_t{0};        ///< possible kinds, see evidence.cpp
  std::uint32_t formats_ = (1U << kDateFormats) - 1;  ///< possible date formats
  char decimal_ = '.';
  std::uint32_t integer_digits_ = 0;  ///< of numbers without exponent, as scale_
  std::uint32_t scale_ = 0;
  std::uint32_t power_digits_ = 0;  ///< of whole numbers with exponent, written out
  std::uint32_t fraction_ = 0;      ///< digits after the second
  std::uint64_t most_characters_ = 0;
  std::uint64_t most_bytes_ = 0;
  std::int64_t lowest_ = 0;  ///< of integers that fit
  std::int64_t highest_ = 0;
  bool has_numbers_ = false;
  std::string first_;  ///< in byte order, cut off
  std::string last_;
  std::set<std::string> words_;  ///< the different values, while they are few
  bool has_many_words_ = false;
  DistinctHashes hashes_;  ///< of the different values
};

}  // namespace dbmig::transfer
