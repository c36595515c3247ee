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

/// The weights of texts: a rank requests them from the root, which asks the database.
class KeyWeights {
 public:
  /// `connection` only on the root. Both must outlive it.
  KeyWeights(Communicator& ranks, backend::Connection* connection)
      : ranks_(ranks), connection_(connection) {}

  /// Requests the weights of `text`.
  void want(const KeyColumn& column, std::string_view text);
  /// Fetches the requested weights. Collective. False if the answers did not arrive.
  bool fetch();
  /// The weights of a text that was requested before the last fetch().
  std::string_view of(const KeyColumn& column, std::string_view text) const;
  /// Removes old weights if there are many.
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
