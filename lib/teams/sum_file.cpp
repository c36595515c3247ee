#include "teams/sum_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"

namespace dbmig::teams {
namespace {

constexpr std::string_view kHead =
    "# Checksums of the revisions, written by dbmig: `dbmig check --offline` compares them.\n";
constexpr std::string_view kAttributes = "dbmig.sum merge=union\n";

bool is_conflict_mark(std::string_view line) {
  return line.starts_with("<<<<<<<") || line.starts_with("=======") ||
         line.starts_with(">>>>>>>") || line.starts_with("|||||||");
}

}  // namespace

SumFile SumFile::parse(std::string_view content, const std::string& name) {
  SumFile sum;
  sum.name_ = name;
  int number = 0;
  for (std::string line : text::split(content, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    if (is_conflict_mark(line)) sum.has_conflict_marks_ = true;
    if (line.empty() || line.starts_with('#') || is_conflict_mark(line)) continue;
    const std::vector<std::string> parts = text::split(line, ' ');
    const bool is_line =
        parts.size() == 2 && !parts[0].empty() && parts[1].find(':') != std::string::npos;
    if (!is_line) {
      throw Error(ErrorCode::invalid, fmt::format("'{}' is not `REVISION CHECKSUM`", line))
          .at({name, number, 1})
          .hint("remove the line, then run `dbmig sum`");
    }
    sum.lines_[parts[0]].insert(parts[1]);
    sum.places_.emplace(parts[0], number);
  }
  return sum;
}

std::optional<SumFile> SumFile::read(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  return parse(read_file(path), path.parent_path().filename().string() + "/" + kName);
}

SumFile SumFile::of(const history::Graph& graph) {
  SumFile sum;
  for (const std::string& id : graph.topological()) {
    sum.set(id, std::string(graph.checksum(id)));
  }
  return sum;
}

void SumFile::set(const std::string& id, const std::string& checksum) {
  lines_[id] = {checksum};
}

std::string SumFile::text() const {
  std::string text(kHead);
  for (const auto& [id, checksums] : lines_) {
    for (const std::string& checksum : checksums) text += fmt::format("{} {}\n", id, checksum);
  }
  return text;
}

std::vector<SumDifference> SumFile::compare(const history::Graph& graph) const {
  using Kind = SumDifference::Kind;
  std::vector<SumDifference> found;
  const auto line_of = [&](const std::string& id) -> SourcePosition {
    const auto place = places_.find(id);
    return {name_, place == places_.end() ? 0 : place->second, 1};
  };
  for (const auto& [id, checksums] : lines_) {
    const bool has_file = graph.contains(id);
    if (!has_file) {
      if (graph.replaced_by(id)) continue;
      found.push_back({Kind::removed,
                       id,
                       {line_of(id), fmt::format("revision {} no longer has a file", id),
                        "restore it (git log -- migrations); if no database has it, accept that "
                        "with `dbmig sum "
                        "--accept`"}});
    } else if (checksums.size() > 1) {
      found.push_back(
          {Kind::ambiguous,
           id,
           {line_of(id),
            fmt::format("revision {} has {} checksums: two branches changed it", id,
                        checksums.size()),
            "make sure that its file is the right one, then run `dbmig sum --accept`"}});
    } else if (*checksums.begin() != graph.checksum(id)) {
      found.push_back({Kind::edited,
                       id,
                       {{graph.header(id).path.string(), 1, 0},
                        fmt::format("revision {} was edited since it was written", id),
                        "restore it and write a new revision for the change; if no database has it "
                        "yet, accept it with `dbmig sum --accept`"}});
    }
  }
  for (const std::string& id : graph.topological()) {
    if (has(id)) continue;
    found.push_back(
        {Kind::added,
         id,
         {{graph.header(id).path.string(), 1, 0},
          fmt::format("revision {} is not in {}", id, name_.empty() ? std::string(kName) : name_),
          "if it belongs here, add it with `dbmig sum`"}});
  }
  return found;
}

void write_sum(const std::filesystem::path& folder, const SumFile& sum) {
  std::error_code ignored;
  const std::filesystem::path path = folder / SumFile::kName;
  const std::filesystem::path attributes = folder / ".gitattributes";
  const bool is_first = !std::filesystem::exists(path, ignored);
  write_file(path, sum.text(), true);
  if (is_first && !std::filesystem::exists(attributes, ignored)) {
    write_file(attributes, kAttributes, false);
  }
}

void update_sum(const std::filesystem::path& folder, const std::vector<SumChange>& changes) {
  std::optional<SumFile> sum = SumFile::read(folder / SumFile::kName);
  if (!sum) return;
  const std::string before = sum->text();
  for (const SumChange& change : changes) {
    if (change.checksum) {
      sum->set(change.id, *change.checksum);
    } else {
      sum->remove(change.id);
    }
  }
  if (sum->text() != before) write_sum(folder, *sum);
}

}  // namespace dbmig::teams
