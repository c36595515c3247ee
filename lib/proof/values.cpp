#include "proof/values.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/row_storage.hpp"

namespace dbmig::proof {
namespace {

using schema::Type;
using schema::TypeKind;
using Literals = std::vector<std::string>;

/// Longer than any page's share of a row, and short enough to fill hundreds of tables.
constexpr int kMaxLength = 4096;
/// Decimal digits that a double gives back as they went in: SQLite has nothing more exact.
constexpr int kExactDigits = 15;

/// Types whose values are made alike.
enum class Family {
  integer,
  decimal,
  floating,
  boolean,
  bit,
  year,
  text,
  binary,
  date,
  time,
  moment,
  timestamp,
  json,
  uuid,
  inet4,
  inet6,
  choice,
  set,
  geometry,
  native,
};

Family family_of(TypeKind kind) {
  static const std::map<TypeKind, Family> kSingle{
      {TypeKind::decimal, Family::decimal},  {TypeKind::float_, Family::floating},
      {TypeKind::double_, Family::floating}, {TypeKind::boolean, Family::boolean},
      {TypeKind::bit, Family::bit},          {TypeKind::year, Family::year},
      {TypeKind::date, Family::date},        {TypeKind::time, Family::time},
      {TypeKind::datetime, Family::moment},  {TypeKind::timestamp, Family::timestamp},
      {TypeKind::json, Family::json},        {TypeKind::uuid, Family::uuid},
      {TypeKind::inet4, Family::inet4},      {TypeKind::inet6, Family::inet6},
      {TypeKind::enum_, Family::choice},     {TypeKind::set, Family::set}};
  if (is_integer(kind)) return Family::integer;
  if (is_text(kind)) return Family::text;
  if (is_binary(kind)) return Family::binary;
  if (is_geometry(kind)) return Family::geometry;
  const auto found = kSingle.find(kind);
  return found == kSingle.end() ? Family::native : found->second;
}

/// Well-known text of a geometry; `{}` is a number.
std::string_view geometry_text(TypeKind kind) {
  static const std::map<TypeKind, std::string_view> kTexts{
      {TypeKind::linestring, "LINESTRING(0 0,{0} {0})"},
      {TypeKind::polygon, "POLYGON((0 0,{0} 0,{0} {0},0 {0},0 0))"},
      {TypeKind::multipoint, "MULTIPOINT({0} 1,2 {0})"},
      {TypeKind::multilinestring, "MULTILINESTRING((0 0,{0} {0}),(1 1,{0} 2))"},
      {TypeKind::multipolygon, "MULTIPOLYGON(((0 0,{0} 0,{0} {0},0 {0},0 0)))"},
      {TypeKind::geometrycollection, "GEOMETRYCOLLECTION(POINT({0} {0}))"}};
  const auto found = kTexts.find(kind);
  return found == kTexts.end() ? "POINT({0} 1)" : found->second;
}

/// Of one column on one database.
class ValueMaker {
 public:
  ValueMaker(const dialect::Dialect& dialect, const schema::Column& column)
      : dialect_(dialect),
        ranges_(dialect::type_ranges(dialect.kind())),
        type_(column.type_on(dialect.kind())),
        srid_(column.mariadb.srid.value_or(0)),
        is_counter_(column.autoincrement) {}

  Literals edges() const {
    switch (family_of(type_.kind)) {
      case Family::integer:
        return integers();
      case Family::decimal:
        return decimals();
      case Family::floating:
        return floats();
      case Family::boolean:
        return {"1", "0"};
      case Family::bit:
        return {"1", "0", bits()};
      case Family::year:
        return type_.length == 2 ? Literals{"99", "70"} : Literals{"2024", "1901", "2155"};
      case Family::text:
        return texts();
      case Family::binary:
        return binaries();
      case Family::date:
        return strings({"2024-02-29", "1000-01-01", "9999-12-31"});
      case Family::time:
        return strings({"12:34:56" + fraction(), "-838:59:59", "838:59:59", "00:00:00"});
      case Family::moment:
        return strings({"2024-02-29 12:34:56" + fraction(), "1000-01-01 00:00:00",
                        "9999-12-31 23:59:59" + fraction()});
      case Family::timestamp:
        // A day away from the type's ends, wherever the session's time zone is.
        return strings({"2024-02-29 12:34:56" + fraction(), "1970-01-02 00:00:01",
                        "2038-01-18 03:14:07" + fraction()});
      case Family::json:
        return strings({R"({"a": "é漢😀", "b": [1, null]})", "{}", "[]", "null"});
      case Family::uuid:
        return strings({"6ccd780c-baba-1026-9564-5b8c656024db",
                        "00000000-0000-0000-0000-000000000000",
                        "ffffffff-ffff-ffff-ffff-ffffffffffff"});
      case Family::inet4:
        return strings({"192.0.2.7", "0.0.0.0", "255.255.255.255"});
      case Family::inet6:
        return strings(
            {"2001:db8::7", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:192.0.2.1"});
      case Family::choice:
        return strings(type_.values);
      case Family::set:
        return sets();
      case Family::geometry:
        return {geometry(1), geometry(2), geometry(180)};
      case Family::native:
        break;
    }
    return natives();
  }

  std::string distinct(std::size_t k) const {
    const auto minute = (k / 60) % 60;
    const auto second = k % 60;
    switch (family_of(type_.kind)) {
      case Family::integer:
        return std::to_string(distinct_integer(k));
      case Family::decimal:
        return distinct_decimal(k);
      case Family::floating:
        return std::to_string(k % 100 + 1) + ".5";
      case Family::boolean:
        return std::to_string(k % 2);
      case Family::bit:
        return std::to_string(k % (std::uint64_t{1} << std::min(type_.length.value_or(1), 20)));
      case Family::year:
        return std::to_string(type_.length == 2 ? 10 + k % 80 : 2090 + k % 60);
      case Family::text:
        return string(distinct_word(k, type_.length.value_or(20)));
      case Family::binary:
        return distinct_bytes(k);
      case Family::date:
        return string(fmt::format("{}-{:02}-{:02}", 2071 + k / 336, k / 28 % 12 + 1, k % 28 + 1));
      case Family::time:
        return string(fmt::format("{:02}:{:02}:{:02}", 3 + k / 3600 % 20, minute, second));
      case Family::moment:
      case Family::timestamp:
        return string(
            fmt::format("2037-03-03 {:02}:{:02}:{:02}", 3 + k / 3600 % 20, minute, second));
      case Family::json:
        return string(fmt::format(R"({{"k": {}}})", k));
      case Family::uuid:
        return string(fmt::format("7ccd780c-baba-1026-9564-{:012x}", k));
      case Family::inet4:
        return string(fmt::format("198.51.{}.{}", 100 + k / 250 % 100, k % 250 + 1));
      case Family::inet6:
        return string(fmt::format("2001:db8:5::{:x}", k % 65000 + 1));
      case Family::choice:
      case Family::set:
        return string(type_.values.empty() ? "" : type_.values[k % type_.values.size()]);
      case Family::geometry:
        return geometry(static_cast<int>(k + 1));
      case Family::native:
        break;
    }
    return distinct_native(k);
  }

 private:
  bool flexible_typing() const { return dialect::capabilities(dialect_.kind()).flexible_typing; }
  std::string string(std::string_view text) const { return dialect_.quote_string(text); }
  Literals strings(const Literals& texts) const {
    Literals out;
    for (const std::string& text : texts) out.push_back(string(text));
    if (out.empty()) out.push_back(string(""));
    return out;
  }
  std::string fraction() const {
    const int digits = type_.length.value_or(0);
    return digits == 0 ? "" : "." + std::string("123456").substr(0, std::min(digits, 6));
  }

  int bytes() const {
    if (type_.kind == TypeKind::tinyint) return 1;
    if (type_.kind == TypeKind::smallint) return 2;
    if (type_.kind == TypeKind::mediumint) return 3;
    return type_.kind == TypeKind::integer ? 4 : 8;
  }

  Literals integers() const {
    // The next value must have room above.
    if (is_counter_)
      return {std::to_string(distinct_integer(0)), std::to_string(distinct_integer(1))};
    const int size = bytes() * 8;
    if (type_.is_unsigned) {
      const std::uint64_t most = std::min(ranges_.max_unsigned, UINT64_MAX >> (64 - size));
      return {"1", "0", std::to_string(most)};
    }
    const std::int64_t most = INT64_MAX >> (64 - size);
    return {"1", std::to_string(-most - 1), std::to_string(most), "0", "-1"};
  }

  std::uint64_t distinct_integer(std::size_t k) const {
    switch (bytes()) {
      case 1:
        return 60 + k % 60;
      case 2:
        return 20011 + k * 7 % 10000;
      default:
        return 1000003 + k * 7;
    }
  }

  Literals decimals() const {
    const int scale = type_.scale.value_or(0);
    int whole = std::max(type_.length.value_or(10) - scale, 0);
    if (!ranges_.exact_decimals) whole = std::clamp(whole, 0, std::max(kExactDigits - scale, 1));
    std::string most = whole == 0 ? "0" : std::string(static_cast<std::size_t>(whole), '9');
    if (scale > 0) {
      const int digits = ranges_.exact_decimals ? scale : std::min(scale, kExactDigits - 1);
      most += "." + std::string(static_cast<std::size_t>(digits), '9');
    }
    const std::string least = type_.is_unsigned ? "0" : "-" + most;
    return {whole == 0 ? "0" : "1", least, most, "0"};
  }

  std::string distinct_decimal(std::size_t k) const {
    const int scale = type_.scale.value_or(0);
    const int whole = std::max(type_.length.value_or(10) - scale, 0);
    if (whole == 0) return fmt::format("0.{:0{}}", k % 10 + 1, std::min(scale, 6));
    std::uint64_t limit = 1;
    for (int i = 0; i < std::min(whole, 9); ++i) limit *= 10;
    return std::to_string((limit / 2 + k) % limit);
  }

  Literals floats() const {
    const bool bounded = type_.scale.has_value();
    const char* most = bounded ? "1" : type_.kind == TypeKind::float_ ? "1e30" : "1e300";
    Literals out{"1", type_.is_unsigned ? "0" : std::string("-") + most, most, "0"};
    if (!bounded || *type_.scale > 0) out.emplace_back("0.5");
    return out;
  }

  std::string bits() const {
    const int size = type_.length.value_or(1);
    return std::to_string(UINT64_MAX >> (64 - std::clamp(size, 1, ranges_.max_bits)));
  }

  int longest() const {
    if (type_.length) return std::min(*type_.length, kMaxLength);
    const bool tiny = type_.kind == TypeKind::tinytext || type_.kind == TypeKind::tinyblob;
    return tiny ? 63 : 1000;  // of up to four bytes each
  }

  static std::string repeat(std::string_view part, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += part;
    return out;
  }

  Literals texts() const {
    const int most = longest();
    Literals out{string(repeat("a", std::min(most, 1))), string(""), string(repeat("z", most))};
    // What a column takes depends on its character set: the server refuses the others.
    for (const char* odd : {"😀", "漢", "é"}) out.push_back(string(repeat(odd, std::min(most, 3))));
    if (most >= 4) out.push_back(string("O'\"\\"));
    if (most >= 2) out.push_back(string("1"));
    return out;
  }

  static std::string distinct_word(std::size_t k, int length) {
    constexpr std::string_view kDigits = "qwertyuiopasdfghjklzxcvbnm";
    std::string word;
    do {
      word.insert(word.begin(), kDigits[k % kDigits.size()]);
      k /= kDigits.size();
    } while (k > 0);
    if (length >= 8) return "zq" + word;
    return word.size() > static_cast<std::size_t>(length)
               ? word.substr(word.size() - static_cast<std::size_t>(length))
               : word;
  }

  /// `numbers` numbers of four bytes each, which begin with `first`: MariaDB takes no others.
  std::string vector(unsigned first) const {
    std::string out = fmt::format("x'0000{:02x}3f", first % 128);
    for (int i = 1; i < type_.length.value_or(1); ++i) out += "0000803f";
    return out + "'";
  }

  Literals binaries() const {
    if (type_.kind == TypeKind::vector) return {vector(0), vector(64)};
    const auto most = static_cast<std::size_t>(longest());
    return {"x'41'", most == 0 ? "x''" : "x'00'", "x'" + repeat("ff", static_cast<int>(most)) + "'",
            "x''"};
  }

  std::string distinct_bytes(std::size_t k) const {
    if (type_.kind == TypeKind::vector) {
      std::string out = fmt::format("x'{:04x}013f", k % 0xffff);
      for (int i = 1; i < type_.length.value_or(1); ++i) out += "0000803f";
      return out + "'";
    }
    if (longest() < 4) return fmt::format("x'{:02x}'", k % 256);
    return fmt::format("x'{:08x}'", 0x7a000000 + k);
  }

  Literals sets() const {
    Literals out;
    for (const std::string& value : type_.values) out.push_back(string(value));
    out.push_back(string(""));
    out.push_back(string(text::join(type_.values, ",")));
    return out;
  }

  std::string geometry(int n) const {
    if (!ranges_.geometry) return fmt::format("x'{:08x}'", n);
    return fmt::format("ST_GeomFromText('{}', {})",
                       fmt::format(fmt::runtime(geometry_text(type_.kind)), n), srid_);
  }

  /// On SQLite what the declared type's affinity leaves as it is; on MariaDB a guess, which the
  /// server refuses when it is wrong.
  Literals natives() const {
    if (!flexible_typing()) return {"'1'", "''", "x'00'"};
    using dialect::Affinity;
    switch (dialect::affinity(type_.native)) {
      case Affinity::integer:
        return {"1", "-9223372036854775808", "9223372036854775807", "0"};
      case Affinity::real:
        return {"1.5", "-1e300", "1e300", "0.0"};
      case Affinity::numeric:
        return {"1", "-9223372036854775808", "0.5", "'é漢😀'"};
      case Affinity::text:
        return {"'a'", "''", string(repeat("z", 1000)), "'é漢😀'", "'1'"};
      case Affinity::blob:
        break;
    }
    return {"x'41'", "x''", "'é漢😀'", "1", "1.5"};
  }

  std::string distinct_native(std::size_t k) const {
    if (!flexible_typing()) return fmt::format("'{}'", 1000003 + k);
    using dialect::Affinity;
    const Affinity affinity = dialect::affinity(type_.native);
    if (affinity == Affinity::text) return string(distinct_word(k, 20));
    if (affinity == Affinity::blob) return fmt::format("x'{:08x}'", 0x7a000000 + k);
    if (affinity == Affinity::real) return fmt::format("{}.5", 1000003 + k);
    return std::to_string(1000003 + k);
  }

  const dialect::Dialect& dialect_;
  const dialect::TypeRanges& ranges_;
  const Type& type_;
  int srid_;
  bool is_counter_;
};

}  // namespace

std::vector<std::string> edge_values(const dialect::Dialect& dialect,
                                     const schema::Column& column) {
  return ValueMaker(dialect, column).edges();
}

std::string distinct_value(const dialect::Dialect& dialect, const schema::Column& column,
                           std::size_t k) {
  return ValueMaker(dialect, column).distinct(k);
}

}  // namespace dbmig::proof
