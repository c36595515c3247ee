#pragma once

#include <memory>
#include <vector>

#include "import/communicator.hpp"

namespace dbmig::import {

/// Collective operations built from messages between two ranks, for communicators that are not
/// MPI's. Each costs as many messages as there are ranks, or pairs of them.
class MessageCommunicator : public Communicator {
 public:
  void sendrecv(std::span<const char> message, int to, Bytes& received, int from) override;
  void exscan(std::span<char> value, Combine combine) override;
  void reduce(std::span<char> value, Combine combine) override;
  void allreduce(std::span<char> value, Combine combine) override;
  void alltoallv(const std::vector<Bytes>& to, std::vector<Bytes>& from) override;
  std::unique_ptr<Communicator> split(int color) override;
};

}  // namespace dbmig::import
