# SQLite, as the target SQLite::SQLite3: built from Debian's own source with the flags that an import
# gains from, or the system's library. Tests that use SOCI link its static backend to the same one: with
# two in a process, closing a file with one would drop the locks of the other. The library for
# applications always uses the system's (lib/CMakeLists.txt).
set(DBMIG_SQLITE auto CACHE STRING
    "own: built from Debian's source; system: the system's library; auto: own for a release build where \
the source can be had")
set_property(CACHE DBMIG_SQLITE PROPERTY STRINGS auto own system)

# Whether the build is one that users run, and its tests, if any, can link SOCI to a SQLite of ours.
function(dbmig_wants_own_sqlite result)
  set(${result} FALSE PARENT_SCOPE)
  if(DBMIG_TESTS)
    find_library(DBMIG_STATIC_SOCI_SQLITE3 libsoci_sqlite3.a)
  else()
    set(DBMIG_STATIC_SOCI_SQLITE3 TRUE)
  endif()
  if(DBMIG_SQLITE STREQUAL "own" AND NOT DBMIG_STATIC_SOCI_SQLITE3)
    message(FATAL_ERROR "DBMIG_SQLITE=own needs SOCI's static archive libsoci_sqlite3.a")
  endif()
  if(DBMIG_SQLITE STREQUAL "own" OR (DBMIG_SQLITE STREQUAL "auto" AND DBMIG_STATIC_SOCI_SQLITE3
     AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT DBMIG_SANITIZE))
    set(${result} TRUE PARENT_SCOPE)
  endif()
endfunction()

# The folder with sqlite3.c, fetched once per user; empty when it cannot be had, which is then
# remembered for this build.
function(dbmig_find_sqlite_source result)
  set(folder "$ENV{XDG_CACHE_HOME}")
  if(NOT folder)
    set(folder "$ENV{HOME}/.cache")
  endif()
  set(folder "${folder}/dbmig/sqlite-source")
  set(${result} "" PARENT_SCOPE)
  if(NOT EXISTS "${folder}/package.txt" AND (NOT DBMIG_SQLITE_MISSING OR DBMIG_SQLITE STREQUAL "own"))
    message(STATUS "Fetching SQLite's source")
    execute_process(COMMAND "${CMAKE_SOURCE_DIR}/lib/cmake/sqlite_source.sh" "${folder}" TIMEOUT 180
                    RESULT_VARIABLE failure ERROR_VARIABLE reason ERROR_STRIP_TRAILING_WHITESPACE)
    if(failure)
      set(DBMIG_SQLITE_MISSING "${reason} " CACHE INTERNAL "Why SQLite's source cannot be had")
    endif()
  endif()
  if(EXISTS "${folder}/package.txt")
    set(${result} "${folder}" PARENT_SCOPE)
  elseif(DBMIG_SQLITE STREQUAL "own")
    message(FATAL_ERROR "SQLite's source cannot be had: ${DBMIG_SQLITE_MISSING}")
  else()
    message(STATUS "SQLite's source cannot be had: ${DBMIG_SQLITE_MISSING}")
  endif()
endfunction()

# What Debian's library can do, so that no schema that works there fails here. Without: the locks of a
# connection's calls (no connection is used by two threads at once), counters of memory, the hooks of the session extension, and
# the limit of 64 buckets for the names of a schema, in which each of 10,000 is searched for a hundred times.
set(DBMIG_SQLITE_FLAGS
    THREADSAFE=2 DEFAULT_MEMSTATUS=0 MALLOC_SOFT_LIMIT=0 ENABLE_DBPAGE_VTAB
    SECURE_DELETE USE_URI MAX_VARIABLE_NUMBER=250000 MAX_SCHEMA_RETRY=25 MAX_DEFAULT_PAGE_SIZE=32768
    LIKE_DOESNT_MATCH_BLOBS SOUNDEX ENABLE_COLUMN_METADATA ENABLE_DBSTAT_VTAB ENABLE_FTS3
    ENABLE_FTS3_PARENTHESIS ENABLE_FTS3_TOKENIZER ENABLE_FTS4 ENABLE_FTS5 ENABLE_LOAD_EXTENSION
    ENABLE_MATH_FUNCTIONS ENABLE_RTREE ENABLE_STMTVTAB ENABLE_UPDATE_DELETE_LIMIT)
list(TRANSFORM DBMIG_SQLITE_FLAGS PREPEND SQLITE_)
list(APPEND DBMIG_SQLITE_FLAGS HAVE_ISNAN HAVE_USLEEP HAVE_FDATASYNC HAVE_LOCALTIME_R HAVE_GMTIME_R
     HAVE_STRCHRNUL USE_PREAD)

set(sqlite_source "")
dbmig_wants_own_sqlite(wants_own_sqlite)
if(wants_own_sqlite)
  dbmig_find_sqlite_source(sqlite_source)
endif()
if(sqlite_source)
  file(STRINGS "${sqlite_source}/package.txt" DBMIG_OWN_SQLITE LIMIT_COUNT 1)
  message(STATUS "SQLite: own build of ${DBMIG_OWN_SQLITE}")
  # SQLite's source is included in this file.
  add_library(dbmig_sqlite STATIC lib/backend/sqlite/record_cursor.c)
  target_include_directories(dbmig_sqlite SYSTEM PUBLIC "${sqlite_source}")
  target_compile_definitions(dbmig_sqlite INTERFACE "DBMIG_OWN_SQLITE=\"${DBMIG_OWN_SQLITE}\"")
  target_compile_definitions(dbmig_sqlite PRIVATE ${DBMIG_SQLITE_FLAGS})
  if(CMAKE_CXX_FLAGS_RELEASE MATCHES "-O1")  # the preset of the tests: half of the compile time
    target_compile_options(dbmig_sqlite PRIVATE -O1 -w)
  else()
    target_compile_options(dbmig_sqlite PRIVATE -O3 -w)
  endif()
  find_package(Threads REQUIRED)
  target_link_libraries(dbmig_sqlite PUBLIC Threads::Threads ${CMAKE_DL_LIBS} m)
  add_library(SQLite::SQLite3 ALIAS dbmig_sqlite)
else()
  message(STATUS "SQLite: the system's")
  find_package(SQLite3 REQUIRED)
endif()
