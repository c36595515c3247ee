# A tarball has no /usr: bin/, lib/ and share/ stand in one folder.
if(CPACK_GENERATOR STREQUAL "TGZ")
  set(CPACK_PACKAGING_INSTALL_PREFIX "/")
  set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
endif()

# Times in a package, and on its man pages, are those of the last commit; without git (a source
# tarball) that of the sources, which `git archive` gives the commit's time.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  set(root "${CMAKE_CURRENT_LIST_DIR}/../..")
  execute_process(COMMAND git -C "${root}" log -1 --format=%ct RESULT_VARIABLE failure
                  OUTPUT_VARIABLE time OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(failure OR NOT time)
    file(TIMESTAMP "${root}/CMakeLists.txt" time "%s" UTC)
  endif()
  set(ENV{SOURCE_DATE_EPOCH} "${time}")
endif()
