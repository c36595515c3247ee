#include "dialect/mariadb/partition_bounds.hpp"

#include <fmt/core.h>

#include <cstddef>
#include <vector>

#include "base/text.hpp"
#include "dialect/script.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using dialect::ScriptWord;

class Partitions {
 public:
  explicit Partitions(std::string_view sql)
      : sql_(sql), words_(dialect::script_words(DialectKind::mariadb, sql)) {}

  std::optional<std::string> outside() {
    std::size_t i = 0;
    while (i < words_.size() && !is(i, "range") && !is(i, "list")) ++i;
    if (i == words_.size() || i > 2) return std::nullopt;  // PARTITION BY RANGE
    const bool is_range = is(i, "range");
    if (is(++i, "columns")) ++i;
    const auto key = parenthesised(i);
    if (!key) return std::nullopt;
    return is_range ? above(*key, i) : unlisted(*key, i);
  }

 private:
  bool is(std::size_t at, std::string_view keyword) const {
    return at < words_.size() && words_[at].is(keyword);
  }
  bool is_sign(std::size_t at, std::string_view sign) const {
    return at < words_.size() && !words_[at].quoted && words_[at].text == sign;
  }

  /// What stands between the parentheses at `at`, which is then behind them.
  std::optional<std::string> parenthesised(std::size_t& at) const {
    if (!is_sign(at, "(")) return std::nullopt;
    const std::size_t begin = words_[at].end;
    int depth = 0;
    for (; at < words_.size(); ++at) {
      if (is_sign(at, "(")) ++depth;
      if (is_sign(at, ")") && --depth == 0) {
        return std::string(text::trim(sql_.substr(begin, words_[at++].begin - begin)));
      }
    }
    return std::nullopt;
  }

  /// RANGE: the partitions stand in the order of their bounds.
  std::optional<std::string> above(const std::string& key, std::size_t at) const {
    std::optional<std::string> bound;
    while (at < words_.size()) {
      if (!is(at, "less") || !is(at + 1, "than")) {
        ++at;
        continue;
      }
      at += 2;
      if (is(at, "maxvalue")) return std::nullopt;
      bound = parenthesised(at);
    }
    if (!bound || mentions_maxvalue(*bound)) return std::nullopt;
    return fmt::format("({}) >= ({})", key, *bound);
  }

  static bool mentions_maxvalue(const std::string& bound) {
    for (const ScriptWord& word : dialect::script_words(DialectKind::mariadb, bound)) {
      if (word.is("maxvalue")) return true;
    }
    return false;
  }

  /// LIST: NULL has to be listed like any other value.
  std::optional<std::string> unlisted(const std::string& key, std::size_t at) const {
    std::vector<std::string> values;
    while (at < words_.size()) {
      if (is(at, "default") || (is(at, "values") && is(at + 1, "default"))) return std::nullopt;
      if (!is(at, "values") || !is(at + 1, "in")) {
        ++at;
        continue;
      }
      at += 2;
      const auto list = parenthesised(at);
      if (!list) return std::nullopt;
      values.push_back(*list);
    }
    if (values.empty() || key.find(',') != std::string::npos) return std::nullopt;
    const std::string all = text::join(values, ", ");
    bool takes_null = false;
    for (const ScriptWord& word : dialect::script_words(DialectKind::mariadb, all)) {
      takes_null = takes_null || word.is("null");
    }
    if (takes_null) return fmt::format("NOT COALESCE(({0}) IN ({1}), ({0}) IS NULL)", key, all);
    return fmt::format("NOT COALESCE(({}) IN ({}), 0)", key, all);
  }

  std::string_view sql_;
  std::vector<ScriptWord> words_;
};

}  // namespace

std::optional<std::string> outside_partitions(std::string_view partition) {
  return Partitions(partition).outside();
}

}  // namespace dbmig::dialect::mariadb
