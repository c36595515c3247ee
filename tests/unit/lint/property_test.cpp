// Properties over the differences of random schemas, taken as revisions.

#include "support/property.hpp"

#include <gtest/gtest.h>

#include <set>

#include "diff/diff.hpp"
#include "lint/lint.hpp"
#include "ops/apply.hpp"
#include "support/random_schema.hpp"
#include "support/random_source.hpp"

namespace dbmig::lint {
namespace {

test::RandomOptions everything() {
  test::RandomOptions options;
  options.generated_columns = true;
  options.views = true;
  options.triggers = true;
  options.reorder_columns = true;
  return options;
}

Options strictest() {
  Options options;
  for (const Group& group : groups()) options.levels[std::string(group.prefix)] = Level::error;
  return options;
}

history::Revision revision_between(const test::SchemaPair& pair) {
  history::Revision revision;
  revision.id = "b";
  revision.upgrade = diff::diff(pair.from, pair.to).operations;
  return revision;
}

Result lint_pair(const test::SchemaPair& pair, const history::Revision& revision) {
  schema::Schema schema = pair.from;
  Result result = lint(revision, schema, strictest());
  EXPECT_EQ(schema::sorted(schema), schema::sorted(pair.to));
  return result;
}

/// Costs that name every operation, and answers that find rows for every data-dependent code.
Evidence every_evidence(const history::Revision& revision) {
  Evidence evidence;
  for (std::size_t i = 0; i < revision.upgrade.size(); ++i) {
    evidence.costs.push_back({i, "COPY", "EXCLUSIVE", 7});
    for (const Code& code : codes()) {
      if (!code.id.starts_with("DD") && code.id != "DS103") continue;
      evidence.answers.push_back({i, std::string(code.id), "t", i % 2, "rows", "hint"});
    }
  }
  return evidence;
}

std::string suppressing_every_finding_leaves_none(const test::SchemaPair& pair) {
  history::Revision revision = revision_between(pair);
  for (const bool asked : {false, true}) {
    const Evidence evidence = asked ? every_evidence(revision) : Evidence{};
    revision.suppressions.clear();
    schema::Schema schema = pair.from;
    const Result before = lint(revision, schema, strictest(), evidence);
    std::set<std::pair<std::size_t, std::string>> seen;
    for (const Finding& finding : before.findings) {
      if (!seen.emplace(finding.operation, finding.code).second) continue;
      revision.suppressions.push_back({finding.operation, finding.code, "why", {}});
    }
    schema = pair.from;
    const Result after = lint(revision, schema, strictest(), evidence);
    if (!after.findings.empty()) return after.findings.front().code + " is left";
    if (after.suppressed.size() != before.findings.size()) return "a finding is lost";
  }
  return {};
}

TEST(LintProperties, AnyRevisionIsLintedAndSuppressedAsAWhole) {
  const auto make = [](std::uint64_t seed) {
    schema::Schema from = test::random_schema(seed, everything());
    schema::Schema to = test::mutate(from, seed + 1, everything());
    return test::SchemaPair{std::move(from), std::move(to)};
  };
  EXPECT_EQ(test::try_property(0, 300, make, suppressing_every_finding_leaves_none), "");
}

TEST(LintProperties, WhatOnlySqliteHasIsLintedToo) {
  test::RandomOptions options = everything();
  options.sqlite = true;
  const auto make = [&](std::uint64_t seed) {
    return test::SchemaPair{seed % 2 == 0 ? schema::Schema{} : test::random_schema(seed, options),
                            test::random_schema(seed + 1, options)};
  };
  EXPECT_EQ(test::try_property(5000, 150, make, suppressing_every_finding_leaves_none), "");
}

/// Nobody waits for, loses or misses what was not there before.
TEST(LintProperties, ARevisionThatOnlyCreatesHarmsNobody) {
  for (std::uint64_t seed = 0; seed < test::property_seeds(300); ++seed) {
    const test::SchemaPair pair{{}, test::random_schema(seed, everything())};
    for (const Finding& finding : lint_pair(pair, revision_between(pair)).findings) {
      const std::string group = finding.code.substr(0, 2);
      EXPECT_TRUE(group != "DS" && group != "DD" && group != "BC" && group != "IR")
          << "seed " << seed << ": " << finding.code << " " << finding.message;
    }
  }
}

/// What diff asks consent for is an error of lint, and the other way round.
TEST(LintProperties, DestructiveIsWhatNeedsConsent) {
  for (std::uint64_t seed = 0; seed < test::property_seeds(300); ++seed) {
    schema::Schema from = test::random_schema(seed, everything());
    const test::SchemaPair pair{from, test::mutate(from, seed + 7, everything())};
    const history::Revision revision = revision_between(pair);
    bool needs_consent = false;
    try {
      diff::require_consent(diff::diff(pair.from, pair.to), pair.from);
    } catch (const Error&) {
      needs_consent = true;
    }
    bool found = false;
    for (const Finding& finding : lint_pair(pair, revision).findings) {
      found = found || (finding.code.starts_with("DS10") && finding.code < "DS105");
    }
    EXPECT_EQ(found, needs_consent) << "seed " << seed << "\n"
                                    << test::describe(pair.from) << test::describe(pair.to);
  }
}

}  // namespace
}  // namespace dbmig::lint
