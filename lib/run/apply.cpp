#include "run/apply.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "history/named.hpp"

namespace dbmig::run {

std::string running_line(const PlannedRevision& planned) {
  if (!planned.parts.empty() && planned.direction == Direction::upgrade) {
    return fmt::format(
        "Running upgrade {} -> {}, {} at once: their tables are new and are created in their final "
        "form",
        text::join(planned.parts.front()->parents, ", "), planned.parts.back()->id,
        text::count(planned.parts.size(), "revision"));
  }
  const std::string parents = text::join(planned.revision.parents, ", ");
  if (planned.direction == Direction::upgrade) {
    return fmt::format("Running upgrade {} -> {}", parents, history::named(planned.revision));
  }
  const std::string& message = planned.revision.message;
  return fmt::format("Running downgrade {} -> {}{}", planned.revision.id, parents,
                     message.empty() ? "" : ", " + message);
}

void fill_gaps(PlannedRevision& planned, const schema::Schema& before, DialectKind kind) {
  WithBackfillValues filled = with_backfill_values(planned.operations, before, kind);
  planned.operations = std::move(filled.operations);
  planned.backfill_values = std::move(filled.backfill_values);
  std::vector<SourcePosition>& positions = planned.direction == Direction::upgrade
                                               ? planned.revision.upgrade_positions
                                               : planned.revision.downgrade_positions;
  std::vector<SourcePosition> moved;
  for (const std::size_t origin : filled.origins) {
    if (origin < positions.size()) moved.push_back(positions[origin]);
  }
  positions = std::move(moved);
}

void report_backfill_values(backend::Connection& connection, EventSink& events,
                            const std::vector<BackfillValue>& backfill_values) {
  for (const BackfillValue& one : backfill_values) {
    try {
      const std::string rows =
          connection
              .query("SELECT COUNT(*) FROM " + connection.dialect().quote_identifier(one.table))
              .rows.at(0)
              .at(0)
              .value_or("0");
      if (rows == "0") continue;
      events.warning("dbmig.run",
                     fmt::format("Column '{}.{}' was restored without its values: {} now",
                                 one.table, one.column,
                                 rows == "1" ? fmt::format("1 row holds {}", one.value)
                                             : fmt::format("{} rows hold {}", rows, one.value)));
    } catch (const Error&) {
      // The table no longer exists: there is nothing to report.
    }
  }
}

AppliedRevision complete_row(const PlannedRevision& planned, long duration_ms) {
  AppliedRevision row;
  row.id = planned.revision.id;
  row.origin = planned.parts.empty() ? kApplied : kCombined;
  row.parents = planned.revision.parents;
  row.message = planned.revision.message;
  row.checksum = planned.revision.checksum.get();
  row.text = planned.revision.text;
  row.applied_at = utc_now();
  row.duration_ms = duration_ms;
  row.statements_total = planned.statements.size();
  row.statements_done = planned.statements.size();
  return row;
}

void insert_parts(RevisionStore& store, const PlannedRevision& planned, long duration_ms) {
  const long share = duration_ms / static_cast<long>(planned.parts.size());
  constexpr std::size_t kRowsAtOnce = 100;
  constexpr std::size_t kBytesAtOnce = 1U << 20U;  // MariaDB accepts messages of up to 16 MB
  std::size_t rows = 0;
  std::size_t bytes = 0;
  try {
    for (const history::Revision* part : planned.parts) {
      PlannedRevision one;
      one.revision = *part;
      store.insert_later(complete_row(one, share));
      bytes += part->text.size();
      if (++rows < kRowsAtOnce && bytes < kBytesAtOnce) continue;
      store.flush();
      rows = bytes = 0;
    }
    store.flush();
  } catch (...) {
    store.forget_later();
    throw;
  }
}

bool continues_with_parts(const ApplyContext& context, const PlannedRevision& planned,
                          const Error& error) {
  if (planned.parts.empty() || planned.direction == Direction::downgrade ||
      error.code() == ErrorCode::interrupted || error.code() == ErrorCode::connection) {
    return false;
  }
  context.events.info("dbmig.run",
                      fmt::format("{} cannot be applied at once, running them one by one: {}",
                                  text::count(planned.parts.size(), "revision"), error.message()));
  return true;
}

std::vector<std::string> ids_of(const PlannedRevision& planned) {
  if (planned.parts.empty()) return {planned.revision.id};
  std::vector<std::string> ids;
  for (const history::Revision* part : planned.parts) ids.push_back(part->id);
  return ids;
}

SourcePosition position_of(const PlannedRevision& planned, std::size_t operation) {
  const history::Revision& revision = planned.revision;
  const bool is_upgrade = planned.direction == Direction::upgrade;
  const std::vector<SourcePosition>& positions =
      is_upgrade ? revision.upgrade_positions : revision.downgrade_positions;
  const bool has_lines = is_upgrade || revision.downgrade.has_value();
  if (has_lines && operation < positions.size()) return positions[operation];
  return {revision.path.string(), 0, 0};
}

Error in_revision(const Error& error, const PlannedRevision& planned, std::size_t index) {
  const history::Revision& revision = planned.revision;
  SourcePosition where{revision.path.string(), 0, 0};
  std::string step;
  if (index < planned.statements.size()) {
    const std::size_t operation = planned.statements[index].first_operation;
    where = position_of(planned, operation);
    if (operation < planned.operations.size()) {
      ops::Operation shown = planned.operations[operation];
      if (auto* execute = std::get_if<ops::Execute>(&shown)) {
        // If there is a text for each database, show the one that ran.
        execute->sql = {planned.statements[index].sql, {}, {}};
      }
      step = fmt::format(" at '{}'", ops::describe(shown));
    }
  }
  return Error(error.code(),
               fmt::format("{} of revision {} failed{}: {}", to_string(planned.direction),
                           revision.id, step, error.message()))
      .at(std::move(where))
      .hint(error.diagnostics().front().hint)
      .native(error.native_code())
      .sql(error.statement());
}

}  // namespace dbmig::run
