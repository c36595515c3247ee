#include "teams/scratch_way.hpp"

#include "proof/filler.hpp"

namespace dbmig::teams {

ScratchWay::ScratchWay(const ScratchSettings& settings, const history::Graph& graph,
                       const std::set<std::string>& start, bool with_rows)
    : scratch(settings.options), runner(scratch.connection(), graph, settings.parse, silence) {
  how = run::RunOptions::losing_data();
  how.stop = settings.stop;
  how.variables = settings.variables;
  if (start.empty()) return;
  runner.upgrade({start.begin(), start.end()}, how);
  if (!with_rows) return;
  proof::fill(scratch.connection(),
              schema::on_dialect(graph.fold(start), scratch.connection().dialect().kind()), {},
              proof::RowValues::plain, settings.stop);
}

schema::Schema ScratchWay::found() {
  backend::Connection& connection = scratch.connection();
  return connection.canonical(connection.inspect({}).schema);
}

}  // namespace dbmig::teams
