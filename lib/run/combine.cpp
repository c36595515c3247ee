#include "run/combine.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"

namespace dbmig::run {
namespace {

/// Tracks which operations only concern tables that the run itself creates.
class NewTables {
 public:
  explicit NewTables(const schema::Schema& before) : is_all_new_(before == schema::Schema{}) {
    for (const auto& [name, table] : before.tables) old_.insert(text::lower(name));
  }

  bool allow(const history::Revision& revision) const {
    return revision.requirements.empty() && !history::changes_rows(revision.upgrade) &&
           std::all_of(revision.upgrade.begin(), revision.upgrade.end(),
                       [&](const ops::Operation& operation) { return allow(operation); });
  }

 private:
  bool allow(const ops::Operation& operation) const {
    if (is_all_new_) return true;
    const std::string table = text::lower(ops::table_of(operation));
    const bool is_trigger = std::holds_alternative<ops::CreateTrigger>(operation) ||
                            std::holds_alternative<ops::DropTrigger>(operation);
    return !table.empty() && !is_trigger && old_.count(table) == 0;
  }

  bool is_all_new_;
  std::set<std::string> old_;
};

/// Before the ids of the parts: a comment in YAML.
constexpr std::string_view kPartsLine = "# stands for: ";

}  // namespace

std::string combined_id(const std::vector<const history::Revision*>& parts) {
  std::string all;
  for (const history::Revision* part : parts) {
    all += part->id + ' ' + part->checksum.get() + '\n';
  }
  constexpr std::size_t kDigits = 12;
  return "combined_" + sha256_hex(all).substr(0, kDigits);
}

std::string with_parts(const std::string& revision_text,
                       const std::vector<const history::Revision*>& parts) {
  std::vector<std::string> ids;
  for (const history::Revision* part : parts) ids.push_back(part->id);
  return fmt::format("{}{}\n{}", kPartsLine, text::join(ids, " "), revision_text);
}

std::vector<std::string> parts_in(std::string_view text) {
  if (!text.starts_with(kPartsLine)) return {};
  const std::string_view line = text.substr(0, text.find('\n'));
  return text::split(line.substr(kPartsLine.size()), ' ');
}

Combined combine(const history::Graph& graph, std::span<const std::string> ids,
                 const schema::Schema& before, std::size_t least) {
  Combined combined;
  const NewTables new_tables(before);
  for (const std::string& id : ids) {
    if (graph.header(id).changes_rows) break;
    const history::Revision& part = graph.get(id);
    if (!new_tables.allow(part)) break;
    combined.parts.push_back(&part);
  }
  if (combined.parts.size() < least) return combined;
  std::vector<ops::Operation> operations;
  try {
    combined.after = before;
    for (const history::Revision* part : combined.parts) {
      combined.after = history::apply(std::move(combined.after), *part);
    }
    operations = diff::diff(before, combined.after).operations;
    const schema::Schema reached = ops::apply(before, operations);
    if (!(schema::sorted(reached) == schema::sorted(combined.after))) return combined;
  } catch (const Error&) {
    return combined;  // the failing one is named when they run one by one
  }
  const history::Revision& last = *combined.parts.back();
  history::Revision& revision = combined.revision;
  revision.id = combined_id(combined.parts);
  revision.checksum = revision.id;
  revision.message = fmt::format("{} at once", text::count(combined.parts.size(), "revision"));
  revision.created = last.created;
  revision.upgrade = std::move(operations);
  return combined;
}

}  // namespace dbmig::run
