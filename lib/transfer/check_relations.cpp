#include "transfer/check_relations.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "backend/bulk.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "data_check/data_checks.hpp"
#include "data_check/violation.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/sql_forms.hpp"
#include "schema/unique_keys.hpp"
#include "transfer/copy_source.hpp"
#include "transfer/read_job.hpp"
#include "transfer/table_pair.hpp"
#include "transfer/table_trial.hpp"

namespace dbmig::transfer {
namespace {

using schema::Table;

bool is_named(const std::vector<std::string>& names, const std::string& wanted) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& one) {
    return text::equals_ignoring_case(one, wanted);
  });
}

/// Whether values of `column` that differ in the source may be equal in the target.
bool may_collide(const schema::Column* source, const schema::Column& column, DialectKind from,
                 DialectKind to) {
  const schema::Type& type = column.type_on(to);
  const bool is_alike = source != nullptr && from == to && source->type_on(to) == type &&
                        source->mariadb.collation == column.mariadb.collation &&
                        source->mariadb.charset == column.mariadb.charset &&
                        source->sqlite.collation == column.sqlite.collation;
  if (is_alike) return false;
  // In a column without a type, 1 and '1' are different values on SQLite.
  const bool is_untyped =
      source != nullptr && source->type_on(from).kind == schema::TypeKind::native;
  if (is_untyped && from != to) return true;
  if (schema::is_integer(type.kind) || schema::is_binary(type.kind)) return false;
  if (!schema::is_text(type.kind)) return dialect::capabilities(from).flexible_typing && to != from;
  if (to == DialectKind::sqlite) return !column.sqlite.collation.empty();
  return !column.mariadb.collation.ends_with("_bin") || column.sqlite.collation == "RTRIM";
}

/// "'a' and 'A'", cut off if it is too long to read.
std::string shown_values(std::string values) {
  constexpr std::size_t kShownBytes = 120;
  if (values.size() <= kShownBytes) return fmt::format("'{}'", values);
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(values[end]) & 0xC0U) == 0x80U) --end;
  return fmt::format("'{}…", values.substr(0, end));
}

/// The values of one key in a temporary table of the target.
class KeyTrial {
 public:
  KeyTrial(backend::Connection& source, backend::Connection& target, const std::atomic<bool>& stop)
      : source_(source), trial_(target), stop_(stop) {}

  std::optional<CopyProblem> look(const Table& given, const Table& wanted,
                                  const schema::UniqueKey& key) {
    Table from = with_columns(given, key.columns, given.name);
    Table into = with_columns(wanted, key.columns, "dbmig_key_trial");
    into.mariadb = {
        wanted.mariadb.engine, wanted.mariadb.charset, wanted.mariadb.collation, {}, {}};
    from.sqlite = {};
    into.sqlite = {};
    from.primary_key.reset();
    for (schema::Column& column : into.columns) {
      column.autoincrement = false;
      column.nullable = true;
      column.default_value.reset();
    }
    trial_.make(into);
    try {
      fill(from, into);
      std::optional<CopyProblem> found = ask(into, wanted.name, key);
      trial_.drop(into);
      return found;
    } catch (...) {
      trial_.drop(into);
      throw;
    }
  }

 private:
  static Table with_columns(const Table& table, const std::vector<std::string>& names,
                            const std::string& name) {
    Table part;
    part.name = name;
    part.mariadb = table.mariadb;
    for (const schema::Column& column : table.columns) {
      if (is_named(names, column.name)) part.columns.push_back(column);
    }
    return part;
  }

  void fill(const Table& from, const Table& into) {
    backend::Connection& connection = trial_.connection();
    TablePair pair(from, source_.dialect().kind(), into, trial_.kind());
    ReadJob job;
    job.columns = pair.converter().columns();
    job.as_is = pair.converter().as_is();
    job.target = trial_.kind();
    connection.begin();
    const auto sink = connection.bulk_sink(into, pair.column_names());
    job.encoding = sink->encoding();
    read_part(source_, job, pair.converter(), pair.select_source(source_.dialect()), stop_,
              [&](RowBatch&& batch) {
                sink->write(batch.bytes,
                            [](std::size_t, const Error& error) { throw Error(error); });
              });
    connection.commit();
  }

  std::optional<CopyProblem> ask(const Table& into, const std::string& table,
                                 const schema::UniqueKey& key) {
    backend::Connection& connection = trial_.connection();
    const dialect::Dialect& dialect = connection.dialect();
    std::vector<std::string> names;
    std::vector<std::string> filled;
    for (const std::string& column : key.columns) {
      names.push_back(dialect.quote_identifier(column));
      filled.push_back(names.back() + " IS NOT NULL");
    }
    const std::string list = text::join(names, ", ");
    const std::string groups =
        fmt::format("FROM {} WHERE {} GROUP BY {} HAVING count(*) > 1",
                    dialect.quote_identifier(into.name), text::join(filled, " AND "), list);
    const auto count =
        connection.query(fmt::format("SELECT sum(n) FROM (SELECT count(*) AS n {}) AS d", groups));
    const std::string rows = count.rows.at(0).at(0).value_or("0");
    if (rows == "0") return std::nullopt;
    CopyProblem problem;
    problem.what.file = table;
    problem.what.column = text::join(key.columns, ", ");
    problem.what.records = std::strtoull(rows.c_str(), nullptr, 10);
    problem.what.reason = fmt::format("are equal under {} of the target", key.subject);
    const std::string joined =
        dialect::sql_forms(dialect.kind()).group_concat(names.front(), "''' and '''");
    const auto examples = connection.query(fmt::format("SELECT {} {} LIMIT 3", joined, groups));
    const bool has_charsets = dialect::capabilities(dialect.kind()).charsets;
    for (const auto& row : examples.rows) {
      problem.what.examples.push_back(shown_values(row[0].value_or("")));
    }
    for (const schema::Column& column : into.columns) {
      const bool is_exact = column.mariadb.collation.ends_with("_bin");
      if (has_charsets && !is_exact && schema::is_text(column.type_on(dialect.kind()).kind)) {
        problem.exact_columns.push_back(column.name);
      }
    }
    return problem;
  }

  backend::Connection& source_;
  TableTrial trial_;
  const std::atomic<bool>& stop_;
};

}  // namespace

std::vector<CopyProblem> check_relations(backend::Connection& source, const schema::Schema& schema,
                                         const CopyOptions& options) {
  schema::Schema before = canonical_schema(source);
  const std::vector<std::string> chosen = chosen_tables(before, options);
  std::vector<ops::Operation> operations;
  for (const std::string& name : chosen) {
    Table& given = before.table(name);
    const Table* wanted = find_table_in(schema, name);
    if (wanted == nullptr) continue;
    for (schema::ForeignKey key : wanted->foreign_keys) {
      const Table* parent = find_table_in(before, key.referenced_table);
      if (parent == nullptr || !is_named(chosen, parent->name)) continue;
      key.referenced_table = parent->name;
      operations.emplace_back(ops::CreateForeignKey{name, std::move(key)});
    }
    // The source's own text of its checks, even if the target has its own.
    for (const schema::Check& check : given.checks) {
      if (wanted->find_check(check.name) == nullptr) continue;
      operations.emplace_back(ops::CreateCheckConstraint{name, check});
    }
    given.foreign_keys.clear();
    given.checks.clear();
  }
  std::vector<CopyProblem> problems;
  for (const data_check::DataCheck& check :
       data_check::data_checks(source, before, operations, false)) {
    std::optional<data_check::Violation> violation;
    try {
      violation = data_check::find_violation(source, check);
    } catch (const Error& error) {
      // It uses a function that only the application has: the target decides when the rows are
      // written.
      if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
    }
    if (!violation) continue;
    CopyProblem problem;
    problem.what.file = check.table;
    problem.what.records = violation->rows;
    problem.what.reason = violation->message;
    problem.sentence = violation->message;
    problems.push_back(std::move(problem));
  }
  return problems;
}

std::vector<CopyProblem> find_collisions(backend::Connection& source, backend::Connection& target,
                                         const schema::Schema& schema, const CopyOptions& options,
                                         const std::atomic<bool>& stop) {
  const schema::Schema given = canonical_schema(source);
  const DialectKind from = source.dialect().kind();
  const DialectKind to = target.dialect().kind();
  std::vector<CopyProblem> problems;
  std::optional<KeyTrial> trial;
  for (const std::string& name : chosen_tables(given, options)) {
    const Table* wanted = find_table_in(schema, name);
    if (wanted == nullptr) continue;
    for (const schema::UniqueKey& key : schema::unique_keys(*wanted)) {
      if (!key.is_whole()) continue;
      const bool is_asked =
          std::any_of(key.columns.begin(), key.columns.end(), [&](const std::string& column) {
            const schema::Column* found = wanted->find_column(column);
            return found != nullptr &&
                   may_collide(given.table(name).find_column(column), *found, from, to);
          });
      if (!is_asked) continue;
      try {
        if (!trial) trial.emplace(source, target, stop);
        if (auto problem = trial->look(given.table(name), *wanted, key)) {
          problems.push_back(std::move(*problem));
        }
      } catch (const Error& error) {
        // A user who may not create temporary tables sees the error when the rows are written.
        if (error.code() != ErrorCode::access) throw;
      }
    }
  }
  return problems;
}

}  // namespace dbmig::transfer
