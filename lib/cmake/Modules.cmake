# dbmig_module(name [NO_UNITY] [BRIEF | ROWS] [DEPENDS module...] [LINK library...]): a folder below lib/ as a static library
# `dbmig_<name>`. DEPENDS are the modules it may include; tests/unit/modules checks the includes.
# With DBMIG_UNITY all its files are compiled as one, which makes a build four times as fast and takes
# up to 1.1 GB of memory; it asks that two files of a module do not give one name to different helpers.
# NO_UNITY: not as a whole, for a module whose outside headers do not bear each other.
# BRIEF: commands spend no time in it; a third of its compile time is saved.
# ROWS: every row passes through it; optimised to the full in the preset of the tests, too.
function(dbmig_module name)
  cmake_parse_arguments(MODULE "NO_UNITY;BRIEF;ROWS" "" "DEPENDS;LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
  add_library(dbmig_${name} STATIC ${sources})
  target_include_directories(dbmig_${name} PUBLIC "${CMAKE_SOURCE_DIR}/lib")
  list(TRANSFORM MODULE_DEPENDS PREPEND dbmig_)
  target_link_libraries(dbmig_${name} PUBLIC dbmig_settings fmt::fmt ${MODULE_DEPENDS}
                        PRIVATE ${MODULE_LINK})
  if(MODULE_BRIEF)
    target_compile_options(dbmig_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  elseif(MODULE_ROWS AND CMAKE_CXX_FLAGS_RELEASE MATCHES "-O1")
    target_compile_options(dbmig_${name} PRIVATE $<$<CONFIG:Release>:-O3>)
  endif()
  if(DBMIG_UNITY AND NOT MODULE_NO_UNITY)
    set_target_properties(dbmig_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  endif()
endfunction()
