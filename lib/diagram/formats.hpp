#pragma once

#include <string>
#include <vector>

#include "base/dialect_kind.hpp"
#include "schema/table.hpp"

namespace dbmig::diagram {

// A schema in the languages of other tools. Names and texts are written so that each tool reads
// them as they are, whatever they hold; what it cannot read at all is replaced, never cut off.

/// Graphviz: `dot -Tsvg`.
std::string to_dot(const schema::Schema& schema, const std::string& title);

/// Mermaid's erDiagram. One text, or several where one would be longer than `most_characters`
/// (Mermaid itself reads no more than 50,000, its maxTextSize): each then holds tables that belong
/// together, and the tables that their keys lead to by name.
std::vector<std::string> to_mermaid(const schema::Schema& schema, const std::string& title,
                                    std::size_t most_characters = 48'000);

/// PlantUML, in its notation for entities.
std::string to_plantuml(const schema::Schema& schema, const std::string& title);

/// DBML, as dbdiagram.io and @dbml/cli read it. It has no checks, triggers and views.
std::string to_dbml(const schema::Schema& schema, const std::string& title);

/// A document for people, with the diagram in Mermaid blocks, which GitHub and GitLab draw.
std::string to_markdown(const schema::Schema& schema, const std::string& title,
                        const std::vector<DialectKind>& dialects);

}  // namespace dbmig::diagram
