#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/constraint.hpp"
#include "schema/table.hpp"

namespace dbmig::yaml {

/// The sections of a model that hold routines.
inline constexpr std::array<std::pair<std::string_view, schema::RoutineKind>, 4> kRoutineSections{
    {{"sequences", schema::RoutineKind::sequence},
     {"functions", schema::RoutineKind::function},
     {"procedures", schema::RoutineKind::procedure},
     {"events", schema::RoutineKind::event}}};

// Parts of the format that are a small text of their own, and back.

/// A part of an index as SQL writes it: `nombre`, `nombre desc`, `body(20)`, `nombre collate
/// nocase`. Anything else is a column's name as it stands. Never fails.
schema::IndexPart parse_index_part(std::string_view text);
/// The text that parse_index_part reads as `part`; nothing when there is none (expressions, odd
/// names), which takes the mapping form.
std::optional<std::string> index_part_text(const schema::IndexPart& part);
/// True for `lower(name)`, which a person may mean as an expression.
bool looks_like_expression(std::string_view text);

/// What a foreign key refers to: `pais(id)`, `pais(a, b)`, or `pais` for its primary key.
struct Reference {
  std::string table;
  std::vector<std::string> columns;  ///< empty: the primary key
  friend bool operator==(const Reference&, const Reference&) = default;
};

/// Nothing when the text is not of that form.
std::optional<Reference> parse_reference(std::string_view text);
/// The text that parse_reference reads as `reference`; nothing for names that would not survive.
std::optional<std::string> reference_text(const Reference& reference);

/// True for `CURRENT_TIMESTAMP`, `now()` and the like, written as a text where SQL is meant.
bool looks_like_sql_default(std::string_view text);

}  // namespace dbmig::yaml
