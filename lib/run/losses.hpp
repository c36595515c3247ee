#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "dialect/conversion.hpp"
#include "history/revision.hpp"
#include "ops/operation.hpp"
#include "run/run_plan.hpp"
#include "run/store.hpp"

namespace dbmig::run {

/// Data that an operation loses for good.
struct Loss {
  std::size_t operation = 0;  ///< index of the operation
  std::string what;           ///< "table 'a'", "column 'a.b'", "the history of table 'a'"
  std::string table;          ///< its name in the live database
  bool is_table = false;      ///< the whole table is lost
  std::string rows;           ///< what is counted: "row", "value", "old version"
  std::string count;          ///< SQL that returns one number
};

/// Finds what operations lose on a live database: tables with rows, columns with values, how values
/// are written that another type makes numbers of, MariaDB's row history. Tables and columns are
/// followed through renames to their present names. Not counted: objects created during the run,
/// rows that a bulk_delete names (the revision that inserted them restores them), and values of a
/// column that are NULL or its default (the next upgrade restores them). Plain SQL counts if it
/// drops or empties a whole table or partition, drops a column, or declares that under `state`.
class LossFinder {
 public:
  /// `before` is the schema of the database. `dialect` must outlive this object.
  LossFinder(const dialect::Dialect& dialect, const schema::Schema& before);

  /// What `operations`, applied to `schema`, lose; the next call continues after them.
  std::vector<Loss> follow(const schema::Schema& schema,
                           std::span<const ops::Operation> operations);

 private:
  struct Live {
    std::string name;                            ///< present name in the database
    std::map<std::string, std::string> columns;  ///< to their names in the database
    std::vector<std::string> deleted;            ///< conditions of rows that a revision restores
  };

  void visit(const schema::Schema& schema, const ops::Operation& operation);
  template <class Operation>
  void find(const schema::Schema&, const Operation&) {}
  void find(const schema::Schema& schema, const ops::CreateTable& create);
  void find(const schema::Schema& schema, const ops::DropTable& drop);
  void find(const schema::Schema& schema, const ops::RenameTable& rename);
  void find(const schema::Schema& schema, const ops::AddColumn& add);
  void find(const schema::Schema& schema, const ops::DropColumn& drop);
  void find(const schema::Schema& schema, const ops::AlterColumn& alter);
  void find(const schema::Schema& schema, const ops::AlterTable& alter);
  void find(const schema::Schema& schema, const ops::BulkDelete& rows);
  void find(const schema::Schema& schema, const ops::Execute& execute);
  void find_in_sql(const schema::Schema& schema, const std::string& sql);

  void lose_table(const schema::Schema& schema, const std::string& name, bool is_gone);
  void lose_column(const schema::Schema& schema, const std::string& table,
                   const std::string& column);
  void lose_spelling(const Live& live, const dialect::ColumnOf& from, const dialect::ColumnOf& to);
  void lose_partitions(const schema::Schema& schema, const std::string& name,
                       const std::vector<std::string>& partitions);
  Live* at(const std::string& table);
  std::string quoted(const std::string& name) const { return dialect_.quote_identifier(name); }

  const dialect::Dialect& dialect_;
  std::map<std::string, Live> live_;
  std::size_t operation_ = 0;
  std::vector<Loss> found_;
};

/// SQL: the number of old row versions of a system-versioned table.
std::string count_history(const dialect::Dialect& dialect, const std::string& table);

/// What a revision of a run loses, with the number of rows.
struct CountedLoss {
  std::string revision;
  SourcePosition where;
  std::string message;  ///< "table 'customer' and its 2 rows"
};

/// A revision that dbmig did not run on this database, and what its downgrade would drop.
struct NotMade {
  std::string revision;
  std::string how;     ///< "adopted" or "stamped"
  std::string parent;  ///< argument for `stamp` that forgets it: "base", or a revision
  SourcePosition where;
  std::vector<std::string> drops;  ///< "table 'customer' (2 rows)"; without empty columns
};

struct Losses {
  std::vector<CountedLoss> counted;
  std::vector<NotMade> not_made;
};

/// What the downgrade along `run_plan`, which must be at its beginning, would lose on the database
/// whose bookkeeping has `rows`. Changes nothing.
Losses find_losses(backend::Connection& connection, RunPlan run_plan,
                   const std::vector<AppliedRevision>& rows);

struct Consent {
  bool destructive = false;   ///< to lose rows and values
  bool drop_adopted = false;  ///< to drop what dbmig did not create
};

/// The losses as lines of a plan, with the flags that allow them: "loses table 'a' with its 2 rows:
/// needs --allow-destructive".
std::vector<std::string> consent_lines(const Losses& losses);

/// Throws Error{refused} with every loss that `consent` does not cover, and the flags that allow
/// it.
void refuse_losses(const Losses& losses, const Consent& consent);

}  // namespace dbmig::run
