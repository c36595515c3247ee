#pragma once

#include <string_view>

namespace dbmig::yaml {

enum class ScalarKind { null, boolean, number, string };

/// What a plain scalar is in YAML 1.2's core schema: only `true` and `false` (in three spellings)
/// are booleans, and `yes`, `on` or `12:30` are strings.
/// Source: https://yaml.org/spec/1.2.2/#103-core-schema
ScalarKind scalar_kind(std::string_view plain);

/// True for text that some YAML reader (1.1 or 1.2) would take for something else than a string
/// when it stands unquoted: what we write is for other tools too.
bool is_ambiguous(std::string_view text);

}  // namespace dbmig::yaml
