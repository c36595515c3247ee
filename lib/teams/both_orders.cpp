#include "teams/both_orders.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include "dialect/capabilities.hpp"
#include "diff/diff.hpp"
#include "history/branches.hpp"
#include "proof/outside.hpp"
#include "proof/snapshot.hpp"

namespace dbmig::teams {
namespace {

using Ids = std::set<std::string>;

/// What a database holds after one order.
struct Seen {
  schema::Schema schema;
  proof::Snapshot rows;
};

class Orders {
 public:
  Orders(const ScratchSettings& settings, const history::Graph& graph, std::string merge,
         std::string first, std::string second)
      : settings_(settings),
        graph_(graph),
        merge_(std::move(merge)),
        first_(std::move(first)),
        second_(std::move(second)) {
    refuse_to_leave();
    const Ids a = graph.ancestors({first_});
    const Ids b = graph.ancestors({second_});
    Ids common;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                          std::inserter(common, common.end()));
    const std::vector<std::string> heads = graph.heads_of(common);
    start_ = {heads.begin(), heads.end()};
  }

  BothOrders compare(bool with_rows) {
    BothOrders found;
    found.with_rows = with_rows;
    const Seen there = take(first_, second_, with_rows, found.server);
    std::optional<Seen> back;
    try {
      back = take(second_, first_, with_rows, found.server);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
      found.differences.push_back(
          fmt::format("{} cannot be applied after {}: {}", first_, second_, error.message()));
      return found;
    }
    // Which column comes first is open between branches.
    found.differences =
        diff::diff(history::with_free_order(graph_, there.schema, back->schema), back->schema)
            .detected;
    for (std::string& one : there.rows.differences(back->rows)) {
      found.differences.push_back(std::move(one));
    }
    if (!found.differences.empty()) {
      found.is_random =
          !there.rows.differences(take(first_, second_, with_rows, found.server).rows).empty();
    }
    return found;
  }

 private:
  Seen take(const std::string& one, const std::string& other, bool with_rows, std::string& server) {
    ScratchWay way(settings_, graph_, start_, with_rows);
    backend::Connection& connection = way.scratch.connection();
    server = connection.server();
    for (const std::string& target : {one, other, merge_}) way.runner.upgrade(target, way.how);
    const schema::Schema tables =
        schema::on_dialect(graph_.fold({merge_}), connection.dialect().kind());
    return {way.found(), proof::Snapshot(connection, tables, {})};
  }

  /// A scratch database may stand on a server that others use.
  void refuse_to_leave() const {
    const DialectKind kind = settings_.options.kind;
    if (!dialect::capabilities(kind).is_server) return;
    const std::string why =
        proof::reaches_out(dialect::dialect(kind), graph_, graph_.ancestors({merge_}));
    if (why.empty()) return;
    throw Error(ErrorCode::refused,
                fmt::format("plain SQL may reach out of its database and is not run in a scratch "
                            "database ({})",
                            why));
  }

  const ScratchSettings& settings_;
  const history::Graph& graph_;
  std::string merge_;
  std::string first_;
  std::string second_;
  Ids start_;
};

}  // namespace

BothOrders take_both_orders(const ScratchSettings& settings, const history::Graph& graph,
                            const std::string& merge, const std::string& first,
                            const std::string& second) {
  Orders orders(settings, graph, merge, first, second);
  try {
    return orders.compare(true);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::constraint) throw;
    return orders.compare(false);
  }
}

}  // namespace dbmig::teams
