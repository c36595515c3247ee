#include "transfer/evidence.hpp"

#include <fmt/core.h>
#define XXH_INLINE_ALL  // the hash of a short value takes less time than a call
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/ascii.hpp"
#include "base/calendar.hpp"
#include "base/text.hpp"
#include "import/date_format.hpp"
#include "transfer/evidence_kinds.hpp"

namespace dbmig::transfer {
namespace {

using ascii::is_digit;
using schema::Type;
using schema::TypeKind;

constexpr std::size_t kMaxWords = 8;
constexpr std::size_t kShownBytes = 24;

/// Date formats other than ISO 8601, in order of preference.
constexpr std::array<const char*, kDateFormats> kDateFormatTexts = {
    "%d/%m/%Y",          "%m/%d/%Y",          "%d.%m.%Y",          "%m.%d.%Y",
    "%d-%m-%Y",          "%m-%d-%Y",          "%Y/%m/%d",          "%Y.%m.%d",
    "%d/%m/%y",          "%m/%d/%y",          "%y/%m/%d",          "%d.%m.%y",
    "%d %b %Y",          "%b %d, %Y",         "%d/%m/%Y %H:%M",    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p",
    "%d.%m.%Y %H:%M",    "%d.%m.%Y %H:%M:%S", "%b %d %Y",          "%d-%b-%Y",
    "%B %d, %Y",         "%d %B %Y",          "%Y/%m/%d %H:%M",    "%Y/%m/%d %H:%M:%S",
    "%d-%m-%Y %H:%M",    "%d-%m-%Y %H:%M:%S", "%Y.%m.%d %H:%M:%S"};

const std::vector<import::DateFormat>& date_formats() {
  static const std::vector<import::DateFormat> kFormats(kDateFormatTexts.begin(),
                                                        kDateFormatTexts.end());
  return kFormats;
}

bool is_day(int year, int month, int day) {
  return year >= 1 && day >= 1 && day <= days_in_month(year, month);
}

bool is_moment(const import::DateFormat::Moment& moment) {
  return is_day(moment.year, moment.month, moment.day) && moment.hour < 24 && moment.minute < 60 &&
         moment.second < 60;
}

std::string_view digits_at(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  return text.substr(0, n);
}

int number(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

/// The two-digit number at `at`; -1 if there is none.
int two_digits(std::string_view text, std::size_t at) {
  constexpr int kTen = 10;
  if (!is_digit(text[at]) || !is_digit(text[at + 1])) return -1;
  return (text[at] - '0') * kTen + (text[at + 1] - '0');
}

/// `HH:MM[:SS[.ffffff]]`: the number of fraction digits, nothing if it is not a time.
std::optional<std::size_t> time_fraction(std::string_view text, int most_hours) {
  constexpr std::size_t kUsualSize = 8;
  if (text.size() == kUsualSize && text[2] == ':' && text[5] == ':') {
    const auto is_below = [](int value, int end) { return value >= 0 && value < end; };
    const bool is_time = is_below(two_digits(text, 0), most_hours + 1) &&
                         is_below(two_digits(text, 3), 60) && is_below(two_digits(text, 6), 60);
    return is_time ? std::optional<std::size_t>(0) : std::nullopt;
  }
  const std::string_view hours = digits_at(text);
  if (hours.empty() || hours.size() > 3 || text.size() < hours.size() + 3) return std::nullopt;
  if (text[hours.size()] != ':' || number(hours) > most_hours) return std::nullopt;
  text.remove_prefix(hours.size() + 1);
  const std::string_view minutes = digits_at(text);
  if (minutes.size() != 2 || number(minutes) > 59) return std::nullopt;
  text.remove_prefix(2);
  if (text.empty()) return 0;
  const std::string_view seconds = text.front() == ':' ? digits_at(text.substr(1)) : "";
  if (seconds.size() != 2 || number(seconds) > 59) return std::nullopt;
  text.remove_prefix(3);
  if (text.empty()) return 0;
  const std::string_view fraction = text.front() == '.' ? digits_at(text.substr(1)) : "";
  if (fraction.empty() || fraction.size() + 1 != text.size()) return std::nullopt;
  return fraction.find_last_not_of('0') + 1;
}

/// `YYYY-MM-DD`; the remaining text in `rest`.
bool is_iso_date(std::string_view text, std::string_view& rest) {
  constexpr std::size_t kSize = 10;
  constexpr int kHundred = 100;
  if (text.size() < kSize || text[4] != '-' || text[7] != '-') return false;
  if (text.size() > kSize && is_digit(text[kSize])) return false;
  const int century = two_digits(text, 0);
  const int year = two_digits(text, 2);
  if (century < 0 || year < 0) return false;
  rest = text.substr(kSize);
  return is_day(century * kHundred + year, two_digits(text, 5), two_digits(text, 8));
}

bool is_boolean(std::string_view value) {
  for (const char* word : {"true", "false", "t", "f", "yes", "no", "y", "n", "on", "off"}) {
    if (text::equals_ignoring_case(value, word)) return true;
  }
  return false;
}

bool is_uuid(std::string_view value) {
  if (value.size() != 36) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = value[i];
    const bool is_hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (is_dash ? c != '-' : !is_hex) return false;
  }
  return true;
}

bool is_json(std::string_view value) {
  return value.size() > 1 && (value.front() == '{' || value.front() == '[') &&
         nlohmann::json::accept(value);
}

}  // namespace

void Evidence::look_at(std::string_view value) {
  constexpr int kHours = 23;
  constexpr int kMaxHours = 838;  // https://mariadb.com/kb/en/time/
  constexpr std::uint32_t kNumbers = kInteger | kDecimal | kReal;
  if ((could_be_ & kNumbers) != 0) count_digits(value);
  if ((could_be_ & kBoolean) != 0 && !is_boolean(value)) could_be_ &= ~kBoolean;
  if ((could_be_ & (kDate | kDatetime)) != 0) {
    std::string_view rest;
    const bool is_date = is_iso_date(value, rest);
    std::optional<std::size_t> fraction;
    if (is_date && rest.size() > 1 && (rest.front() == ' ' || rest.front() == 'T')) {
      fraction = time_fraction(rest.substr(1), kHours);
    }
    if (!is_date || !rest.empty()) could_be_ &= ~kDate;
    if (!is_date || (!rest.empty() && !fraction)) could_be_ &= ~kDatetime;
    if (fraction) fraction_ = std::max(fraction_, static_cast<std::uint32_t>(*fraction));
  }
  if ((could_be_ & kTime) != 0) {
    const auto fraction = time_fraction(value, kMaxHours);
    if (!fraction) could_be_ &= ~kTime;
    if (fraction) fraction_ = std::max(fraction_, static_cast<std::uint32_t>(*fraction));
  }
  for (std::uint32_t left = formats_; left != 0; left &= left - 1) {
    const auto moment =
        date_formats()[static_cast<std::size_t>(std::countr_zero(left))].parse(value);
    if (!moment || !is_moment(*moment)) formats_ &= ~(left & -left);
  }
  if ((could_be_ & kUuid) != 0 && !is_uuid(value)) could_be_ &= ~kUuid;
  if ((could_be_ & kJson) != 0 && !is_json(value)) could_be_ &= ~kJson;
}

void Evidence::note_extremes(std::string_view value) {
  const std::string_view shown = value.substr(0, kShownBytes);
  if (values_ == 1 || shown < first_) first_ = shown;
  if (values_ == 1 || shown > last_) last_ = shown;
}

/// As long as the values could be those of an enum.
void Evidence::note_words(std::string_view value) {
  constexpr std::size_t kMaxWordLength = 40;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (std::any_of(value.begin(), value.end(), is_control)) could_be_ &= ~kWord;
  if (value.size() <= kMaxWordLength) words_.emplace(value);
  if (value.size() > kMaxWordLength || words_.size() > kMaxWords) leave_words();
}

void Evidence::leave_words() {
  has_many_words_ = true;
  could_be_ &= ~kWord;
  words_.clear();
}

void Evidence::add(std::optional<std::string_view> value) {
  if (!value) {
    ++nulls_;
    return;
  }
  ++values_;
  const std::string_view key = key_text(*value);
  const bool is_new = hashes_.insert(hash_of(key));
  const bool is_other = key.size() != value->size();
  // A value seen before adds nothing.
  if (!is_new && !is_other) return;
  learn(*value);
  // When it comes by itself, it will have been seen before.
  if (is_other) learn(key);
}

void Evidence::learn(std::string_view value) {
  if ((could_be_ & kFormed) != 0 || formats_ != 0) {
    // Blanks around a number or date are not part of it; in text they are.
    const auto may_be_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    const bool is_trimmed =
        !value.empty() && !may_be_blank(value.front()) && !may_be_blank(value.back());
    look_at(is_trimmed ? value : text::trim(value));
  }
  note_extremes(value);
  most_bytes_ = std::max<std::uint64_t>(most_bytes_, value.size());
  if (value.size() > most_characters_) {
    most_characters_ = std::max<std::uint64_t>(most_characters_, text::utf8_length(value));
  }
  if (!has_many_words_) note_words(value);
}

void Evidence::add(const Evidence& other) {
  if (other.values_ != 0) {
    const bool first = values_ == 0;
    if (first || other.first_ < first_) first_ = other.first_;
    if (first || other.last_ > last_) last_ = other.last_;
  }
  values_ += other.values_;
  nulls_ += other.nulls_;
  could_be_ &= other.could_be_;
  formats_ &= other.formats_;
  integer_digits_ = std::max(integer_digits_, other.integer_digits_);
  scale_ = std::max(scale_, other.scale_);
  power_digits_ = std::max(power_digits_, other.power_digits_);
  fraction_ = std::max(fraction_, other.fraction_);
  most_characters_ = std::max(most_characters_, other.most_characters_);
  most_bytes_ = std::max(most_bytes_, other.most_bytes_);
  if (other.has_numbers_) {
    lowest_ = has_numbers_ ? std::min(lowest_, other.lowest_) : other.lowest_;
    highest_ = has_numbers_ ? std::max(highest_, other.highest_) : other.highest_;
    has_numbers_ = true;
  }
  words_.insert(other.words_.begin(), other.words_.end());
  if (has_many_words_ || other.has_many_words_ || words_.size() > kMaxWords) leave_words();
  hashes_.insert(other.hashes_);
}

schema::Type Evidence::type() const {
  constexpr std::uint32_t kMaxFraction = 6;
  const auto is = [this](std::uint32_t kind) { return values_ != 0 && (could_be_ & kind) != 0; };
  if (is(kBoolean)) return type_of(TypeKind::boolean);
  if (is(kInteger) && is(kInt64)) {
    const bool fits = lowest_ >= INT32_MIN && highest_ <= INT32_MAX;
    return type_of(fits ? TypeKind::integer : TypeKind::bigint);
  }
  if (is(kReal) && !is(kDecimal) && is(kDoubleWhole)) return type_of(TypeKind::double_);
  if (values_ != 0 && is_decimal()) {
    const std::uint32_t digits = std::max(whole_digits(), 1U) + scale_;
    const auto precision = static_cast<int>(digits);
    const auto scale = static_cast<int>(scale_);
    if (precision <= kMaxDecimalDigits && scale <= kMaxDecimalPlaces) {
      return type_of(TypeKind::decimal, precision, scale);
    }
  }
  const auto fraction = [this] {
    return fraction_ == 0 ? std::nullopt : std::optional(fraction_ > 3 ? 6 : 3);
  };
  if (is(kDate)) return type_of(TypeKind::date);
  if (is(kDatetime) && fraction_ <= kMaxFraction) return type_of(TypeKind::datetime, fraction());
  if (is(kTime) && fraction_ <= kMaxFraction) return type_of(TypeKind::time, fraction());
  if (values_ != 0 && !date_format().empty()) {
    return type_of(date_format().find("%H") == std::string::npos &&
                           date_format().find("%I") == std::string::npos
                       ? TypeKind::date
                       : TypeKind::datetime);
  }
  if (is(kUuid)) return type_of(TypeKind::uuid);
  if (is(kJson)) return type_of(TypeKind::json);
  constexpr std::uint64_t kEnoughRows = 100;
  constexpr std::uint64_t kRowsPerWord = 20;
  if (is(kWord) && !has_many_words_ && values_ >= kEnoughRows &&
      values_ >= kRowsPerWord * words_.size()) {
    // Codes that begin with a digit are not words. Two words that differ only in case or trailing
    // blanks are equal for MariaDB.
    std::set<std::string> folded;
    for (const std::string& word : words_) folded.insert(text::lower(text::trim(word)));
    const bool is_plain = std::all_of(words_.begin(), words_.end(), [](const std::string& word) {
      return std::all_of(word.begin(), word.end(), [](char c) { return (c & 0x80) == 0; }) &&
             text::trim(word) == word && !word.empty() && !is_digit(word.front());
    });
    if (is_plain && folded.size() == words_.size()) {
      Type type = type_of(TypeKind::enum_);
      type.values.assign(words_.begin(), words_.end());
      return type;
    }
  }
  const int length = with_headroom(most_characters_);
  if (values_ == 0) return type_of(TypeKind::text);
  if (length != 0) return type_of(TypeKind::varchar, length);
  constexpr std::uint64_t kText = 65535;
  return type_of(most_bytes_ + most_bytes_ / 4 <= kText ? TypeKind::text : TypeKind::longtext);
}

std::optional<std::vector<std::uint64_t>> Evidence::different_values() const {
  if (hashes_.is_too_many()) return std::nullopt;
  std::vector<std::uint64_t> values;
  values.reserve(hashes_.size());
  hashes_.for_each([&](std::uint64_t hash) { values.push_back(hash); });
  std::sort(values.begin(), values.end());
  return values;
}

std::uint64_t Evidence::hash_of(std::string_view value) {
  const std::uint64_t hash = XXH3_64bits(value.data(), value.size());
  return hash == 0 ? 1 : hash;
}

bool Evidence::is_unique() const {
  return values_ != 0 && nulls_ == 0 && hashes_.size() == values_;
}

std::string Evidence::describe() const {
  std::string text = text::count(values_ + nulls_, "row");
  if (nulls_ != 0) text += fmt::format(", {} NULL", nulls_);
  if (values_ == 0) return text;
  text += hashes_.is_too_many()
              ? fmt::format(", more than {} different", DistinctHashes::kMaxHashes)
              : fmt::format(", {} different", hashes_.size());
  const bool is_whole = (could_be_ & kInteger) != 0;
  if (is_whole && (could_be_ & kInt64) == 0) {
    return text + fmt::format(", at most {}", text::count(integer_digits_, "digit"));
  }
  if (has_numbers_ && is_whole) {
    return text + fmt::format(", {} to {}", lowest_, highest_);
  }
  const auto shown = [](const std::string& value) {
    std::string out;
    for (const char c : value) out.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
    // The cut may be inside a character.
    while (text::find_invalid_utf8(out)) out.pop_back();
    return out;
  };
  return text + fmt::format(", '{}' to '{}', at most {}", shown(first_), shown(last_),
                            text::count(most_characters_, "character"));
}

std::string Evidence::date_format() const {
  for (std::size_t i = 0; i < date_formats().size(); ++i) {
    if ((formats_ >> i & 1U) != 0) return date_formats()[i].text();
  }
  return {};
}

std::vector<std::string> Evidence::ambiguous_dates() const {
  std::vector<std::string> all;
  if (values_ == 0 || (could_be_ & (kDate | kDatetime | kInteger | kDecimal)) != 0) return all;
  for (std::size_t i = 0; i < date_formats().size(); ++i) {
    if ((formats_ >> i & 1U) != 0) all.push_back(date_formats()[i].text());
  }
  return all.size() > 1 ? all : std::vector<std::string>{};
}

void Evidence::encode(import::Bytes& out) const {
  import::WireWriter writer(out);
  for (const std::uint64_t value : {values_, nulls_, most_characters_, most_bytes_}) {
    writer.put(value);
  }
  for (const std::uint32_t value :
       {could_be_, formats_, integer_digits_, scale_, power_digits_, fraction_}) {
    writer.put(value);
  }
  writer.put(lowest_);
  writer.put(highest_);
  for (const bool flag : {has_numbers_, has_many_words_}) {
    writer.put(static_cast<std::uint8_t>(flag));
  }
  writer.put_text(first_);
  writer.put_text(last_);
  writer.put(static_cast<std::uint32_t>(words_.size()));
  for (const std::string& word : words_) writer.put_text(word);
  hashes_.encode(out);
}

Evidence Evidence::decode(import::WireReader& reader) {
  Evidence one;
  for (std::uint64_t* value :
       {&one.values_, &one.nulls_, &one.most_characters_, &one.most_bytes_}) {
    *value = reader.get<std::uint64_t>();
  }
  for (std::uint32_t* value : {&one.could_be_, &one.formats_, &one.integer_digits_, &one.scale_,
                               &one.power_digits_, &one.fraction_}) {
    *value = reader.get<std::uint32_t>();
  }
  one.lowest_ = reader.get<std::int64_t>();
  one.highest_ = reader.get<std::int64_t>();
  for (bool* flag : {&one.has_numbers_, &one.has_many_words_}) {
    *flag = reader.get<std::uint8_t>() != 0;
  }
  one.first_ = reader.get_text();
  one.last_ = reader.get_text();
  for (auto words = reader.get<std::uint32_t>(); words > 0; --words) {
    one.words_.emplace(reader.get_text());
  }
  one.hashes_ = DistinctHashes::decode(reader);
  return one;
}

}  // namespace dbmig::transfer
