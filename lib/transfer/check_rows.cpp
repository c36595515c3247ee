#include "transfer/check_rows.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "transfer/copy_source.hpp"
#include "transfer/equal_keys.hpp"
#include "transfer/shared_snapshot.hpp"

namespace dbmig::transfer {

std::string CopyProblem::remedy() const {
  if (wider) return fmt::format("{}: {}", what.column, schema::to_string(*wider));
  std::vector<std::string> lines;
  for (const std::string& column : exact_columns) {
    lines.push_back(fmt::format("{}: {{mariadb: {{collation: {}}}}}", column, kExactCollation));
  }
  return text::join(lines, ", ");
}

namespace {

/// Adds the findings in one part to those before it, in a table with `before` rows so far.
void add_problems(std::vector<import::Problem>& all, const std::vector<import::Problem>& more,
                  std::uint64_t before) {
  for (const import::Problem& one : more) {
    auto same = std::find_if(all.begin(), all.end(), [&](const import::Problem& other) {
      return other.column == one.column && other.reason == one.reason;
    });
    if (same == all.end()) {
      same = all.emplace(all.end());
      same->file = one.file;
      same->column = one.column;
      same->reason = one.reason;
    }
    import::Problem& problem = *same;
    problem.records += one.records;
    for (const std::uint64_t line : one.lines) {
      if (problem.lines.size() < import::Problems::kMaxExamples) {
        problem.lines.push_back(before + line);
      }
    }
    for (const std::string& example : one.examples) {
      const bool is_new = std::find(problem.examples.begin(), problem.examples.end(), example) ==
                          problem.examples.end();
      if (is_new && problem.examples.size() < import::Problems::kMaxExamples) {
        problem.examples.push_back(example);
      }
    }
  }
}

}  // namespace

std::vector<CopyProblem> check_rows(backend::Connection& source, const schema::Schema& schema,
                                    DialectKind target, const CopyOptions& options,
                                    EventSink& events, const std::atomic<bool>& stop,
                                    import::Communicator* ranks) {
  const TimestampsInUtc in_utc(source);
  const SharedSnapshot snapshot(source, ranks, options, events, stop);
  std::vector<TablePair> pairs = pair_tables(source, schema, target, options);
  std::vector<CopyProblem> all;
  for (TablePair& pair : pairs) {
    ReadJob job = job_for(source, pair, ranges_of(source, pair), target);
    job.kind = ReadJob::Kind::check;
    std::vector<import::Problem> problems;
    std::uint64_t rows = 0;
    for (const PartCheck& part : snapshot.readers().check(job)) {
      add_problems(problems, part.problems, rows);
      rows += part.rows;
      for (const auto& [column, needs] : part.needs) pair.converter().widen(column, needs);
    }
    const std::vector<std::string> columns = pair.column_names();
    for (import::Problem& problem : problems) {
      const auto column = std::find(columns.begin(), columns.end(), problem.column);
      CopyProblem one;
      if (column != columns.end()) {
        one.wider = pair.converter().wider_type(static_cast<std::size_t>(column - columns.begin()));
      }
      one.what = std::move(problem);
      all.push_back(std::move(one));
    }
  }
  return all;
}

schema::Schema widened(schema::Schema schema, const std::vector<CopyProblem>& problems,
                       std::optional<DialectKind> own) {
  for (const CopyProblem& problem : problems) {
    if (schema.tables.count(problem.what.file) == 0) continue;
    for (schema::Column& column : schema.table(problem.what.file).columns) {
      const auto& exact = problem.exact_columns;
      if (std::find(exact.begin(), exact.end(), column.name) != exact.end()) {
        column.mariadb.collation = kExactCollation;
      }
      if (!problem.wider || column.name != problem.what.column) continue;
      if (own == DialectKind::sqlite && !column.sqlite.type) column.sqlite.type = column.type;
      column.type = *problem.wider;
      if (column.mariadb.type) column.mariadb.type = problem.wider;
    }
  }
  return schema;
}

std::vector<CopyProblem> without_remedy(const std::vector<CopyProblem>& problems) {
  std::vector<CopyProblem> left;
  for (const CopyProblem& problem : problems) {
    if (!problem.wider && problem.exact_columns.empty()) left.push_back(problem);
  }
  return left;
}

}  // namespace dbmig::transfer
