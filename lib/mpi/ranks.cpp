#include "mpi/ranks.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <thread>

namespace dbmig::import {
namespace {

/// MPI counts with ints: longer messages are sent in slices.
constexpr std::uint64_t kSlice = std::uint64_t{1} << 30;
constexpr int kTag = 0;

/// MPI's text for a failure.
std::string reason_of(int failure) {
  std::array<char, MPI_MAX_ERROR_STRING> text = {};
  int length = 0;
  MPI_Error_string(failure, text.data(), &length);
  return {text.data(), static_cast<std::size_t>(length)};
}

/// A file, read by MPI-IO. Opened for one rank only, so that no other has to take part, or fails if
/// this one does.
class MpiRanges final : public FileRanges {
 public:
  explicit MpiRanges(MPI_File file) : file_(file) {}
  ~MpiRanges() override { MPI_File_close(&file_); }
  MpiRanges(const MpiRanges&) = delete;
  MpiRanges& operator=(const MpiRanges&) = delete;

  std::string read_at(std::uint64_t offset, std::span<char> out) override {
    while (!out.empty()) {
      const int size = static_cast<int>(std::min<std::uint64_t>(kSlice, out.size()));
      MPI_Status status;
      int count = 0;
      if (const int failure = MPI_File_read_at(file_, static_cast<MPI_Offset>(offset), out.data(),
                                               size, MPI_BYTE, &status);
          failure != MPI_SUCCESS) {
        return reason_of(failure);
      }
      MPI_Get_count(&status, MPI_BYTE, &count);
      if (count <= 0) return "it ends before";
      offset += static_cast<std::uint64_t>(count);
      out = out.subspan(static_cast<std::size_t>(count));
    }
    return {};
  }

 private:
  MPI_File file_;
};

/// Waits for an operation of MPI, asleep if it takes longer than a message does: the others may
/// need the core for their part of it.
void finish(MPI_Request request) {
  constexpr int kLooks = 200;
  constexpr std::chrono::microseconds kNap{50};
  int done = 0;
  for (int looks = 0; MPI_Test(&request, &done, MPI_STATUS_IGNORE), done == 0; ++looks) {
    if (looks < kLooks) {
      ::sched_yield();
    } else {
      std::this_thread::sleep_for(kNap);
    }
  }
}

/// The operation of the collective call in progress, of which a process has at most one: MPI passes
/// only the values to it.
Combine running_operation = nullptr;

extern "C" void dbmig_combine(void* left, void* right, int* count, MPI_Datatype* type) {
  int size = 0;
  MPI_Type_size(*type, &size);
  for (int i = 0; i < *count; ++i) {
    const std::ptrdiff_t at = std::ptrdiff_t{i} * size;
    running_operation(static_cast<char*>(left) + at, static_cast<char*>(right) + at);
  }
}

/// A user-defined operation and the type of its values, as long as it lives.
class Operation {
 public:
  Operation(std::size_t size, Combine combine) {
    constexpr int kInOrder = 0;
    running_operation = combine;
    MPI_Type_contiguous(static_cast<int>(size), MPI_BYTE, &type_);
    MPI_Type_commit(&type_);
    MPI_Op_create(&dbmig_combine, kInOrder, &operation_);
  }
  ~Operation() {
    MPI_Op_free(&operation_);
    MPI_Type_free(&type_);
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  MPI_Datatype type() const { return type_; }
  MPI_Op operation() const { return operation_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
  MPI_Op operation_ = MPI_OP_NULL;
};

class SendRequest final : public MpiRequest {
 public:
  SendRequest(MpiRanks& ranks, std::span<const char> message, int to)
      : MpiRequest(ranks), message_(message), to_(to) {}
  void post() override {
    length_ = message_.size();
    parts_.emplace_back();
    MPI_Isend(&length_, 1, MPI_UINT64_T, to_, kTag, ranks_.comm(), &parts_.back());
    for (std::uint64_t from = 0; from < length_; from += kSlice) {
      parts_.emplace_back();
      MPI_Isend(message_.data() + from, static_cast<int>(std::min(kSlice, length_ - from)),
                MPI_BYTE, to_, kTag, ranks_.comm(), &parts_.back());
    }
  }

 private:
  std::span<const char> message_;
  int to_;
};

class ReceiveRequest final : public MpiRequest {
 public:
  ReceiveRequest(MpiRanks& ranks, Bytes& message, int from)
      : MpiRequest(ranks), message_(message), from_(from) {}
  void post() override {
    parts_.emplace_back();
    MPI_Irecv(&length_, 1, MPI_UINT64_T, from_, kTag, ranks_.comm(), &parts_.back());
  }

 private:
  bool go_on() override {
    if (has_length_) return false;
    has_length_ = true;
    message_.resize(length_);
    for (std::uint64_t at = 0; at < length_; at += kSlice) {
      parts_.emplace_back();
      MPI_Irecv(message_.data() + at, static_cast<int>(std::min(kSlice, length_ - at)), MPI_BYTE,
                from_, kTag, ranks_.comm(), &parts_.back());
    }
    return length_ != 0;
  }

  Bytes& message_;
  int from_;
  bool has_length_ = false;
};

/// The result of split().
class MpiGroup final : public MpiRanks {
 public:
  explicit MpiGroup(MPI_Comm comm) : MpiRanks(comm) {
    MPI_Comm_rank(comm_, &rank_);
    MPI_Comm_size(comm_, &size_);
  }
  ~MpiGroup() override { MPI_Comm_free(&comm_); }
  MpiGroup(const MpiGroup&) = delete;
  MpiGroup& operator=(const MpiGroup&) = delete;
  int rank() const override { return rank_; }
  int size() const override { return size_; }

 private:
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace

std::unique_ptr<Request> MpiRanks::isend(std::span<const char> message, int to) {
  return posted(std::make_unique<SendRequest>(*this, message, to));
}

std::unique_ptr<Request> MpiRanks::irecv(Bytes& message, int from) {
  return posted(std::make_unique<ReceiveRequest>(*this, message, from));
}

void MpiRanks::sendrecv(std::span<const char> message, int to, Bytes& received, int from) {
  wait_for_start();
  const int to_rank = to == kNoRank ? MPI_PROC_NULL : to;
  const int from_rank = from == kNoRank ? MPI_PROC_NULL : from;
  std::uint64_t length = message.size();
  std::uint64_t coming = 0;
  MPI_Sendrecv(&length, 1, MPI_UINT64_T, to_rank, kTag, &coming, 1, MPI_UINT64_T, from_rank, kTag,
               comm_, MPI_STATUS_IGNORE);
  received.resize(coming);
  for (std::uint64_t at = 0; at < std::max(length, coming); at += kSlice) {
    const auto part = [at](std::uint64_t size) {
      return static_cast<int>(at < size ? std::min(kSlice, size - at) : 0);
    };
    MPI_Sendrecv(message.data() + std::min(at, length), part(length), MPI_BYTE,
                 at < length ? to_rank : MPI_PROC_NULL, kTag,
                 received.data() + std::min(at, coming), part(coming), MPI_BYTE,
                 at < coming ? from_rank : MPI_PROC_NULL, kTag, comm_, MPI_STATUS_IGNORE);
  }
}

void MpiRanks::exscan(std::span<char> value, Combine combine) {
  wait_for_start();
  const Operation own(value.size(), combine);
  const Bytes mine(value.begin(), value.end());
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iexscan(mine.data(), value.data(), 1, own.type(), own.operation(), comm_, &request);
  finish(request);
}

void MpiRanks::reduce(std::span<char> value, Combine combine) {
  wait_for_start();
  const Operation own(value.size(), combine);
  const Bytes mine(value.begin(), value.end());
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ireduce(mine.data(), value.data(), 1, own.type(), own.operation(), 0, comm_, &request);
  finish(request);
}

void MpiRanks::allreduce(std::span<char> value, Combine combine) {
  wait_for_start();
  const Operation own(value.size(), combine);
  const Bytes mine(value.begin(), value.end());
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(mine.data(), value.data(), 1, own.type(), own.operation(), comm_, &request);
  finish(request);
}

void MpiRanks::alltoallv(const std::vector<Bytes>& to, std::vector<Bytes>& from) {
  wait_for_start();
  // MPI counts the bytes of one call with ints: more are sent in several calls, the same number on
  // every rank.
  constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30;
  const std::size_t ranks = to.size();
  std::vector<std::uint64_t> sizes(ranks);
  std::vector<std::uint64_t> coming(ranks);
  std::transform(to.begin(), to.end(), sizes.begin(), [](const Bytes& one) { return one.size(); });
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ialltoall(sizes.data(), 1, MPI_UINT64_T, coming.data(), 1, MPI_UINT64_T, comm_, &request);
  finish(request);
  from.resize(ranks);
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < ranks; ++i) {
    from[i].resize(coming[i]);
    most = std::max({most, sizes[i], coming[i]});
  }
  MPI_Iallreduce(MPI_IN_PLACE, &most, 1, MPI_UINT64_T, MPI_MAX, comm_, &request);
  finish(request);
  const std::uint64_t share = std::max<std::uint64_t>(1, kMaxBytes / ranks);
  Bytes sending;
  Bytes receiving;
  for (std::uint64_t at = 0; at < most; at += share) {
    std::vector<int> send_counts(ranks);
    std::vector<int> receive_counts(ranks);
    std::vector<int> send_at(ranks);
    std::vector<int> receive_at(ranks);
    sending.clear();
    int expected = 0;
    for (std::size_t i = 0; i < ranks; ++i) {
      send_counts[i] = static_cast<int>(std::min(share, sizes[i] - std::min(at, sizes[i])));
      receive_counts[i] = static_cast<int>(std::min(share, coming[i] - std::min(at, coming[i])));
      send_at[i] = static_cast<int>(sending.size());
      receive_at[i] = expected;
      const auto begin = to[i].begin() + static_cast<std::ptrdiff_t>(std::min(at, sizes[i]));
      sending.insert(sending.end(), begin, begin + send_counts[i]);
      expected += receive_counts[i];
    }
    receiving.resize(static_cast<std::size_t>(expected));
    MPI_Ialltoallv(sending.data(), send_counts.data(), send_at.data(), MPI_BYTE, receiving.data(),
                   receive_counts.data(), receive_at.data(), MPI_BYTE, comm_, &request);
    finish(request);
    for (std::size_t i = 0; i < ranks; ++i) {
      std::copy_n(receiving.begin() + receive_at[i], receive_counts[i],
                  from[i].begin() + static_cast<std::ptrdiff_t>(std::min(at, coming[i])));
    }
  }
}

std::unique_ptr<Communicator> MpiRanks::split(int color) {
  wait_for_start();
  MPI_Comm group = MPI_COMM_NULL;
  MPI_Comm_split(comm_, color == kNoRank ? MPI_UNDEFINED : color, rank(), &group);
  if (group == MPI_COMM_NULL) return nullptr;
  return std::make_unique<MpiGroup>(group);
}

std::unique_ptr<FileRanges> MpiRanks::open_ranges(const std::string& path) {
  wait_for_start();
  MPI_File file = MPI_FILE_NULL;
  if (MPI_File_open(MPI_COMM_SELF, path.c_str(), MPI_MODE_RDONLY, MPI_INFO_NULL, &file) !=
      MPI_SUCCESS) {
    return nullptr;
  }
  return std::make_unique<MpiRanges>(file);
}

MpiRequest::~MpiRequest() {
  const bool is_posted = done_ || !parts_.empty();
  if (!is_posted) ranks_.forget(*this);
}

bool MpiRequest::test() {
  if (done_) return true;
  if (!ranks_.is_ready()) return false;
  int done = 0;
  MPI_Testall(static_cast<int>(parts_.size()), parts_.data(), &done, MPI_STATUSES_IGNORE);
  if (done != 0) {
    parts_.clear();
    done_ = !go_on();
  }
  return done_;
}

}  // namespace dbmig::import
