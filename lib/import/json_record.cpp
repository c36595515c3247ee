#include "import/json_record.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "import/plain_name.hpp"
#include "import/plan.hpp"
#include "import/shown.hpp"

namespace dbmig::import {
namespace {

namespace ondemand = simdjson::ondemand;

/// Calls `take` with the parts of an object and their keys.
template <class Take>
simdjson::error_code each_part(ondemand::parser& parser, std::string& text, const Take& take) {
  const std::size_t size = text.size();
  text.resize(size + simdjson::SIMDJSON_PADDING);
  ondemand::document document;
  if (auto error = parser.iterate(text.data(), size, text.size()).get(document)) return error;
  ondemand::object object;
  if (auto error = document.get_object().get(object)) return error;
  for (auto part : object) {
    ondemand::field field;
    if (auto error = std::move(part).get(field)) return error;
    std::string_view key;
    if (auto error = field.unescaped_key().get(key)) return error;
    if (auto error = take(key, field.value())) return error;
  }
  const char* rest = nullptr;
  const bool at_end = document.current_location().get(rest) == simdjson::OUT_OF_BOUNDS;
  return at_end ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
}

}  // namespace

class JsonRecordParser::Reader {
 public:
  Reader(std::vector<std::string> keys, bool ignore_unknown,
         const std::vector<std::string>& columns)
      : keys_(std::move(keys)), seen_(keys_.size()), ignore_unknown_(ignore_unknown) {
    for (const std::string& column : columns) columns_.insert(brief_name(column));
    for (std::size_t i = 0; i < keys_.size(); ++i) places_.emplace(keys_[i], i);
  }

  std::optional<RecordError> parse(std::string_view record, std::vector<Field>& fields) {
    fields.assign(keys_.size(), Field{.text = {}, .quoted = false, .null = true});
    std::fill(seen_.begin(), seen_.end(), false);
    text_.assign(record);
    std::optional<RecordError> wrong;
    const auto error = each_part(parser_, text_, [&](std::string_view key, ondemand::value value) {
      if (wrong) return simdjson::SUCCESS;
      const auto place = places_.find(std::string(key));
      if (place == places_.end()) {
        if (!ignore_unknown_) {
          wrong = RecordError{0, 0, unknown(key)};
        } else if (!columns_.empty() && columns_.contains(brief_name(key))) {
          wrong = RecordError{0, 0, late(key)};
        }
        return simdjson::SUCCESS;
      }
      if (seen_[place->second]) {
        wrong = RecordError{0, place->second, fmt::format("the key {} appears twice", shown(key))};
        return simdjson::SUCCESS;
      }
      seen_[place->second] = true;
      return read(value, fields[place->second]);
    });
    if (wrong) return wrong;
    if (error) {
      return RecordError{
          0, 0, fmt::format("the line is not a JSON object: {}", simdjson::error_message(error))};
    }
    return std::nullopt;
  }

 private:
  static std::string unknown(std::string_view key) {
    return fmt::format(
        "the key {} is not a column, or occurs here for the first time; --ignore-unknown ignores "
        "such keys, --columns names those to import",
        shown(key));
  }

  static std::string late(std::string_view key) {
    return fmt::format(
        "the key {} is a column, and the first records do not have it; --columns names the keys to "
        "import",
        shown(key));
  }

  static simdjson::error_code read(ondemand::value value, Field& field) {
    ondemand::json_type type{};
    if (auto error = value.type().get(type)) return error;
    field.null = false;
    switch (type) {
      case ondemand::json_type::string:
        field.quoted = true;
        return value.get_string().get(field.text);
      case ondemand::json_type::array:
      case ondemand::json_type::object:
        field.quoted = true;
        return type == ondemand::json_type::array ? raw(value.get_array(), field.text)
                                                  : raw(value.get_object(), field.text);
      case ondemand::json_type::number:
      case ondemand::json_type::boolean: {
        const std::string_view token = value.raw_json_token();
        field.text = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
        // The token was only cut out so far; this checks it.
        if (type == ondemand::json_type::boolean) return value.get_bool().error();
        const auto error = value.get_number().error();
        // Larger than any machine number: the column decides whether it fits.
        return error == simdjson::NUMBER_ERROR && is_number(field.text) ? simdjson::SUCCESS : error;
      }
      case ondemand::json_type::null:
        field.null = true;
        return value.is_null() ? simdjson::SUCCESS : simdjson::INCORRECT_TYPE;
    }
    return simdjson::INCORRECT_TYPE;
  }

  template <class Container>
  static simdjson::error_code raw(simdjson::simdjson_result<Container> result,
                                  std::string_view& text) {
    Container container;
    if (auto error = std::move(result).get(container)) return error;
    return container.raw_json().get(text);
  }

  /// By the grammar of https://www.rfc-editor.org/rfc/rfc8259#section-6
  static bool is_number(std::string_view text) {
    std::size_t at = 0;
    const auto digits = [&] {
      const std::size_t from = at;
      while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
      return at != from;
    };
    if (at < text.size() && text[at] == '-') ++at;
    if (at < text.size() && text[at] == '0') {
      ++at;
    } else if (!digits()) {
      return false;
    }
    if (at < text.size() && text[at] == '.' && (++at, !digits())) return false;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
      ++at;
      if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
      if (!digits()) return false;
    }
    return at == text.size();
  }

  std::vector<std::string> keys_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<bool> seen_;
  bool ignore_unknown_;
  std::unordered_set<std::string> columns_;  ///< that no key is for, as brief_name()
  ondemand::parser parser_;
  std::string text_;  ///< the current record, with padding
};

JsonRecordParser::JsonRecordParser(std::vector<std::string> keys, bool ignore_unknown,
                                   const std::vector<std::string>& columns)
    : reader_(std::make_unique<Reader>(std::move(keys), ignore_unknown, columns)) {}

JsonRecordParser::~JsonRecordParser() = default;

std::optional<RecordError> JsonRecordParser::parse(std::string_view record,
                                                   std::vector<Field>& fields) {
  return reader_->parse(record, fields);
}

std::vector<std::string> json_keys(std::string_view text) {
  std::vector<std::string> keys;
  std::unordered_set<std::string> seen;
  ondemand::parser parser;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    std::string line(text.substr(0, end));
    text.remove_prefix(end);
    static_cast<void>(each_part(parser, line, [&](std::string_view key, ondemand::value) {
      if (seen.emplace(key).second) keys.emplace_back(key);
      return simdjson::SUCCESS;
    }));
  }
  return keys;
}

}  // namespace dbmig::import
