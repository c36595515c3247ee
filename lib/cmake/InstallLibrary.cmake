# cmake --install: the library for applications, its headers and a CMake package (decision 023).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(TARGET dbmig_library)
  install(TARGETS dbmig_library LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          COMPONENT library NAMELINK_COMPONENT library)
  install(FILES "${CMAKE_SOURCE_DIR}/lib/embed/dbmig/dbmig.hpp"
                "${CMAKE_SOURCE_DIR}/lib/embed/dbmig/soci.hpp"
          DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/dbmig" COMPONENT library)
  install(FILES "${CMAKE_SOURCE_DIR}/lib/base/error.hpp"
          DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/dbmig" COMPONENT library)
  set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/dbmig")
  set(DBMIG_LIBRARY_FILE "libdbmig.so.${PROJECT_VERSION}")
  set(DBMIG_LIBRARY_SONAME "libdbmig.so.${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
  configure_package_config_file(
    "${CMAKE_SOURCE_DIR}/lib/cmake/dbmigConfig.cmake.in" "${CMAKE_BINARY_DIR}/dbmigConfig.cmake"
    INSTALL_DESTINATION "${package_folder}"
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_BINDIR)
  write_basic_package_version_file("${CMAKE_BINARY_DIR}/dbmigConfigVersion.cmake"
                                   VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
  install(FILES "${CMAKE_BINARY_DIR}/dbmigConfig.cmake" "${CMAKE_BINARY_DIR}/dbmigConfigVersion.cmake"
          DESTINATION "${package_folder}" COMPONENT library)
else()
  message(STATUS "The library for applications is not made: it needs the system's SQLite (libsqlite3)")
endif()
