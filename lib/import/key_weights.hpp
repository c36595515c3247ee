#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "backend/backend.hpp"
#include "import/communicator.hpp"
#include "import/unique_keys.hpp"
#include "import/wire.hpp"

namespace dbmig::import {

/// The weights of text that a rank has asked the root for, which asks the database.
class KeyWeights {
 public:
  /// `connection` on the root alone. Both must outlive it.
  KeyWeights(Communicator& ranks, backend::Connection* connection)
      : ranks_(ranks), connection_(connection) {}

  /// Those of `text` will be needed.
  void want(const KeyColumn& column, std::string_view text);
  /// Asks for what is wanted, all ranks together. False when the answers did not come.
  bool fetch();
  /// Of a text that was wanted before the last fetch().
  std::string_view of(const KeyColumn& column, std::string_view text) const;
  /// Forgets what is known when it is much.
  void forget_old();

 private:
  struct Wanted {
    std::string charset;
    std::string collation;
    std::string text;
  };
  static std::string id(const KeyColumn& column, std::string_view text);
  bool answer(const std::vector<Bytes>& questions, std::vector<Bytes>& answers) const;
  void answer_some(WireReader& reader, WireWriter& writer) const;

  Communicator& ranks_;
  backend::Connection* connection_;
  std::unordered_map<std::string, std::string> known_;
  std::vector<Wanted> wanted_;
};

}  // namespace dbmig::import
