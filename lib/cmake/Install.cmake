# What `cmake --install` puts where, and `uninstall`, which takes it away again. Everything is found
# relative to the program, so the tree may stand anywhere: bin/dbmig, lib/dbmig/*.so (the modules that
# it loads on demand), share/.
include(GNUInstallDirs)

install(TARGETS dbmig RUNTIME DESTINATION bin COMPONENT program)
foreach(module dbmig_mpi dbmig_http)
  if(TARGET ${module})
    install(TARGETS ${module} LIBRARY DESTINATION lib/dbmig COMPONENT program)
  endif()
endforeach()

# Man pages and completion are the program's own words: it is asked for them when it is installed.
set(extras "${CMAKE_BINARY_DIR}/extras")
install(CODE "execute_process(
  COMMAND \"${CMAKE_SOURCE_DIR}/lib/cmake/extras.sh\" \"$<TARGET_FILE:dbmig>\" \"${extras}\"
  COMMAND_ERROR_IS_FATAL ANY)" COMPONENT program)
install(DIRECTORY "${extras}/" DESTINATION share COMPONENT program
        FILES_MATCHING PATTERN "*.1.gz" PATTERN "dbmig" PATTERN "_dbmig" PATTERN "dbmig.fish")

install(FILES "${CMAKE_SOURCE_DIR}/README.md" DESTINATION share/doc/dbmig COMPONENT program)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/lib/docs/" DESTINATION share/doc/dbmig/guides
        COMPONENT program FILES_MATCHING PATTERN "*.md" PATTERN pictures EXCLUDE)
# Not with the permissions of the checkout, which its umask gave them.
set(ci "${CMAKE_SOURCE_DIR}/examples/ci")
install(FILES "${ci}/github.yml" "${ci}/gitlab.yml" "${ci}/pre-commit-config.yaml"
        DESTINATION share/doc/dbmig/examples/ci COMPONENT program)
install(PROGRAMS "${ci}/pre-commit" DESTINATION share/doc/dbmig/examples/ci COMPONENT program)

add_custom_target(uninstall
  COMMAND "${CMAKE_COMMAND}" "-DMANIFESTS=${CMAKE_BINARY_DIR}"
          -P "${CMAKE_SOURCE_DIR}/lib/cmake/uninstall.cmake"
  COMMENT "Removing what cmake --install put there" VERBATIM)
