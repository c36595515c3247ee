# `cpack` in a build folder: a Debian package and a tarball that may be unpacked anywhere. The same
# sources give the same bytes (tests/packaging/reproducible.sh), with the date of the last commit.
set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_PACKAGE_NAME dbmig)
set(CPACK_PACKAGE_VENDOR "The dbmig maintainers")
# Without an address: the project has a repository and no mailbox, and dpkg asks for a name only.
set(CPACK_PACKAGE_CONTACT "The dbmig maintainers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
    "A schema is described in YAML. dbmig writes what changed as the next revision, proves it on\n"
    "scratch databases with rows, and brings databases there and back. Files are imported in\n"
    "parallel, several processes at a time.")
list(JOIN CPACK_PACKAGE_DESCRIPTION "" CPACK_PACKAGE_DESCRIPTION)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
# Whatever umask the builder has. (CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS leaves those folders alone
# that files bring along.)
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_SOURCE_DIR}/lib/cmake/PackageFolders.cmake")
set(CPACK_POST_BUILD_SCRIPTS "${CMAKE_SOURCE_DIR}/lib/cmake/PackageMembers.cmake")
set(CPACK_COMPONENTS_ALL program)
# One package of the one component.
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_PACKAGE_FILE_NAME "dbmig-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_ARCHIVE_FILE_NAME "${CPACK_PACKAGE_FILE_NAME}")

set(CPACK_PACKAGING_INSTALL_PREFIX "/usr")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# -j starts mpirun; revisions are tried on a MariaDB server, and a branch is known by git.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "openmpi-bin")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "mariadb-server, git")
set(CPACK_PROJECT_CONFIG_FILE "${CMAKE_SOURCE_DIR}/lib/cmake/PackagesByGenerator.cmake")
include(CPack)
