#include "import/key_weights.hpp"

#include <fmt/core.h>

#include <exception>

namespace dbmig::import {
namespace {

/// The number of weights that a rank keeps at a time.
constexpr std::size_t kKnownWeights = 100'000;

}  // namespace

std::string KeyWeights::id(const KeyColumn& column, std::string_view text) {
  return fmt::format("{} {}", column.collation, text);
}

void KeyWeights::want(const KeyColumn& column, std::string_view text) {
  const auto [entry, is_new] = known_.try_emplace(id(column, text));
  if (is_new) wanted_.push_back({column.charset, column.collation, std::string(text)});
}

std::string_view KeyWeights::of(const KeyColumn& column, std::string_view text) const {
  return known_.at(id(column, text));
}

void KeyWeights::forget_old() {
  if (known_.size() > kKnownWeights) known_.clear();
}

bool KeyWeights::fetch() {
  std::vector<Bytes> to(static_cast<std::size_t>(ranks_.size()));
  WireWriter asking(to.front());
  for (const Wanted& one : wanted_) {
    asking.put_text(one.charset);
    asking.put_text(one.collation);
    asking.put_text(one.text);
  }
  std::vector<Bytes> from;
  ranks_.alltoallv(to, from);
  for (Bytes& one : to) one.clear();
  bool has_answered = true;
  if (connection_ != nullptr) has_answered = answer(from, to);
  ranks_.alltoallv(to, from);
  if (!has_answered) return false;
  WireReader answers({from.front().data(), from.front().size()});
  for (const Wanted& one : wanted_) {
    if (answers.rest().empty()) return false;
    known_[id({.charset = one.charset, .collation = one.collation}, one.text)] = answers.get_text();
  }
  wanted_.clear();
  return true;
}

bool KeyWeights::answer(const std::vector<Bytes>& questions, std::vector<Bytes>& answers) const {
  try {
    for (std::size_t rank = 0; rank < questions.size(); ++rank) {
      WireReader reader({questions[rank].data(), questions[rank].size()});
      WireWriter writer(answers[rank]);
      while (!reader.rest().empty()) answer_some(reader, writer);
    }
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

/// Answers as many as have the same collation.
void KeyWeights::answer_some(WireReader& reader, WireWriter& writer) const {
  KeyColumn column;
  std::vector<std::string> texts;
  while (!reader.rest().empty()) {
    WireReader ahead = reader;
    const std::string_view charset = ahead.get_text();
    const std::string_view collation = ahead.get_text();
    if (!texts.empty() && collation != column.collation) break;
    column.charset = charset;
    column.collation = collation;
    texts.emplace_back(ahead.get_text());
    reader = ahead;
  }
  for (const std::string& weights : ask_weights(*connection_, column, texts)) {
    writer.put_text(weights);
  }
}

}  // namespace dbmig::import
