#include "dialect/mariadb/alter.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "dialect/mariadb/alter_columns.hpp"
#include "dialect/mariadb/alter_keys.hpp"
#include "dialect/mariadb/alter_options.hpp"
#include "dialect/mariadb/key_types.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/render.hpp"
#include "dialect/mariadb/two_step_alter.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Column;
using schema::Table;

class Alter {
 public:
  explicit Alter(const TableChange& change)
      : change_(change), before_(change.before), after_(change.after), built_(change.built) {}

  std::vector<std::string> run() {
    if (!change_.renames.empty() && (change_.renames_key_columns || renames_period())) {
      flush_foreign_key_drops();
      for (const auto& [from, to] : change_.renames) clauses_.push_back(rename_clause(from, to));
      flush();
    } else {
      renames_ = change_.renames;
    }
    drop_foreign_keys();
    remove_partitions();
    leave_engine();
    convert_through_text();
    drop_checks();
    const KeyChanges keys(change_);
    append(keys.drops());
    columns();
    append(keys.additions());
    for (const auto& check : after_.checks) {
      if (same_check(before_, check)) continue;
      if (after_.find_column(check.name) != nullptr) continue;  // stands on the column
      clauses_.push_back("ADD " + check_definition(*built_.find_check(check.name)));
    }
    versioning();
    application_period();
    append(option_changes(before_, after_, built_));
    add_foreign_keys();
    flush();
    append(options_that_stayed(before_, after_));
    flush();
    leave_unversioned();
    drop_implied_defaults();
    add_partitions();
    return std::move(statements_);
  }

 private:
  static std::string rename_clause(const std::string& from, const std::string& to) {
    return "RENAME COLUMN " + quote(from) + " TO " + quote(to);
  }

  void append(std::vector<std::string> clauses) {
    for (std::string& clause : clauses) clauses_.push_back(std::move(clause));
  }

  void flush() {
    if (clauses_.empty()) return;
    std::string sql = alter_head() + text::join(clauses_, ", ");
    if (drops_versioning_) versioned_ = false;
    clauses_.clear();
    if (sql.find(kDatabaseCharset) == std::string::npos) {
      statements_.push_back(std::move(sql));
      return;
    }
    std::vector<std::string> pieces;
    for (const std::string& piece : text::split(sql, kDatabaseCharset)) {
      pieces.push_back(string_literal(piece));
    }
    statements_.push_back("EXECUTE IMMEDIATE CONCAT(" +
                          text::join(pieces,
                                     ", @@character_set_database, ' COLLATE ', "
                                     "@@collation_database, ") +
                          ')');
  }

  std::string alter_head() const {
    std::vector<std::string> settings;
    // The history of a system-versioned table stays as far as its columns do.
    if (versioned_) settings.emplace_back("system_versioning_alter_history=KEEP");
    if (begins_to_count()) settings.emplace_back(kKeepZeros);
    const std::string around =
        settings.empty() ? "" : "SET STATEMENT " + text::join(settings, ", ") + " FOR ";
    return around + "ALTER TABLE " + quote(after_.name) + ' ';
  }

  /// Whether a column that has values becomes AUTO_INCREMENT: a zero would then get a new number.
  bool begins_to_count() const {
    return std::any_of(after_.columns.begin(), after_.columns.end(), [&](const Column& column) {
      const Column* old = before_.find_column(column.name);
      return column.autoincrement && old != nullptr && !old->autoincrement;
    });
  }

  bool is_dropped(const schema::ForeignKey& key) const {
    const schema::ForeignKey* kept = after_.find_foreign_key(key.name);
    return kept == nullptr || !(*kept == key);
  }

  void flush_foreign_key_drops() {
    drop_foreign_keys();
    flush();
  }

  void drop_foreign_keys() {
    if (foreign_keys_dropped_) return;
    foreign_keys_dropped_ = true;
    bool alone = false;
    for (const auto& key : before_.foreign_keys) {
      if (!is_dropped(key)) continue;
      clauses_.push_back("DROP FOREIGN KEY " + quote(key.name));
      // Its name comes back (errno 121), or the key it refers to may go (error 1553).
      alone = alone || after_.find_foreign_key(key.name) != nullptr || is_onto_itself(key);
    }
    // A table that has one keeps its engine (error 1217), and that is looked at first.
    if (alone || before_.mariadb.engine != after_.mariadb.engine) flush();
  }

  /// Options that only the old engine knows go while the table has it.
  void leave_engine() {
    std::vector<std::string> options = options_of_old_engine(before_, after_);
    if (options.empty()) return;
    flush();
    append(std::move(options));
    flush();
  }

  /// MariaDB has no conversion between some types (error 4078), but has one through text.
  void convert_through_text() {
    std::vector<std::string> conversions;
    for (const Column& column : after_.columns) {
      const Column* old = before_.find_column(column.name);
      if (old == nullptr || old->generated || column.generated ||
          converts_directly(old->type, column.type)) {
        continue;
      }
      conversions.push_back("MODIFY COLUMN " + quote(old_name(column.name)) + " varchar(80)" +
                            (old->nullable ? " NULL" : " NOT NULL"));
    }
    if (conversions.empty()) return;
    flush();
    clauses_ = std::move(conversions);
    flush();
  }

  bool is_onto_itself(const schema::ForeignKey& key) const {
    return text::equals_ignoring_case(key.referenced_table, after_.name);
  }

  void add_foreign_keys() {
    for (const auto& key : after_.foreign_keys) {
      const schema::ForeignKey* old = before_.find_foreign_key(key.name);
      if (old != nullptr && *old == key) continue;
      // InnoDB looks its parent up as it was before the statement (error 1005, errno 150).
      if (is_onto_itself(key)) flush();
      clauses_.push_back("ADD " + foreign_key_definition(*built_.find_foreign_key(key.name)));
      if (is_onto_itself(key)) flush();
    }
  }

  /// Whether the other table has the same check, and on its column where this one has it there.
  bool same_check(const Table& table, const schema::Check& check) const {
    const schema::Check* other = table.find_check(check.name);
    return other != nullptr && *other == check &&
           stood_on_column(check.name) == (after_.find_column(check.name) != nullptr);
  }

  bool stood_on_column(const std::string& check) const {
    return before_.find_column(check) != nullptr && change_.table_checks.count(check) == 0;
  }

  void drop_checks() {
    for (const auto& check : before_.checks) {
      if (same_check(after_, check)) continue;
      // A check on the column itself carries its name, cannot be dropped by name, and goes with the
      // column or a MODIFY that does not repeat it.
      if (!stood_on_column(check.name)) {
        clauses_.push_back("DROP CONSTRAINT " + quote(check.name));
      }
      rewritten_.insert(check.name);
    }
    for (const auto& check : after_.checks) {
      if (!same_check(before_, check)) rewritten_.insert(check.name);
    }
  }

  /// An ALTER TABLE that changes a partitioned table's columns or keys may be in its partitions'
  /// way: those that change go first and come last.
  void remove_partitions() {
    const std::string& old = before_.mariadb.partition;
    if (old.empty() || old == after_.mariadb.partition) return;
    const bool others = !(without_partition(before_) == without_partition(after_));
    if (!after_.mariadb.partition.empty() && !others) return;
    flush();
    clauses_.emplace_back("REMOVE PARTITIONING");
    flush();
  }

  static Table without_partition(Table table) {
    table.mariadb.partition.clear();
    return table;
  }

  void add_partitions() {
    if (after_.mariadb.partition.empty() || after_.mariadb.partition == before_.mariadb.partition) {
      return;
    }
    clauses_.push_back(built_.mariadb.partition);
    flush();
  }

  static std::string period_of(const Table& table) {
    return table.mariadb.system_versioned ? period_definition(table) : "";
  }

  /// Versioning with columns of its own and with implied ones are different tables to the server:
  /// from one to the other it goes and comes back.
  void versioning() {
    const bool was = before_.mariadb.system_versioned;
    const bool is = after_.mariadb.system_versioned;
    const std::string period = period_of(after_);
    const bool other = was && is && period_of(before_) != period;
    if (other && period_of(before_).empty()) {
      // Its implied columns are in the way of those that come.
      statements_.push_back(alter_head() + "DROP SYSTEM VERSIONING");
      versioned_ = false;
    } else if (was && (!is || other)) {
      // Before its columns go: the server refuses to drop them from a versioned table.
      clauses_.insert(clauses_.begin(), "DROP SYSTEM VERSIONING");
      drops_versioning_ = true;
    }
    if (other && period.empty()) flush();
    if (is && (!was || other)) {
      if (!period.empty()) clauses_.push_back("ADD " + period);
      clauses_.emplace_back("ADD SYSTEM VERSIONING");
    }
  }

  /// A period follows its columns to their names in RENAME COLUMN and not in CHANGE COLUMN (error
  /// 1054).
  bool renames_period() const {
    const auto& period = before_.mariadb.period;
    return period &&
           std::any_of(change_.renames.begin(), change_.renames.end(), [&](const auto& rename) {
             return rename.second == period->start || rename.second == period->end;
           });
  }

  void application_period() {
    const auto& before = before_.mariadb.period;
    if (before == after_.mariadb.period) return;
    if (before) clauses_.push_back("DROP PERIOD FOR " + quote(before->name));
    if (after_.mariadb.period) clauses_.push_back("ADD " + application_period_definition(built_));
  }

  /// The table gets versions of its rows, or gets them anew.
  bool versioning_comes() const {
    if (!after_.mariadb.system_versioned) return false;
    return !before_.mariadb.system_versioned || period_of(before_) != period_of(after_);
  }

  /// Columns can be left out of the versions of a table that has versions, and not before (error
  /// 4124).
  void leave_unversioned() {
    if (unversioned_.empty()) return;
    versioned_ = true;
    for (const std::string& name : unversioned_) {
      clauses_.push_back("MODIFY COLUMN " + quote(name) + ' ' +
                         column_definition(built_.column(name), built_));
    }
    flush();
  }

  std::string old_name(const std::string& name) const {
    for (const auto& [from, to] : renames_) {
      if (to == name) return from;
    }
    return name;
  }

  /// The character set that `column` inherits is another one: only a MODIFY takes it over.
  bool inherits_new_charset(const Column& column) const {
    return has_charset(column.type) && column.mariadb.charset.empty() &&
           (before_.mariadb.charset != after_.mariadb.charset ||
            before_.mariadb.collation != after_.mariadb.collation);
  }

  void columns() {
    for (const Column& column : before_.columns) {
      if (after_.find_column(column.name) == nullptr) {
        clauses_.push_back("DROP COLUMN " + quote(column.name));
      }
    }
    const std::set<std::string> staying = columns_in_place(before_, after_);
    // A column added behind all others needs no position; what moves later leaves from behind it.
    std::size_t kept_left = 0;
    for (const Column& column : after_.columns) {
      if (before_.find_column(column.name) != nullptr) ++kept_left;
    }
    std::string position = " FIRST";
    for (const Column& column : after_.columns) {
      const Column* old = before_.find_column(column.name);
      if (old == nullptr) {
        made_.insert(column.name);
        clauses_.push_back("ADD COLUMN " + quote(column.name) + ' ' + definition_of(column) +
                           (kept_left == 0 ? "" : position));
      } else {
        --kept_left;
        kept_column(column, *old, staying.count(column.name) > 0 ? "" : position);
      }
      position = " AFTER " + quote(column.name);
    }
  }

  std::string definition_of(const Column& column) {
    Column built = built_.column(column.name);
    if (built.mariadb.without_system_versioning && versioning_comes()) {
      unversioned_.push_back(built.name);
      built.mariadb.without_system_versioning = false;
    }
    return column_definition(built, built_);
  }

  void kept_column(const Column& column, const Column& old, const std::string& position) {
    const std::string was = old_name(column.name);
    const bool changed = !(column == old) || !position.empty() || inherits_new_charset(column) ||
                         rewritten_.count(column.name) > 0;
    if (!changed) {
      if (was != column.name) clauses_.push_back(rename_clause(was, column.name));
      return;
    }
    made_.insert(column.name);
    clauses_.push_back(
        (was == column.name ? "MODIFY COLUMN " : "CHANGE COLUMN " + quote(was) + ' ') +
        quote(column.name) + ' ' + definition_of(column) + position);
  }

  void drop_implied_defaults() {
    for (const std::string& name : made_) {
      std::string clause = drop_implied_default(built_.column(name));
      if (!clause.empty()) clauses_.push_back(std::move(clause));
    }
    flush();
  }

  const TableChange& change_;
  const Table& before_;
  const Table& after_;
  const Table& built_;
  std::vector<std::pair<std::string, std::string>> renames_;
  std::set<std::string> rewritten_;
  std::set<std::string> made_;            ///< columns that were added or stated anew
  std::vector<std::string> unversioned_;  ///< columns to be left out of the versions that come
  bool foreign_keys_dropped_ = false;
  bool versioned_ = before_.mariadb.system_versioned;
  bool drops_versioning_ = false;
  std::vector<std::string> clauses_;
  std::vector<std::string> statements_;
};

}  // namespace

std::vector<std::string> alter_table(const TableChange& change) {
  const auto two_step_alter = mariadb::two_step_alter(change);
  if (!two_step_alter) return Alter(change).run();
  std::vector<std::string> statements = Alter(two_step_alter->first).run();
  for (std::string& sql : Alter(two_step_alter->second).run()) statements.push_back(std::move(sql));
  return statements;
}

}  // namespace dbmig::dialect::mariadb
