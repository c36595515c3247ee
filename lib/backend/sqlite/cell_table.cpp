#include "backend/sqlite/cell_table.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <new>
#include <string_view>

#include "backend/sqlite/error.hpp"

namespace dbmig::backend::sqlite {

/// What SQLite calls.
struct CellTableModule {
  struct Table : sqlite3_vtab {
    CellTable* cells = nullptr;
  };
  struct Cursor : sqlite3_vtab_cursor {};

  static CellTable& table(sqlite3_vtab_cursor* cursor) {
    return *static_cast<Table*>(cursor->pVtab)->cells;
  }

  static int connect(sqlite3* database, void* cells, int /*arguments*/, const char* const* /*text*/,
                     sqlite3_vtab** table, char** /*message*/) {
    const auto& declared = *static_cast<CellTable*>(cells);
    const int result = sqlite3_declare_vtab(database, declared.definition_.c_str());
    if (result != SQLITE_OK) return result;
    auto* const made = new (std::nothrow) Table();
    if (made == nullptr) return SQLITE_NOMEM;
    made->cells = static_cast<CellTable*>(cells);
    *table = made;
    return SQLITE_OK;
  }
  static int disconnect(sqlite3_vtab* table) {
    delete static_cast<Table*>(table);
    return SQLITE_OK;
  }
  static int best_index(sqlite3_vtab* /*table*/, sqlite3_index_info* /*info*/) { return SQLITE_OK; }
  static int open(sqlite3_vtab* /*table*/, sqlite3_vtab_cursor** cursor) {
    *cursor = new (std::nothrow) Cursor();
    return *cursor == nullptr ? SQLITE_NOMEM : SQLITE_OK;
  }
  static int close(sqlite3_vtab_cursor* cursor) {
    delete static_cast<Cursor*>(cursor);
    return SQLITE_OK;
  }
  static int filter(sqlite3_vtab_cursor* cursor, int /*index*/, const char* /*index_text*/,
                    int /*arguments*/, sqlite3_value** /*values*/) {
    table(cursor).row_ = 0;
    return SQLITE_OK;
  }
  static int next(sqlite3_vtab_cursor* cursor) {
    ++table(cursor).row_;
    return SQLITE_OK;
  }
  static int is_at_end(sqlite3_vtab_cursor* cursor) {
    const CellTable& cells = table(cursor);
    return cells.row_ >= cells.rows_ ? 1 : 0;
  }
  static int column(sqlite3_vtab_cursor* cursor, sqlite3_context* result, int number) {
    const CellTable& cells = table(cursor);
    const Cell& cell = cells.cells_[cells.row_ * cells.columns_ + static_cast<std::size_t>(number)];
    // A null pointer would become NULL.
    const char* const bytes = cell.bytes.data() != nullptr ? cell.bytes.data() : "";
    switch (cell.kind) {
      case Cell::Kind::null:
        break;
      case Cell::Kind::integer:
      case Cell::Kind::unsigned_integer:
        sqlite3_result_int64(result, cell.integer);
        break;
      case Cell::Kind::real:
        sqlite3_result_double(result, cell.real);
        break;
      // Without a copy: the rows outlive the statement's run.
      case Cell::Kind::text:
        sqlite3_result_text64(result, bytes, cell.bytes.size(), SQLITE_STATIC, SQLITE_UTF8);
        break;
      case Cell::Kind::blob:
        sqlite3_result_blob64(result, bytes, cell.bytes.size(), SQLITE_STATIC);
        break;
    }
    return SQLITE_OK;
  }
  static int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* number) {
    *number = static_cast<sqlite3_int64>(table(cursor).row_);
    return SQLITE_OK;
  }

  /// Without xCreate a module is a table by its own name.
  static sqlite3_module functions() {
    sqlite3_module module = {};
    module.xConnect = connect;
    module.xDisconnect = disconnect;
    module.xBestIndex = best_index;
    module.xOpen = open;
    module.xClose = close;
    module.xFilter = filter;
    module.xNext = next;
    module.xEof = is_at_end;
    module.xColumn = column;
    module.xRowid = rowid;
    return module;
  }
};

namespace {

/// Whether statements would find a table or view of that name.
bool is_taken(sqlite3* database, const std::string& name) {
  sqlite3_stmt* statement = nullptr;
  const int result =
      sqlite3_prepare_v2(database, ("SELECT 1 FROM " + name).c_str(), -1, &statement, nullptr);
  sqlite3_finalize(statement);
  return result != SQLITE_ERROR ||
         std::string_view(sqlite3_errmsg(database)) != "no such table: " + name;
}

}  // namespace

CellTable::CellTable(sqlite3* database, std::size_t columns)
    : database_(database), columns_(columns) {
  static const sqlite3_module functions = CellTableModule::functions();
  // A second module of one name would replace the first.
  static std::atomic<std::uint64_t> last_number{0};
  do {
    name_ = fmt::format("dbmig_cells_{}", ++last_number);
  } while (is_taken(database, name_));
  std::string names;
  for (std::size_t i = 0; i < columns; ++i) names += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
  definition_ = fmt::format("CREATE TABLE x({})", names);
  query_ = fmt::format("SELECT {} FROM {}", names, name_);
  const int result = sqlite3_create_module_v2(database, name_.c_str(), &functions, this, nullptr);
  if (result != SQLITE_OK) throw last_error(database, {});
}

CellTable::~CellTable() {
  sqlite3_create_module_v2(database_, name_.c_str(), nullptr, nullptr, nullptr);
}

}  // namespace dbmig::backend::sqlite
