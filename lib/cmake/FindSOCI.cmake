# SOCI 4.0 ships no CMake package. The static archives are preferred: one file to deploy, and no
# backend library to be found at run time.
#
# Defines SOCI::core, SOCI::sqlite3 and SOCI::mysql.
find_path(SOCI_INCLUDE_DIR soci/soci.h)
find_library(SOCI_CORE_LIBRARY NAMES libsoci_core.a soci_core)
find_library(SOCI_SQLITE3_LIBRARY NAMES libsoci_sqlite3.a soci_sqlite3)
find_library(SOCI_MYSQL_LIBRARY NAMES libsoci_mysql.a soci_mysql)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SOCI REQUIRED_VARS SOCI_INCLUDE_DIR SOCI_CORE_LIBRARY
                                  SOCI_SQLITE3_LIBRARY SOCI_MYSQL_LIBRARY)
if(SOCI_FOUND AND NOT TARGET SOCI::core)
  find_package(Threads REQUIRED)
  add_library(SOCI::core UNKNOWN IMPORTED)
  set_target_properties(SOCI::core PROPERTIES IMPORTED_LOCATION "${SOCI_CORE_LIBRARY}")
  # As a system directory: SOCI's own headers do not compile without warnings.
  target_include_directories(SOCI::core SYSTEM INTERFACE "${SOCI_INCLUDE_DIR}")
  target_link_libraries(SOCI::core INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
  add_library(SOCI::sqlite3 UNKNOWN IMPORTED)
  set_target_properties(SOCI::sqlite3 PROPERTIES IMPORTED_LOCATION "${SOCI_SQLITE3_LIBRARY}")
  target_link_libraries(SOCI::sqlite3 INTERFACE SOCI::core SQLite::SQLite3)
  add_library(SOCI::mysql UNKNOWN IMPORTED)
  set_target_properties(SOCI::mysql PROPERTIES IMPORTED_LOCATION "${SOCI_MYSQL_LIBRARY}")
  target_link_libraries(SOCI::mysql INTERFACE SOCI::core MariaDB::Connector)
endif()
