#include "schema/findings.hpp"

#include "base/error.hpp"
#include "schema/validate.hpp"

namespace dbmig::schema {

std::vector<Finding> find_mistakes(const Schema& schema, std::optional<DialectKind> target) {
  std::vector<Finding> findings;
  Diagnostics diagnostics;
  const Locate note = [&](const std::vector<std::string>& path) {
    findings.push_back({path, {}});
    return SourcePosition{"schema", 1, 1};  // the whole path is known, no part of it is asked for
  };
  validate(schema, note, diagnostics, target);
  const std::vector<Diagnostic>& messages = diagnostics.list();
  for (std::size_t i = 0; i < findings.size() && i < messages.size(); ++i) {
    findings[i].message = messages[i].message;
  }
  return findings;
}

}  // namespace dbmig::schema
