#include "backend/sqlite/unknown_names.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace dbmig::backend::sqlite {
namespace {

// --- functions -----------------------------------------------------------------------------------

// FNV-1a over the arguments as text.
void give_number(sqlite3_context* context, int count, sqlite3_value** arguments) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (int i = 0; i < count; ++i) {
    const unsigned char* text = sqlite3_value_text(arguments[i]);
    for (; text != nullptr && *text != 0; ++text) hash = (hash ^ *text) * 1099511628211ULL;
    hash = (hash ^ 0xFFU) * 1099511628211ULL;
  }
  sqlite3_result_int64(context, static_cast<sqlite3_int64>((hash >> 1U) | 1U));
}

void fail_call(sqlite3_context* context, int /*count*/, sqlite3_value** /*arguments*/) {
  sqlite3_result_error(context, "this needs a function that only the application has", -1);
}

// --- collations ----------------------------------------------------------------------------------

int compare_bytes(void* /*data*/, int size_a, const void* a, int size_b, const void* b) {
  const int order = std::memcmp(a, b, static_cast<std::size_t>(std::min(size_a, size_b)));
  return order != 0 ? order : size_a - size_b;
}

int interrupt_comparison(void* database, int size_a, const void* a, int size_b, const void* b) {
  sqlite3_interrupt(static_cast<sqlite3*>(database));
  return compare_bytes(nullptr, size_a, a, size_b, b);
}

// --- modules -------------------------------------------------------------------------------------

int connect(sqlite3* database, void* /*data*/, int /*count*/, const char* const* /*arguments*/,
            sqlite3_vtab** table, char** /*error*/) {
  const int code = sqlite3_declare_vtab(database, "CREATE TABLE x (value)");
  if (code != SQLITE_OK) return code;
  *table = static_cast<sqlite3_vtab*>(sqlite3_malloc(sizeof(sqlite3_vtab)));
  if (*table == nullptr) return SQLITE_NOMEM;
  std::memset(*table, 0, sizeof(sqlite3_vtab));
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  sqlite3_free(table);
  return SQLITE_OK;
}

int refuse_to_read(sqlite3_vtab* table, sqlite3_index_info* /*plan*/) {
  table->zErrMsg = sqlite3_mprintf("the module of this virtual table is not available");
  return SQLITE_ERROR;
}

int refuse_to_open(sqlite3_vtab* /*table*/, sqlite3_vtab_cursor** /*cursor*/) {
  return SQLITE_ERROR;
}

const sqlite3_module* empty_module() {
  static const sqlite3_module module = [] {
    sqlite3_module made{};
    made.iVersion = 1;
    made.xCreate = connect;
    made.xConnect = connect;
    made.xBestIndex = refuse_to_read;
    made.xDisconnect = disconnect;
    made.xDestroy = disconnect;
    made.xOpen = refuse_to_open;
    return made;
  }();
  return &module;
}

/// What follows `label` in `message`, when that is one name.
std::string name_after(std::string_view message, std::string_view label) {
  const std::size_t at = message.find(label);
  return at == std::string_view::npos ? std::string()
                                      : std::string(message.substr(at + label.size()));
}

}  // namespace

bool UnknownNames::backfill_value(const Error& error) {
  const std::string message = error.message();
  // "error in index ix after rename: …": an object that is there already, and not what is written.
  if (!invents_ && message.find("error in ") == std::string::npos) return false;
  if (const std::string name = name_after(message, "no such function: "); !name.empty()) {
    return substitute_function(name);
  }
  if (const std::string name = name_after(message, "no such collation sequence: "); !name.empty()) {
    return substitute_collation(name);
  }
  if (const std::string name = name_after(message, "no such module: "); !name.empty()) {
    return substitute_module(name);
  }
  return false;
}

bool UnknownNames::substitute_function(const std::string& name) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  return sqlite3_create_function_v2(database_, name.c_str(), -1, kFlags, nullptr,
                                    invents_ ? give_number : fail_call, nullptr, nullptr,
                                    nullptr) == SQLITE_OK;
}

bool UnknownNames::substitute_collation(const std::string& name) {
  return sqlite3_create_collation_v2(database_, name.c_str(), SQLITE_UTF8, database_,
                                     invents_ ? compare_bytes : interrupt_comparison,
                                     nullptr) == SQLITE_OK;
}

bool UnknownNames::substitute_module(const std::string& name) {
  return sqlite3_create_module_v2(database_, name.c_str(), empty_module(), nullptr, nullptr) ==
         SQLITE_OK;
}

}  // namespace dbmig::backend::sqlite
