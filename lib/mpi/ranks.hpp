#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "import/communicator.hpp"
#include "mpi/mpi.hpp"

namespace dbmig::import {

class MpiRanks;

/// A message is its length, then its bytes in slices.
class MpiRequest : public Request {
 public:
  explicit MpiRequest(MpiRanks& ranks) : ranks_(ranks) {}
  /// Drops it if it was not passed to MPI yet. The communicator must still be there.
  ~MpiRequest() override;
  MpiRequest(const MpiRequest&) = delete;
  MpiRequest& operator=(const MpiRequest&) = delete;
  bool test() override;
  /// Passes it to MPI, which must have started.
  virtual void post() = 0;

 protected:
  /// Called when all parts are complete. True if there are more now.
  virtual bool go_on() { return false; }

  std::uint64_t length_ = 0;
  std::vector<MPI_Request> parts_;
  MpiRanks& ranks_;

 private:
  bool done_ = false;
};

/// An MPI communicator.
class MpiRanks : public Communicator {
 public:
  std::unique_ptr<Request> isend(std::span<const char> message, int to) override;
  std::unique_ptr<Request> irecv(Bytes& message, int from) override;
  void sendrecv(std::span<const char> message, int to, Bytes& received, int from) override;
  void exscan(std::span<char> value, Combine combine) override;
  void reduce(std::span<char> value, Combine combine) override;
  void allreduce(std::span<char> value, Combine combine) override;
  void alltoallv(const std::vector<Bytes>& to, std::vector<Bytes>& from) override;
  std::unique_ptr<Communicator> split(int color) override;
  std::unique_ptr<FileRanges> open_ranges(const std::string& path) override;
  void abort() noexcept override {
    wait_for_start();
    MPI_Abort(comm_, 1);
  }

  MPI_Comm comm() const { return comm_; }
  /// Whether MPI has started, and all requests were passed to it.
  virtual bool is_ready() { return true; }
  /// Drops a request that was not passed to MPI yet.
  virtual void forget(MpiRequest&) {}

 protected:
  explicit MpiRanks(MPI_Comm comm) : comm_(comm) {}
  /// Keeps a request until MPI has started.
  virtual void keep(MpiRequest&) {}
  /// Waits until is_ready().
  virtual void wait_for_start() {}

  MPI_Comm comm_;

 private:
  std::unique_ptr<Request> posted(std::unique_ptr<MpiRequest> request) {
    if (is_ready()) {
      request->post();
    } else {
      keep(*request);
    }
    return request;
  }
};

}  // namespace dbmig::import
