#include "import/message_communicator.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace dbmig::import {
namespace {

void take_value(const Bytes& message, std::span<char> value) {
  if (message.size() != value.size()) {
    throw Error(ErrorCode::failed, "two ranks combine values of different sizes");
  }
  std::copy(message.begin(), message.end(), value.begin());
}

/// Some ranks of another communicator, with numbers of their own.
class GroupCommunicator final : public MessageCommunicator {
 public:
  GroupCommunicator(Communicator& all, std::vector<int> members)
      : all_(all),
        members_(std::move(members)),
        rank_(static_cast<int>(std::find(members_.begin(), members_.end(), all.rank()) -
                               members_.begin())) {}

  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(members_.size()); }
  std::unique_ptr<Request> isend(std::span<const char> message, int to) override {
    return all_.isend(message, members_.at(static_cast<std::size_t>(to)));
  }
  std::unique_ptr<Request> irecv(Bytes& message, int from) override {
    return all_.irecv(message, members_.at(static_cast<std::size_t>(from)));
  }
  void abort() noexcept override { all_.abort(); }

 private:
  Communicator& all_;
  std::vector<int> members_;  ///< by their rank in `all_`
  int rank_;
};

}  // namespace

void MessageCommunicator::sendrecv(std::span<const char> message, int to, Bytes& received,
                                   int from) {
  std::unique_ptr<Request> receiving;
  std::unique_ptr<Request> sending;
  if (from == rank() && to == rank()) {
    received.assign(message.begin(), message.end());
    return;
  }
  received.clear();
  if (from != kNoRank) receiving = irecv(received, from);
  if (to != kNoRank) sending = isend(message, to);
  // Each side makes progress only when it is tested.
  Backoff backoff;
  while (true) {
    const bool sent = !sending || sending->test();
    const bool came = !receiving || receiving->test();
    if (sent && came) return;
    backoff.sleep();
  }
}

void MessageCommunicator::exscan(std::span<char> value, Combine combine) {
  Bytes before;
  Bytes with_own(value.begin(), value.end());
  if (rank() > 0) {
    wait(*irecv(before, rank() - 1));
    take_value(before, value);
    combine(before.data(), with_own.data());
  }
  if (rank() + 1 < size()) wait(*isend(with_own, rank() + 1));
}

void MessageCommunicator::reduce(std::span<char> value, Combine combine) {
  if (!is_root()) {
    wait(*isend(value, 0));
    return;
  }
  Bytes next;
  Bytes all(value.begin(), value.end());
  for (int from = 1; from < size(); ++from) {
    wait(*irecv(next, from));
    take_value(next, value);
    combine(all.data(), value.data());
    all.assign(value.begin(), value.end());
  }
}

void MessageCommunicator::allreduce(std::span<char> value, Combine combine) {
  reduce(value, combine);
  if (!is_root()) {
    Bytes all;
    wait(*irecv(all, 0));
    take_value(all, value);
    return;
  }
  std::vector<std::unique_ptr<Request>> sending;
  for (int to = 1; to < size(); ++to) sending.push_back(isend(value, to));
  for (const auto& one : sending) wait(*one);
}

void MessageCommunicator::alltoallv(const std::vector<Bytes>& to, std::vector<Bytes>& from) {
  from.resize(to.size());
  std::vector<std::unique_ptr<Request>> pending;
  for (int other = 0; other < size(); ++other) {
    const auto at = static_cast<std::size_t>(other);
    if (other == rank()) {
      from[at] = to[at];
      continue;
    }
    pending.push_back(irecv(from[at], other));
    pending.push_back(isend(to[at], other));
  }
  Backoff backoff;
  while (!pending.empty()) {
    const auto done = [](const std::unique_ptr<Request>& one) { return one->test(); };
    if (std::erase_if(pending, done) != 0) {
      backoff.reset();
    } else {
      backoff.sleep();
    }
  }
}

std::unique_ptr<Communicator> MessageCommunicator::split(int color) {
  const auto* bytes = reinterpret_cast<const char*>(&color);
  const std::vector<Bytes> mine(static_cast<std::size_t>(size()),
                                Bytes(bytes, bytes + sizeof color));
  std::vector<Bytes> colors;
  alltoallv(mine, colors);
  std::vector<int> members;
  for (int other = 0; other < size(); ++other) {
    if (colors[static_cast<std::size_t>(other)] == mine.front()) members.push_back(other);
  }
  if (color == kNoRank) return nullptr;
  return std::make_unique<GroupCommunicator>(*this, std::move(members));
}

}  // namespace dbmig::import
