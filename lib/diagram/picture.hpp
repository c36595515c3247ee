#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagram/layout.hpp"
#include "diagram/references.hpp"
#include "schema/table.hpp"

namespace dbmig::diagram {

/// How much of a table its box shows.
enum class Detail {
  names,    ///< its name
  keys,     ///< and the columns of its primary, unique and foreign keys
  columns,  ///< all columns with their types
};

std::string_view to_string(Detail detail);
/// "names", "keys" or "columns"; nothing for anything else.
std::optional<Detail> parse_detail(std::string_view text);
/// What a schema of so many tables is read best with.
Detail fitting_detail(std::size_t tables);

/// A line of a table's box.
struct Row {
  std::string name;
  std::string type;
  bool is_primary = false;
  bool is_foreign = false;
  bool is_unique = false;
  bool is_nullable = false;
};

std::vector<Row> rows_of(const schema::Table& table, Detail detail);

// Sizes in pixels; page/shown.js has the same ones.
inline constexpr double kHeaderHeight = 30;
inline constexpr double kRowHeight = 20;
inline constexpr double kHeaderCell = 8;  ///< the width of a character in a header
inline constexpr double kRowCell = 7.3;
inline constexpr std::size_t kMaxCells = 40;      ///< of a name; what is longer is cut
inline constexpr std::size_t kMaxTypeCells = 22;  ///< of a type

/// The width of `text` in characters of a fixed-width font: two for those of East Asia.
std::size_t cells_of(std::string_view text);
/// `text`, which is UTF-8, cut to `cells` with `…` at the end.
std::string cut_to(std::string_view text, std::size_t cells);

/// What was arranged by hand: which tables stand where in which detail, and groups of tables.
struct SavedLayout {
  Detail detail = Detail::columns;
  std::map<std::string, Point> tables;
  /// Name → names or patterns of its tables; the first that fits is a table's group.
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  /// Whether there is anything in it.
  bool empty() const { return tables.empty() && groups.empty(); }
};

/// A foreign key that is drawn.
struct PictureLink {
  Reference reference;
  std::size_t from = 0;  ///< index in Picture::tables
  std::size_t to = 0;
};

/// A schema with the place of everything. Refers to the schema that it was made of.
struct Picture {
  Detail detail = Detail::columns;
  std::vector<const schema::Table*> tables;  ///< by name
  std::vector<PictureLink> links;            ///< by table, in the order of its keys
  Layout layout;
};

Picture draw(const schema::Schema& schema, Detail detail, const SavedLayout& saved = {});

}  // namespace dbmig::diagram
