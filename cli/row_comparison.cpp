#include "cli/row_comparison.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "cli/exit_codes.hpp"

namespace dbmig::cli {
namespace {

std::string as_float_text(const transfer::TableComparison::AsFloat& column) {
  const bool is_source = column.source_values != 0;
  const std::uint64_t values = is_source ? column.source_values : column.target_values;
  return fmt::format(
      "'{}' is compared with the precision of MariaDB's FLOAT, about 7 digits: {} of the {} {} "
      "more",
      column.column, text::count(values, "value"), is_source ? "source" : "target",
      values == 1 ? "has" : "have");
}

}  // namespace

void add_row_selection(Command& command, transfer::CopyOptions& options) {
  command.add_option("--tables", options.tables, "Only these tables")
      ->option_text("A,B")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--exclude", options.exclude, "All tables but these")
      ->option_text("A,B")
      ->delimiter(',')
      ->allow_extra_args(false);
}

void report_problems(Context& context, const project::CopyResult& result) {
  Console& console = context.console();
  Json list = Json::array();
  std::set<std::string> remedies;
  for (const transfer::CopyProblem& problem : result.problems) {
    const import::Problem& what = problem.what;
    std::string rows;
    for (const std::uint64_t row : what.lines)
      rows += (rows.empty() ? "" : ", ") + std::to_string(row);
    if (!rows.empty()) {
      rows = fmt::format(" ({} {}{})", what.lines.size() == 1 ? "row" : "rows", rows,
                         what.records > what.lines.size() ? ", …" : "");
    }
    if (!problem.sentence.empty()) {
      console.data(problem.sentence + "\n");
    } else {
      console.data(fmt::format("'{}.{}': {}{}{}: {}{}\n", what.file, what.column,
                               text::join(what.examples, ", "), what.examples.empty() ? "" : " ",
                               what.reason, text::count(what.records, "value"), rows));
    }
    const std::string remedy = problem.remedy();
    if (!remedy.empty()) {
      remedies.insert(fmt::format("To hold them, '{}' needs {}\n", what.file, remedy));
    }
    list.push_back({{"table", what.file},
                    {"column", what.column},
                    {"reason", what.reason},
                    {"values", what.records},
                    {"rows", what.lines},
                    {"examples", what.examples},
                    {"hint", remedy.empty() ? Json(nullptr) : Json(remedy)}});
  }
  for (const std::string& line : remedies) console.data(line);
  console.say(
      fmt::format("Nothing was copied: the target cannot hold these rows{}",
                  result.widen_helps ? "; --widen changes the columns so that it can" : ""));
  console.document({{"copied", false}, {"problems", std::move(list)}});
}

void report_comparison(Context& context, const std::vector<transfer::TableComparison>& tables) {
  Console& console = context.console();
  Json list = Json::array();
  std::size_t width = 0;
  for (const transfer::TableComparison& table : tables) width = std::max(width, table.table.size());
  bool same = true;
  for (const transfer::TableComparison& table : tables) {
    same = same && table.is_same();
    if (table.is_same()) {
      console.data(fmt::format("{:{}}  {:>12}  {}  same\n", table.table, width,
                               text::count(table.source_rows, "row"), table.source_checksum));
    } else {
      console.data(fmt::format("{:{}}  {:>12} and {}  {} and {}  DIFFERENT\n", table.table, width,
                               text::count(table.source_rows, "row"), table.target_rows,
                               table.source_checksum, table.target_checksum));
      for (const std::string& example : table.examples) {
        console.data(fmt::format("  {}\n", example));
      }
    }
    Json as_float = Json::array();
    for (const transfer::TableComparison::AsFloat& column : table.as_float) {
      console.data("  " + as_float_text(column) + "\n");
      as_float.push_back({{"column", column.column},
                          {"source_values", column.source_values},
                          {"target_values", column.target_values}});
    }
    list.push_back({{"table", table.table},
                    {"source_rows", table.source_rows},
                    {"target_rows", table.target_rows},
                    {"source_checksum", table.source_checksum},
                    {"target_checksum", table.target_checksum},
                    {"same", table.is_same()},
                    {"as_float", std::move(as_float)},
                    {"examples", table.examples}});
  }
  console.document({{"same", same}, {"tables", std::move(list)}});
  if (!same) context.exit_code = kDifferences;
}

}  // namespace dbmig::cli
