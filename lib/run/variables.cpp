#include "run/variables.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "run/statement_tables.hpp"

namespace dbmig::run {
namespace {

/// The position of `word` in the file of `revision`, searched from the operation at `where` on.
SourcePosition place_of_word(const history::Revision& revision, SourcePosition where,
                             const std::string& word) {
  const std::string& text = revision.text;
  std::size_t begin = 0;
  for (int line = 1; line < where.line && begin != std::string::npos; ++line) {
    begin = text.find('\n', begin);
    if (begin != std::string::npos) ++begin;
  }
  const std::size_t at = begin == std::string::npos ? begin : text.find(word, begin);
  if (at == std::string::npos) return where;
  const auto newlines = std::count(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                   text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const std::size_t line_begin =
      text.rfind('\n', at) == std::string::npos ? 0 : text.rfind('\n', at) + 1;
  where.line = std::max(where.line, 1) + static_cast<int>(newlines);
  where.column = static_cast<int>(std::count_if(
                     text.begin() + static_cast<std::ptrdiff_t>(line_begin),
                     text.begin() + static_cast<std::ptrdiff_t>(at),
                     [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; })) +
                 1;
  return where;
}

/// Checks the variables in the plain SQL of revisions.
class VariableCheck {
 public:
  VariableCheck(DialectKind kind, const dialect::Variables& variables)
      : dialect_(dialect::dialect(kind)), variables_(variables) {}

  void add(const history::Revision& revision, const std::vector<ops::Operation>& operations,
           const std::vector<SourcePosition>& positions, bool undo) {
    for (std::size_t i = 0; i < operations.size(); ++i) {
      const SourcePosition where =
          i < positions.size() ? positions[i] : SourcePosition{revision.path.string(), 0, 0};
      if (const auto* view = std::get_if<ops::CreateView>(&operations[i])) {
        look_at(revision, where, view->view.sql.for_dialect(dialect_.kind()));
      } else if (const auto* trigger = std::get_if<ops::CreateTrigger>(&operations[i])) {
        look_at(revision, where, trigger->trigger.sql.for_dialect(dialect_.kind()));
      }
      const auto* execute = std::get_if<ops::Execute>(&operations[i]);
      if (execute == nullptr || (undo && !execute->undo)) continue;
      const schema::SqlText& sql = undo ? *execute->undo : execute->sql;
      look_at(revision, where, sql.for_dialect(dialect_.kind()));
    }
  }

  void add_requirements(const history::Revision& revision) {
    for (const history::Requirement& one : revision.requirements) {
      look_at(revision, one.where, one.sql.for_dialect(dialect_.kind()));
    }
  }

  void throw_if_any() const { mistakes_.throw_if_any(); }

 private:
  void look_at(const history::Revision& revision, const SourcePosition& where,
               const std::string& sql) {
    try {
      for (const dialect::Placeholder& one : dialect::checked_placeholders(dialect_.kind(), sql)) {
        if (variables_.count(one.name) != 0) continue;
        const std::string word = sql.substr(one.begin, one.end - one.begin);
        try {
          dialect::with_values(dialect_, word, variables_);
        } catch (const Error& error) {
          mistakes_.add(place_of_word(revision, where, word), error.message(),
                        error.diagnostics().front().hint);
        }
      }
    } catch (const Error& error) {
      mistakes_.add(place_of_word(revision, where, "${"), error.message(),
                    error.diagnostics().front().hint);
    }
  }

  const dialect::Dialect& dialect_;
  const dialect::Variables& variables_;
  Diagnostics mistakes_;
};

/// Calls `use` with the statement as it will be sent; errors show the placeholders.
template <class Use>
auto with_hidden_values(const dialect::Dialect& dialect, const std::string& sql,
                        const dialect::Variables& variables, Use use) {
  if (sql.find("${") == std::string::npos) return use(sql);
  const std::string text = dialect::with_values(dialect, sql, variables);
  try {
    return use(text);
  } catch (const Error& error) {
    std::vector<Diagnostic> told = error.diagnostics();
    for (Diagnostic& one : told) {
      one.message = dialect::without_values(dialect, one.message, sql, variables);
      one.hint = dialect::without_values(dialect, one.hint, sql, variables);
    }
    throw Error(error.code(), std::move(told)).native(error.native_code()).sql(sql);
  }
}

}  // namespace

void send_with_values(backend::Connection& connection, const std::string& sql,
                      const dialect::Variables& variables) {
  with_hidden_values(connection.dialect(), sql, variables,
                     [&](const std::string& text) { connection.execute(text); });
}

backend::Rows query_with_values(backend::Connection& connection, const std::string& sql,
                                const dialect::Variables& variables) {
  return with_hidden_values(connection.dialect(), sql, variables,
                            [&](const std::string& text) { return connection.query(text); });
}

std::string fingerprint_with_values(backend::Connection& connection, const std::string& sql,
                                    const dialect::Variables& variables) {
  return with_hidden_values(connection.dialect(), sql, variables,
                            [&](const std::string& text) { return connection.fingerprint(text); });
}

std::string table_fingerprint_with_values(backend::Connection& connection, const std::string& sql,
                                          const dialect::Variables& variables) {
  return with_hidden_values(connection.dialect(), sql, variables, [&](const std::string& text) {
    return std::string(kOfTables) + connection.fingerprint(statement_tables(text));
  });
}

void refuse_unset_variables(const RunPlan& run_plan, const history::Graph& graph, DialectKind kind,
                            const dialect::Variables& variables) {
  VariableCheck check(kind, variables);
  for (const std::string& id : run_plan.ids()) {
    const history::Revision& revision = graph.get(id);
    if (run_plan.direction() == Direction::upgrade) {
      check.add_requirements(revision);
      check.add(revision, revision.upgrade, revision.upgrade_positions, false);
    } else if (revision.downgrade) {
      check.add(revision, *revision.downgrade, revision.downgrade_positions, false);
    } else {
      check.add(revision, revision.upgrade, revision.upgrade_positions, true);
    }
  }
  check.throw_if_any();
}

}  // namespace dbmig::run
