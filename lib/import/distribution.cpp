#include "import/distribution.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "import/shared_file.hpp"
#include "import/wire.hpp"
#include "import/worker.hpp"

namespace dbmig::import {
namespace {

/// Chunks at a rank: the one that it works on, the next one, and one in transit.
constexpr std::size_t kChunksAtRank = 3;

/// Whether the answer belongs to no chunk.
bool answers_no_chunk(ChunkResult::Status status) {
  return status == ChunkResult::Status::idle || status == ChunkResult::Status::reads;
}

}  // namespace

Distribution::Distribution(Communicator& ranks, ChunkWindow& window, bool all_read,
                           RankTimeout timeout)
    : ranks_(ranks),
      window_(window),
      all_read_(all_read),
      timeout_(std::move(timeout)),
      others_(static_cast<std::size_t>(ranks.size() - 1)) {
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
    rank.heard_at = awake_;
    rank.is_told = false;
    const ResultHead head = decode_head({rank.inbox.data(), rank.inbox.size()});
    if (head.status == ChunkResult::Status::interrupted) {
      listen(rank);
      throw Error(ErrorCode::interrupted, "interrupted");
    }
    if (answers_no_chunk(head.status)) {
      rank.is_here = true;
      rank.reads = head.status == ChunkResult::Status::reads;
      listen(rank);
      if (all_read_ && !rank.reads) {
        throw Error(
            ErrorCode::io,
            fmt::format("rank {} cannot open the file that the first rank reads", rank.number))
            .hint("leave out --read parallel: the first rank then sends it the data");
      }
      continue;
    }
    rank.nanoseconds += head.nanoseconds;
    Sent sent = std::move(rank.sent.front());
    rank.sent.pop_front();
    wait(*sent.request);  // Its answer is here, so it has arrived.
    std::swap(sent.chunk->result, rank.inbox);
    listen(rank);
    window_.work_done(*sent.chunk);
  }
  for (Sent& sent : rank.sent) sent.request->test();
  return moved;
}

void Distribution::send(Rank& rank, Chunk& chunk) {
  Sent& sent = rank.sent.emplace_back();
  sent.chunk = &chunk;
  if (rank.reads) {
    const std::uint64_t size = chunk.part.size() - kVerbBytes;
    WireWriter writer(sent.part);
    writer.put(Verb::part);
    writer.put(chunk.bytes_done - size);
    writer.put(size);
    writer.put(chunk.hash);
  } else {
    chunk.part[0] = static_cast<char>(Verb::chunk);
  }
  sent.request = ranks_.isend(rank.reads ? sent.part : chunk.part, rank.number);
}

/// The next chunk is sent to the rank that has the fewest.
bool Distribution::send_chunks() {
  bool moved = false;
  while (true) {
    const auto rank = std::min_element(
        others_.begin(), others_.end(),
        [](const Rank& a, const Rank& b) { return a.sent.size() < b.sent.size(); });
    // If writing is the bottleneck, the root works alone: messages would only cost time.
    const bool busy = rank->sent.size() >= kChunksAtRank || window_.has_enough_results();
    window_.let_root_work(busy);
    if (busy) return moved;
    Chunk* const chunk = window_.take();
    if (chunk == nullptr) return moved;
    send(*rank, *chunk);
    moved = true;
  }
}

bool Distribution::move() {
  if (others_.empty()) return false;
  bool moved = false;
  for (Rank& rank : others_) moved = take_results(rank) || moved;
  std::vector<Rank*> waited_for;
  for (Rank& rank : others_) {
    // Chunks are sent to a rank before its first answer, so that it need not wait for them.
    if (!rank.sent.empty()) {
      waited_for.push_back(&rank);
    } else {
      rank.heard_at = awake_;
    }
  }
  look_at_silence(waited_for, timeout_.limit);
  return send_chunks() || moved;
}

/// A rank that was stopped, or that waits for a file that does not come, would be waited for
/// without end.
void Distribution::look_at_silence(const std::vector<Rank*>& waited_for,
                                   std::chrono::seconds limit) {
  awake_ = clock_.elapsed();
  for (Rank* const rank : waited_for) {
    const auto silent = std::chrono::floor<std::chrono::seconds>(awake_ - rank->heard_at);
    if (limit.count() != 0 && silent >= limit) {
      give_up_rank(ranks_, rank->number, silent, "waits for its file");
    }
    if (silent < timeout_.told_after || rank->is_told) continue;
    rank->is_told = true;
    if (timeout_.on_silence) timeout_.on_silence(rank->number, silent);
  }
}

/// Whether the rank's last message has arrived.
bool Distribution::heard_end(Rank& rank) {
  for (Sent& sent : rank.sent) sent.request->test();
  if (!rank.receiving->test()) return false;
  rank.heard_at = awake_;
  const bool says_nothing =
      answers_no_chunk(decode_head({rank.inbox.data(), rank.inbox.size()}).status);
  if (says_nothing && rank.is_here) {
    for (Sent& sent : rank.sent) wait(*sent.request);
    rank.sent.clear();
    return true;
  }
  if (says_nothing) rank.is_here = true;
  listen(rank);
  return false;
}

void Distribution::dismiss(bool after_failure) {
  // After a failure, ranks are not waited for as long.
  constexpr std::chrono::seconds kAfterFailure{10};
  if (ranks_.was_left()) return;
  const bool is_shorter =
      after_failure && (timeout_.limit.count() == 0 || timeout_.limit > kAfterFailure);
  const std::chrono::seconds limit = is_shorter ? kAfterFailure : timeout_.limit;
  static constexpr char kEnd = static_cast<char>(Verb::end);
  std::vector<std::unique_ptr<Request>> ends;
  std::vector<Rank*> working;
  for (Rank& rank : others_) {
    rank.heard_at = awake_;
    ends.push_back(ranks_.isend({&kEnd, 1}, rank.number));
    working.push_back(&rank);
  }
  Backoff backoff;
  while (true) {
    const std::size_t before = working.size();
    std::erase_if(working, [this](Rank* rank) { return heard_end(*rank); });
    if (working.empty()) break;
    if (working.size() != before) backoff.reset();
    look_at_silence(working, limit);
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
