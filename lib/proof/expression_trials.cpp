#include "proof/expression_trials.hpp"

#include <fmt/core.h>

namespace dbmig::proof {
namespace {

struct Computed {
  std::string table;
  std::string expression;
};

std::vector<Computed> computed_by(const ops::Operation& operation, DialectKind kind) {
  std::vector<Computed> list;
  if (const auto* add = std::get_if<ops::AddColumn>(&operation)) {
    if (add->column.generated) {
      list.push_back({add->table, add->column.generated->sql.for_dialect(kind)});
    }
  } else if (const auto* create = std::get_if<ops::CreateIndex>(&operation)) {
    for (const schema::IndexPart& part : create->index.parts) {
      if (!part.expression.empty()) list.push_back({create->table, part.expression});
    }
  }
  return list;
}

}  // namespace

std::vector<data_check::DataCheck> expression_trials(
    const dialect::Dialect& dialect, const std::vector<ops::Operation>& operations) {
  std::vector<data_check::DataCheck> trials;
  for (const ops::Operation& operation : operations) {
    for (const Computed& computed : computed_by(operation, dialect.kind())) {
      data_check::DataCheck trial;
      trial.table = computed.table;
      trial.count = fmt::format("SELECT COUNT({}) * 0 FROM {}", computed.expression,
                                dialect.quote_identifier(computed.table));
      trials.push_back(std::move(trial));
    }
  }
  return trials;
}

}  // namespace dbmig::proof
