#include "dialect/mariadb/accents.hpp"

#include <cstddef>
#include <map>
#include <string_view>

#include "base/identifier.hpp"

namespace dbmig::dialect::mariadb {
namespace {

// A letter and the one that it is equal to, lower case, in each of utf8mb3_general_ci,
// utf8mb3_unicode_ci, utf8mb3_unicode_520_ci and utf8mb4_uca1400_ai_ci. Made of the server's
// WEIGHT_STRING() for every code point of the BMP (10.11.19).
constexpr std::string_view kPairs =
    "àa áa âa ãa äa åa çc èe ée êe ëe ìi íi îi ïi ñn òo óo ôo õo öo ùu úu ûu üu ýy ÿy āa "
    "ăa ąa ćc ĉc ċc čc ďd ēe ĕe ėe ęe ěe ĝg ğg ġg ģg ĥh ĩi īi ĭi įi ĵj ķk ĺl ļl ľl ńn ņn "
    "ňn ōo ŏo őo ŕr ŗr řr śs ŝs şs šs ţt ťt ũu ūu ŭu ůu űu ųu ŵw ŷy źz żz žz ſs ơo ưu ǎa "
    "ǐi ǒo ǔu ǖu ǘu ǚu ǜu ǟa ǡa ǣæ ǧg ǩk ǫo ǭo ǰj ǵg ǹn ǻa ǽæ ǿø ȁa ȃa ȅe ȇe ȉi ȋi ȍo ȏo "
    "ȑr ȓr ȕu ȗu șs țt ȟh ȧa ȩe ȫo ȭo ȯo ȱo ȳy ʒǯ ίΐ αά εέ ηή ιΐ μµ σς υΰ ϊΐ ϋΰ όο ύΰ ώω "
    "ϐβ ϑθ ϓϒ ϔϒ ϕφ ϖπ ϰκ ϱρ ϲς ѐе ёе ѝи ӂж ӣи ӯу ḁa ḃb ḅb ḇb ḉc ḋd ḍd ḏd ḑd ḓd ḕe ḗe ḙe "
    "ḛe ḝe ḟf ḡg ḣh ḥh ḧh ḩh ḫh ḭi ḯi ḱk ḳk ḵk ḷl ḹl ḻl ḽl ḿm ṁm ṃm ṅn ṇn ṉn ṋn ṍo ṏo ṑo "
    "ṓo ṕp ṗp ṙr ṛr ṝr ṟr ṡs ṣs ṥs ṧs ṩs ṫt ṭt ṯt ṱt ṳu ṵu ṷu ṹu ṻu ṽv ṿv ẁw ẃw ẅw ẇw ẉw "
    "ẋx ẍx ẏy ẑz ẓz ẕz ẖh ẗt ẘw ẙy ẛs ạa ảa ấa ầa ẩa ẫa ậa ắa ằa ẳa ẵa ặa ẹe ẻe ẽe ếe ềe "
    "ểe ễe ệe ỉi ịi ọo ỏo ốo ồo ổo ỗo ộo ớo ờo ởo ỡo ợo ụu ủu ứu ừu ửu ữu ựu ỳy ỵy ỷy ỹy "
    "ἀά ἁά ἂά ἃά ἄά ἅά ἆά ἇά ἐέ ἑέ ἒέ ἓέ ἔέ ἕέ ἠή ἡή ἢή ἣή ἤή ἥή ἦή ἧή ἰΐ ἱΐ ἲΐ ἳΐ ἴΐ ἵΐ "
    "ἶΐ ἷΐ ὀο ὁο ὂο ὃο ὄο ὅο ὐΰ ὑΰ ὒΰ ὓΰ ὔΰ ὕΰ ὖΰ ὗΰ ὠω ὡω ὢω ὣω ὤω ὥω ὦω ὧω ὰά ὲέ ὴή ὶΐ "
    "ὸο ὺΰ ὼω ᾀά ᾁά ᾂά ᾃά ᾄά ᾅά ᾆά ᾇά ᾐή ᾑή ᾒή ᾓή ᾔή ᾕή ᾖή ᾗή ᾠω ᾡω ᾢω ᾣω ᾤω ᾥω ᾦω ᾧω ᾰά "
    "ᾱά ᾲά ᾳά ᾴά ᾶά ᾷά ιΐ ῂή ῃή ῄή ῆή ῇή ῐΐ ῑΐ ῒΐ ῖΐ ῗΐ ῠΰ ῡΰ ῢΰ ῤρ ῥρ ῦΰ ῧΰ ῲω ῳω ῴω ῶω "
    "ῷω ";

/// Letters that are equal in utf8mb3_general_ci and apart in one of the others.
constexpr std::string_view kInGeneral =
    "ıi ßs ѓг ќк їі ўу ѷѵ ӑа ӓа ӗе ӛә ӝж ӟз ӥи ӧо ӫө ӭэ ӱу ӳу ӵч ӹы \u0345ΐ ";

/// The bytes of the UTF-8 character that begins with `lead`.
std::size_t length_of(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

using Letters = std::map<std::string_view, std::string_view>;

Letters read_pairs(std::string_view pairs) {
  Letters out;
  for (std::size_t i = 0; i < pairs.size();) {
    const std::string_view letter = pairs.substr(i, length_of(pairs[i]));
    i += letter.size();
    const std::string_view equal = pairs.substr(i, length_of(pairs[i]));
    i += equal.size() + 1;
    out.emplace(letter, equal);
  }
  return out;
}

const Letters& equal_letters() {
  static const Letters letters = read_pairs(kPairs);
  return letters;
}

}  // namespace

std::string without_accents(std::string_view text) {
  // Ohm, Kelvin and Ångström, which names are compared without and texts are not.
  constexpr std::string_view kSigns = "\xE2\x84\xA6\xE2\x84\xAA\xE2\x84\xAB";
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view letter = text.substr(i, length_of(text[i]));
    i += letter.size();
    const bool is_sign = letter.size() == 3 && kSigns.find(letter) != kSigns.npos;
    const std::string folded = is_sign ? std::string(letter) : folded_identifier(letter);
    const auto found = equal_letters().find(folded);
    out += found == equal_letters().end() ? std::string_view(folded) : found->second;
  }
  return out;
}

std::string folded_routine_name(std::string_view name) {
  static const Letters letters = read_pairs(kInGeneral);
  const std::string folded = without_accents(name);
  std::string out;
  for (std::size_t i = 0; i < folded.size();) {
    const std::string_view letter = std::string_view(folded).substr(i, length_of(folded[i]));
    i += letter.size();
    const auto found = letters.find(letter);
    out += found == letters.end() ? letter : found->second;
  }
  return out;
}

}  // namespace dbmig::dialect::mariadb
