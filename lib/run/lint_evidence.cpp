#include "run/lint_evidence.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "ops/evolve.hpp"
#include "run/obstacles.hpp"
#include "run/questions.hpp"

namespace dbmig::run {
namespace {

/// An operation of the way to the targets.
struct Place {
  std::string revision;
  std::size_t operation = 0;
  std::string code;  ///< what lint calls the first question about it; empty: none is asked
  bool becomes_not_null = false;
  bool no_rows = false;  ///< its table is made on the way, and nothing is put into it
};

std::string code_of(const ops::Operation& operation) {
  if (std::holds_alternative<ops::AddColumn>(operation)) return "DD201";
  if (std::holds_alternative<ops::CreateUniqueConstraint>(operation)) return "DD203";
  if (std::holds_alternative<ops::CreateIndex>(operation)) return "DD203";
  if (std::holds_alternative<ops::CreatePrimaryKey>(operation)) return "DD204";
  if (std::holds_alternative<ops::CreateCheckConstraint>(operation)) return "DD205";
  if (std::holds_alternative<ops::CreateForeignKey>(operation)) return "DD206";
  return std::holds_alternative<ops::AlterColumn>(operation) ? "DS103" : "";
}

bool makes_not_null(const ops::Operation& operation, const schema::Schema& before) {
  const auto* alter = std::get_if<ops::AlterColumn>(&operation);
  if (alter == nullptr || alter->nullable.value_or(true)) return false;
  const schema::Table* table = before.find_table(alter->table);
  const schema::Column* column = table == nullptr ? nullptr : table->find_column(alter->name);
  return column != nullptr && column->nullable;
}

/// The tables that the operations so far made, as long as nothing was put into them.
class EmptyTables {
 public:
  void follow(const ops::Operation& operation, DialectKind kind) {
    if (const auto* create = std::get_if<ops::CreateTable>(&operation)) {
      if (!blind_) names_.insert(create->table.name);
    } else if (const auto* rename = std::get_if<ops::RenameTable>(&operation)) {
      if (names_.erase(rename->name) != 0) names_.insert(rename->to);
    } else if (const auto* drop = std::get_if<ops::DropTable>(&operation)) {
      names_.erase(drop->name);
    } else if (const auto* insert = std::get_if<ops::BulkInsert>(&operation)) {
      names_.erase(insert->table);
    } else if (const auto* execute = std::get_if<ops::Execute>(&operation)) {
      blind_ = blind_ || !execute->sql.for_dialect(kind).empty();
      if (blind_) names_.clear();
    }
  }
  bool has(std::string_view table) const { return names_.count(table) != 0; }

 private:
  std::set<std::string, std::less<>> names_;
  bool blind_ = false;
};

/// The number of rows in the way, or nothing when the database cannot say.
std::optional<RowsInTheWay> try_to_ask(backend::Connection& connection, const Question& question) {
  try {
    return ask(connection, question).value_or(RowsInTheWay{});
  } catch (const Error& error) {
    const bool gone = error.code() == ErrorCode::connection ||
                      error.code() == ErrorCode::interrupted || error.code() == ErrorCode::busy;
    if (gone) throw;
    return std::nullopt;
  }
}

}  // namespace

std::map<std::string, lint::Evidence> count_rows(backend::Connection& connection,
                                                 const history::Graph& graph,
                                                 const std::set<std::string>& applied,
                                                 const std::set<std::string>& targets) {
  const DialectKind kind = connection.dialect().kind();
  const schema::Schema start = graph.fold(applied);
  std::vector<ops::Operation> operations;
  std::vector<Place> places;
  EmptyTables empty;
  schema::Schema schema = start;
  for (const std::string& id : graph.upgrade_path(applied, targets)) {
    const history::Revision& revision = graph.get(id);
    for (std::size_t i = 0; i < revision.upgrade.size(); ++i) {
      const ops::Operation& operation = revision.upgrade[i];
      places.push_back({id, i, code_of(operation), makes_not_null(operation, schema),
                        empty.has(ops::table_of(operation))});
      operations.push_back(operation);
      empty.follow(operation, kind);
      schema = ops::evolve(std::move(schema), operation);
    }
  }

  std::map<std::string, lint::Evidence> evidence;
  const auto add = [&](const Place& place, std::string code, std::string table, RowsInTheWay rows,
                       std::string hint) {
    evidence[place.revision].answers.push_back({place.operation, std::move(code), std::move(table),
                                                rows.rows, std::move(rows.message),
                                                std::move(hint)});
  };
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!places[i].no_rows || places[i].code.empty()) continue;
    add(places[i], places[i].code, std::string(ops::table_of(operations[i])), {}, {});
    if (places[i].becomes_not_null) add(places[i], "DD202", {}, {}, {});
  }
  std::set<std::size_t> not_null_asked;
  for (const Question& question : questions(connection.dialect(), start, operations, false)) {
    const Place& place = places.at(question.operation);
    // A column that becomes NOT NULL is asked for NULL first, then for what its type cannot hold.
    const bool is_not_null =
        place.becomes_not_null && not_null_asked.insert(question.operation).second;
    auto rows = try_to_ask(connection, question);
    if (!rows || place.code.empty()) continue;
    add(place, is_not_null ? "DD202" : place.code, question.table, std::move(*rows), question.hint);
  }
  return evidence;
}

}  // namespace dbmig::run
