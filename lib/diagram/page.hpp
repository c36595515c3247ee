#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect_kind.hpp"
#include "diagram/picture.hpp"
#include "history/graph.hpp"
#include "lint/lint.hpp"
#include "schema/table.hpp"

namespace dbmig::diagram {

/// What the page shows. Everything is a value; nothing here is asked of a database.
struct PageData {
  std::string title;    ///< of the project or the database
  std::string subject;  ///< what is drawn: "model", "revision 2fa6cb75c75d"; never with a password
  schema::Schema schema;
  std::vector<DialectKind> dialects;  ///< whose types are shown beside the model's; none: both
  /// The revisions, for the slider and for what touched a table.
  std::optional<history::Graph> history;
  /// How the revisions are linted; nothing: no findings.
  std::optional<lint::Options> lint;
  /// Laid over `schema`: what differs is coloured.
  struct Against {
    std::string label;  ///< "database (mariadb://…)"
    schema::Schema schema;
    /// What `schema` of the page came from: drawn as changed from there. Else it leads there.
    bool is_origin = false;
  };
  std::optional<Against> against;
  SavedLayout layout;
  std::optional<Detail> detail;  ///< nothing: as fits the number of tables
  /// The tables to show of the history too; nothing: all.
  std::optional<std::set<std::string>> only;
};

/// What the scripts of page/ draw, as JSON. The same values give the same bytes. Safe inside of a
/// <script>: there is no `<` in it.
std::string page_json(const PageData& data);

struct PageOptions {
  /// A live page reads its JSON from the server that it came from: `data-live` of <body> is this
  /// path, and style and script are links. Empty: one file with everything in it.
  std::string live = {};
  std::string style_path = {};
  /// Scripts of a live page, in the order in which they are run. Those of others that extend the
  /// page register themselves with `dbmigPage.extend`.
  std::vector<std::string> script_paths = {};
};

/// The whole page as HTML.
std::string page(const PageData& data, const PageOptions& options = {});

/// Script and style, for a server that has them under addresses of their own.
std::string_view page_script();
std::string_view page_style();

/// Stands in the first lines of every file that `dbmig docs` writes.
inline constexpr std::string_view kMark = "made by dbmig docs";

}  // namespace dbmig::diagram
