# MariaDB Connector/C through pkg-config (`libmariadb`). Defines MariaDB::Connector.
find_package(PkgConfig REQUIRED)
pkg_check_modules(MARIADB_CONNECTOR QUIET IMPORTED_TARGET libmariadb)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MariaDBConnector REQUIRED_VARS MARIADB_CONNECTOR_LINK_LIBRARIES
                                  VERSION_VAR MARIADB_CONNECTOR_VERSION)
if(MariaDBConnector_FOUND AND NOT TARGET MariaDB::Connector)
  add_library(MariaDB::Connector INTERFACE IMPORTED)
  target_link_libraries(MariaDB::Connector INTERFACE PkgConfig::MARIADB_CONNECTOR)
  target_include_directories(MariaDB::Connector SYSTEM INTERFACE ${MARIADB_CONNECTOR_INCLUDE_DIRS})
endif()
