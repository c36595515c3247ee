#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "run/apply.hpp"
#include "run/losses.hpp"

namespace dbmig::run {
namespace {

struct Count {
  std::string number;   ///< empty: nothing is lost, or the table does not exist
  std::string problem;  ///< why the database could not count
};

Count count(backend::Connection& connection, const Loss& loss) {
  try {
    const std::string number = connection.query(loss.count).rows.at(0).at(0).value_or("0");
    return {number == "0" ? "" : number, {}};
  } catch (const Error& error) {
    if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
    // A downgrade that stopped half-way has already dropped some of it.
    const std::string said = error.message();
    // 1735, 1747: no such partition, table without partitions.
    const bool is_gone = error.native_code() == 1146 || error.native_code() == 1054 ||
                         error.native_code() == 1735 || error.native_code() == 1747 ||
                         said.find("no such table") != std::string::npos ||
                         said.find("no such column") != std::string::npos;
    if (is_gone) return {};
    return {{}, said};
  }
}

std::string counted(const std::string& number, const std::string& what) {
  if (number == "1") return "1 " + what;
  return number + ' ' + text::replace_all(what, " or ", "s or ") + 's';
}

std::string described(const Loss& loss, const std::string& number) {
  const std::string rows = counted(number, loss.rows);
  if (loss.is_table) return fmt::format("{} with its {}", loss.what, rows);
  return fmt::format("{} with {}", loss.what, rows);
}

SourcePosition place(const history::Revision& revision, std::size_t operation) {
  if (revision.downgrade && operation < revision.downgrade_positions.size()) {
    return revision.downgrade_positions[operation];
  }
  return {revision.path.string(), 0, 0};
}

bool does_something(const ops::Operation& operation, DialectKind kind) {
  const auto* execute = std::get_if<ops::Execute>(&operation);
  return execute == nullptr || !execute->sql.for_dialect(kind).empty() || !execute->state.empty();
}

/// How the revision was recorded; empty if dbmig ran it. In rows of older formats, which have no
/// origin, a stamped revision has no statements.
std::string origin(const std::vector<AppliedRevision>& rows, const history::Revision& revision,
                   DialectKind kind) {
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const AppliedRevision& one) { return one.id == revision.id; });
  if (row == rows.end() || !row->is_complete()) return {};
  if (row->origin == kApplied) return {};
  if (!row->origin.empty()) return row->origin;
  const bool has_work =
      std::any_of(revision.upgrade.begin(), revision.upgrade.end(),
                  [&](const ops::Operation& one) { return does_something(one, kind); });
  return has_work && row->statements_total == 0 ? "stamped" : "";
}

}  // namespace

Losses find_losses(backend::Connection& connection, RunPlan run_plan,
                   const std::vector<AppliedRevision>& rows) {
  Losses result;
  const dialect::Dialect& dialect = connection.dialect();
  std::optional<LossFinder> finder;
  while (const std::optional<RunPlan::Step> step = run_plan.next()) {
    if (!finder) finder.emplace(dialect, run_plan.before());
    const history::Revision& revision = *step->revision;
    const std::string how = origin(rows, revision, dialect.kind());
    NotMade not_made{revision.id,
                     how,
                     revision.parents.empty() ? "base" : text::join(revision.parents, " "),
                     SourcePosition{revision.path.string(), 0, 0},
                     {}};
    for (const Loss& loss : finder->follow(run_plan.before(), step->operations)) {
      const Count found = count(connection, loss);
      not_made.drops.push_back(fmt::format("{} ({})", loss.what,
                                           found.number.empty()
                                               ? fmt::format("no {}s", loss.rows)
                                               : counted(found.number, loss.rows)));
      if (found.number.empty() && found.problem.empty()) continue;
      result.counted.push_back(
          {revision.id, place(revision, loss.operation),
           found.problem.empty()
               ? described(loss, found.number)
               : fmt::format("{}, whose rows could not be counted: {}", loss.what, found.problem)});
    }
    const bool has_work =
        std::any_of(step->operations.begin(), step->operations.end(),
                    [&](const ops::Operation& one) { return does_something(one, dialect.kind()); });
    // An index that was created by hand and then stamped holds no data.
    const bool is_light = how == "stamped" && not_made.drops.empty();
    if (!how.empty() && has_work && !is_light) result.not_made.push_back(std::move(not_made));
  }
  return result;
}

std::vector<std::string> consent_lines(const Losses& losses) {
  std::vector<std::string> lines;
  for (const NotMade& one : losses.not_made) {
    lines.push_back(fmt::format(
        "drops what was {}, which dbmig did not create: needs --drop-adopted", one.how));
  }
  for (const CountedLoss& one : losses.counted) {
    lines.push_back(fmt::format("loses {}: needs --allow-destructive", one.message));
  }
  return lines;
}

void refuse_losses(const Losses& losses, const Consent& consent) {
  std::vector<Diagnostic> list;
  if (!consent.drop_adopted) {
    for (const NotMade& one : losses.not_made) {
      const std::string drops = one.drops.empty()
                                    ? std::string("change what it found")
                                    : "drop what was there before: " + text::join(one.drops, ", ");
      list.push_back(
          {one.where,
           fmt::format("revision {} was {}: dbmig did not create what it describes, and a "
                       "downgrade would {}",
                       one.revision, one.how, drops),
           fmt::format("`dbmig stamp {}` forgets the revision and keeps the tables; to drop what "
                       "dbmig did not create, use --allow-destructive --drop-adopted",
                       one.parent)});
    }
  }
  if (!consent.destructive && !losses.counted.empty()) {
    for (const CountedLoss& one : losses.counted) {
      list.push_back(
          {one.where,
           fmt::format("downgrade of revision {} would lose {}", one.revision, one.message),
           {}});
    }
    if (list.size() == losses.counted.size()) {
      list.push_back({{}, "nothing was changed", "if these may be lost, use --allow-destructive"});
    }
  }
  if (!list.empty()) throw Error(ErrorCode::refused, std::move(list));
}

}  // namespace dbmig::run
