#include "import/distribution.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "import/worker.hpp"

namespace dbmig::import {
namespace {

/// Chunks that a rank has at once: one that it works on, the next, and one on its way.
constexpr std::size_t kChunksAtRank = 3;

}  // namespace

Distribution::Distribution(Communicator& ranks, ChunkWindow& window)
    : ranks_(ranks), window_(window), others_(static_cast<std::size_t>(ranks.size() - 1)) {
  for (std::size_t i = 0; i < others_.size(); ++i) {
    others_[i].number = static_cast<int>(i + 1);
    listen(others_[i]);
  }
}

void Distribution::listen(Rank& rank) {
  rank.receiving = ranks_.irecv(rank.inbox, rank.number);
}

bool Distribution::take_results(Rank& rank) {
  bool moved = false;
  while (rank.receiving->test()) {
    moved = true;
    const ResultHead head = decode_head({rank.inbox.data(), rank.inbox.size()});
    if (head.status == ChunkResult::Status::interrupted) {
      listen(rank);
      throw Error(ErrorCode::interrupted, "interrupted");
    }
    if (head.status == ChunkResult::Status::idle) {
      rank.is_here = true;
      listen(rank);
      continue;
    }
    rank.nanoseconds += head.nanoseconds;
    Sent sent = std::move(rank.sent.front());
    rank.sent.pop_front();
    wait(*sent.request);  // Its answer is here: only this side does not know yet.
    std::swap(sent.chunk->result, rank.inbox);
    listen(rank);
    window_.work_done(*sent.chunk);
  }
  for (Sent& sent : rank.sent) sent.request->test();
  return moved;
}

/// Also a rank that is not there yet.
bool Distribution::has_enough(const Rank& rank) const {
  return !rank.is_here || rank.sent.size() >= kChunksAtRank;
}

/// The next chunk goes to the rank that has the fewest.
bool Distribution::send_chunks() {
  bool moved = false;
  while (true) {
    const auto rank = std::min_element(
        others_.begin(), others_.end(),
        [](const Rank& a, const Rank& b) { return a.sent.size() < b.sent.size(); });
    const bool busy = rank->sent.size() >= kChunksAtRank;
    window_.let_root_work(busy);
    if (busy) return moved;
    Chunk* const chunk = window_.take();
    if (chunk == nullptr) return moved;
    chunk->part[0] = static_cast<char>(Verb::chunk);
    rank->sent.push_back({chunk, ranks_.isend(chunk->part, rank->number)});
    moved = true;
  }
}

bool Distribution::move() {
  if (others_.empty()) return false;
  bool moved = false;
  for (Rank& rank : others_) moved = take_results(rank) || moved;
  return send_chunks() || moved;
}

/// Whether the last message of the rank is here.
bool Distribution::heard_end(Rank& rank) {
  for (Sent& sent : rank.sent) sent.request->test();
  if (!rank.receiving->test()) return false;
  const bool is_empty =
      decode_head({rank.inbox.data(), rank.inbox.size()}).status == ChunkResult::Status::idle;
  if (is_empty && rank.is_here) {
    for (Sent& sent : rank.sent) wait(*sent.request);
    rank.sent.clear();
    return true;
  }
  if (is_empty) rank.is_here = true;
  listen(rank);
  return false;
}

void Distribution::dismiss() {
  static constexpr char kEnd = static_cast<char>(Verb::end);
  std::vector<std::unique_ptr<Request>> ends;
  std::vector<Rank*> working;
  for (Rank& rank : others_) {
    ends.push_back(ranks_.isend({&kEnd, 1}, rank.number));
    working.push_back(&rank);
  }
  Backoff backoff;
  while (true) {
    const std::size_t before = working.size();
    std::erase_if(working, [this](Rank* rank) { return heard_end(*rank); });
    if (working.empty()) break;
    if (working.size() != before) backoff.reset();
    for (const auto& end : ends) end->test();
    backoff.sleep();
  }
  for (const auto& end : ends) wait(*end);
}

std::uint64_t Distribution::busiest() const {
  std::uint64_t most = 0;
  for (const Rank& rank : others_) most = std::max(most, rank.nanoseconds);
  return most;
}

}  // namespace dbmig::import
