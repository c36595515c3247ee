#include "lint/lint.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "lint/rules.hpp"
#include "ops/apply.hpp"

namespace dbmig::lint {
namespace {

/// An issue with its code and the operation that it is about.
struct Raised {
  std::string_view code;
  std::size_t operation = 0;
  Issue issue;
  const Answer* answer = nullptr;  ///< the rows that are in the way
};

/// The operations with those that an execute declares, each with its place in the revision.
struct Part {
  std::size_t operation = 0;
  const ops::Operation* what = nullptr;
  bool declared = false;
};

void add_parts(std::vector<Part>& parts, std::size_t at, const ops::Operation& operation,
               bool declared) {
  parts.push_back({at, &operation, declared});
  const auto* execute = std::get_if<ops::Execute>(&operation);
  if (execute == nullptr) return;
  for (const ops::Operation& one : execute->state) add_parts(parts, at, one, true);
}

/// The name at the end of the revision of what is `name` before the part at `from`.
std::string final_name(const std::vector<Part>& parts, std::size_t from, std::string name) {
  for (std::size_t i = from; i < parts.size(); ++i) {
    const auto* rename = std::get_if<ops::RenameTable>(parts[i].what);
    if (rename != nullptr && rename->name == name) name = rename->to;
  }
  return name;
}

/// Whether the operation works on a table that none of the databases has that count.
bool is_elsewhere(const ops::Operation& operation, const schema::Schema& before, bool on_sqlite,
                  bool on_mariadb) {
  const auto* create = std::get_if<ops::CreateTable>(&operation);
  const schema::Table* table =
      create != nullptr ? &create->table : before.find_table(ops::table_of(operation));
  if (table == nullptr || !table->only) return false;
  return *table->only == DialectKind::sqlite ? !on_sqlite : !on_mariadb;
}

class Linter {
 public:
  Linter(const history::Revision& revision, const Options& options, const Evidence& evidence)
      : revision_(revision), options_(options), evidence_(evidence) {
    for (std::size_t i = 0; i < revision.upgrade.size(); ++i) {
      add_parts(parts_, i, revision.upgrade[i], false);
    }
    const auto& kinds = options.dialects;
    const auto has = [&](DialectKind kind) {
      return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    };
    on_sqlite_ = has(DialectKind::sqlite);
    on_mariadb_ = has(DialectKind::mariadb);
  }

  /// Both are the schema before the revision, and become that after it: two are moved along where
  /// one would be copied for every revision of a long history.
  Result run(schema::Schema& before, schema::Schema& after) {
    after = history::apply(std::move(after), revision_);
    static const std::vector<Rule> rules = all_rules();
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const Part& part = parts_[i];
      const auto* execute = std::get_if<ops::Execute>(part.what);
      const Scripts scripts = execute != nullptr ? scripts_of(execute->sql) : Scripts{};
      look(rules, i, scripts, before, after);
      past_.follow(*part.what, scripts, before, part.declared);
      // What an execute does to the schema is what it declares, and that comes next.
      if (execute != nullptr) continue;
      before = ops::apply(std::move(before), *part.what);
    }
    answer();
    return sort_out();
  }

 private:
  void look(const std::vector<Rule>& rules, std::size_t at, const Scripts& scripts,
            const schema::Schema& before, const schema::Schema& after) {
    const Part& part = parts_[at];
    if (is_elsewhere(*part.what, before, on_sqlite_, on_mariadb_)) return;
    const std::string table(ops::table_of(*part.what));
    const Step step{*part.what,
                    scripts,
                    part.declared,
                    before,
                    after,
                    past_,
                    table.empty() ? nullptr : after.find_table(final_name(parts_, at, table)),
                    on_sqlite_,
                    on_mariadb_,
                    revision_.downgrade.has_value()};
    for (const Rule& rule : rules) {
      for (Issue& issue : rule.find(step)) raise(rule.code, part.operation, std::move(issue));
    }
    if (part.declared || past_.made(table)) return;
    for (const StatementCost& cost : evidence_.costs) {
      if (cost.operation == part.operation) raise_cost(cost);
    }
  }

  /// Once, though both databases may have it.
  void raise(std::string_view code, std::size_t operation, Issue issue) {
    const bool again = std::any_of(raised_.begin(), raised_.end(), [&](const Raised& other) {
      return other.code == code && other.operation == operation && other.issue == issue;
    });
    if (!again) raised_.push_back({code, operation, std::move(issue)});
  }

  void raise_cost(const StatementCost& cost) {
    if (cost.rows == 0) return;
    const std::string rows =
        cost.rows ? fmt::format(", {}", text::count(*cost.rows, "row")) : std::string();
    const std::string what = ops::describe(revision_.upgrade[cost.operation]);
    if (text::equals_ignoring_case(cost.algorithm, "copy")) {
      raise("BL401", cost.operation,
            {fmt::format("{}: the server copies the table{}", what, rows),
             "run it when the table is little used"});
    }
    if (!cost.lock.empty() && !text::equals_ignoring_case(cost.lock, "none") &&
        !text::equals_ignoring_case(cost.lock, "default")) {
      raise("BL402", cost.operation,
            {fmt::format("{}: the table is locked ({}) while it runs{}", what,
                         text::upper(cost.lock), rows),
             text::equals_ignoring_case(cost.lock, "shared") ? "writes wait meanwhile"
                                                             : "reads and writes wait meanwhile"});
    }
  }

  /// What was counted takes the place of what was feared.
  void answer() {
    for (const Raised& raised : raised_) used_.emplace(raised.operation, raised.code);
    for (const Answer& answer : evidence_.answers) {
      std::erase_if(raised_, [&](const Raised& raised) {
        return raised.answer == nullptr && raised.operation == answer.operation &&
               raised.code == answer.code;
      });
      const Code* code = find_code(answer.code);
      if (answer.rows == 0 || code == nullptr) continue;
      used_.emplace(answer.operation, code->id);
      raised_.push_back({code->id, answer.operation, {answer.message, answer.hint}, &answer});
    }
  }

  const history::Suppression* suppression(std::string_view code, std::size_t operation) const {
    const auto found = std::find_if(
        revision_.suppressions.begin(), revision_.suppressions.end(),
        [&](const auto& one) { return one.operation == operation && one.code == code; });
    return found == revision_.suppressions.end() ? nullptr : &*found;
  }

  Finding finding(std::string_view code, Level level, std::size_t operation, Issue issue) const {
    Finding made;
    made.code = code;
    made.level = level;
    made.revision = revision_.id;
    made.operation = operation;
    made.where = operation < revision_.upgrade_positions.size()
                     ? revision_.upgrade_positions[operation]
                     : SourcePosition{revision_.path.string(), 0, 0};
    made.message = std::move(issue.message);
    made.hint = std::move(issue.hint);
    return made;
  }

  std::string_view loss_of(const Finding& finding) const {
    const ops::Operation& operation = revision_.upgrade.at(finding.operation);
    if (std::holds_alternative<ops::AlterTable>(operation)) return "old version";
    return finding.code == "DS101" ? "row" : "value";
  }

  void add_loss(Finding& finding) const {
    for (const Loss& loss : evidence_.losses) {
      if (loss.operation != finding.operation) continue;
      finding.rows = loss.rows;
      finding.table = loss.table;
      const std::string what = text::count(loss.rows, loss_of(finding));
      finding.message += fmt::format(": {} in the database", what);
    }
  }

  Result sort_out() {
    Result result;
    for (Raised& raised : raised_) {
      Level level = level_of(options_.levels, *find_code(raised.code));
      if (level == Level::off) continue;
      if (raised.answer != nullptr) level = Level::error;
      Finding made = finding(raised.code, level, raised.operation, std::move(raised.issue));
      if (raised.answer != nullptr) {
        made.rows = raised.answer->rows;
        made.table = raised.answer->table;
      }
      if (raised.code == "DS101" || raised.code == "DS102") add_loss(made);
      if (const auto* accepted = suppression(raised.code, raised.operation)) {
        result.suppressed.push_back({std::move(made), accepted->reason});
      } else {
        result.findings.push_back(std::move(made));
      }
    }
    add_unused(result);
    // By operation, and there in the order of the codes.
    const auto rank = [](const Finding& one) {
      return std::pair(one.operation, find_code(one.code) - codes().data());
    };
    std::stable_sort(result.findings.begin(), result.findings.end(),
                     [&](const Finding& a, const Finding& b) { return rank(a) < rank(b); });
    return result;
  }

  void add_unused(Result& result) const {
    const Level level = level_of(options_.levels, *find_code(kUnusedSuppression));
    if (level == Level::off) return;
    for (const history::Suppression& one : revision_.suppressions) {
      // What only a server can tell may well be there.
      const bool unknown = one.code.starts_with("BL") && evidence_.costs.empty();
      if (unknown || used_.count({one.operation, one.code}) != 0) continue;
      Finding made = finding(kUnusedSuppression, level, one.operation,
                             {fmt::format("the suppression of {} suppresses nothing", one.code),
                              "take it out, so that it hides nothing later"});
      if (one.where.line != 0) made.where = one.where;
      result.findings.push_back(std::move(made));
    }
  }

  const history::Revision& revision_;
  const Options& options_;
  const Evidence& evidence_;
  std::vector<Part> parts_;
  RevisionSoFar past_;
  bool on_sqlite_ = true;
  bool on_mariadb_ = true;
  std::vector<Raised> raised_;
  std::set<std::pair<std::size_t, std::string>> used_;
};

void append(Result& all, Result one) {
  std::move(one.findings.begin(), one.findings.end(), std::back_inserter(all.findings));
  std::move(one.suppressed.begin(), one.suppressed.end(), std::back_inserter(all.suppressed));
}

}  // namespace

Result lint(const history::Revision& revision, schema::Schema& before, const Options& options,
            const Evidence& evidence) {
  schema::Schema after = before;
  return Linter(revision, options, evidence).run(before, after);
}

Result lint(const history::Graph& graph, const std::vector<std::string>& ids,
            const Options& options, const std::map<std::string, Evidence>& evidence) {
  Result all;
  const std::set<std::string> wanted(ids.begin(), ids.end());
  const Evidence none;
  schema::Schema before;
  schema::Schema after;
  std::string last;  // whose end they are: along a line each revision begins where one ended
  for (const std::string& id : graph.topological()) {
    if (wanted.count(id) == 0) continue;
    const history::Revision& revision = graph.get(id);
    if (const auto needs = graph.needs(id); last.empty() || needs != std::set<std::string>{last}) {
      before = graph.fold(needs);
      after = before;
    }
    const auto found = evidence.find(id);
    const Evidence& known = found == evidence.end() ? none : found->second;
    append(all, Linter(revision, options, known).run(before, after));
    last = id;
  }
  return all;
}

}  // namespace dbmig::lint
