#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "dialect/definitions.hpp"
#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::run {

/// The declared text, and the server's spelling of it.
struct RecordedSpelling {
  std::string told;  ///< a hash of the declared text
  std::string spelling;
};

/// What a MariaDB database has recorded of its server's spelling, see run/spelling.hpp.
class SpellingRecord {
 public:
  /// Reads the table `dbmig_definitions` (in older versions `dbmig_words`, or `dbmig_views` with
  /// only views). `live` is the schema as inspected now, as far as the record is used for it.
  SpellingRecord(backend::Connection& connection, const schema::Schema& live);

  /// Whether `spelling` is the server's spelling of `told`.
  bool knows(const dialect::DefinitionKey& key, const std::string& told,
             const std::string& spelling) const;

 private:
  std::map<dialect::DefinitionKey, RecordedSpelling> entries_;
};

/// Records the server's spelling of the objects that a revision created or changed, if it differs
/// from the declared text. Does nothing on SQLite.
class SpellingRecorder {
 public:
  explicit SpellingRecorder(backend::Connection& connection) : connection_(connection) {}

  struct Touched;

  /// To be called before `operations` are applied to `before`: a rename makes the server rewrite
  /// texts, which count as known afterwards if they are known now, also for a run that continues
  /// after a kill.
  void before(const schema::Schema& before, std::span<const ops::Operation> operations);
  /// To be called after `statements` carried them out. Only texts that one of the statements
  /// contains exactly as the schema has them are recorded: a plan that left something else is not
  /// hidden.
  void after(const schema::Schema& before, std::span<const ops::Operation> operations,
             const std::vector<dialect::Statement>& statements);

  /// To be called instead of after(), if the operations were undone.
  void forget();

 private:
  void record_sent(const schema::Schema& before, std::span<const ops::Operation> operations,
                   const std::vector<dialect::Statement>& statements, Touched touched,
                   const std::set<dialect::DefinitionKey>& known);

  backend::Connection& connection_;
  std::set<dialect::DefinitionKey> known_;
};

}  // namespace dbmig::run
