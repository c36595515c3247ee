# Run by cpack after it packed.
foreach(package IN LISTS CPACK_PACKAGE_FILES)
  if(package MATCHES "\\.deb$")
    execute_process(COMMAND "${CMAKE_CURRENT_LIST_DIR}/deb_members.sh" "${package}"
                    COMMAND_ERROR_IS_FATAL ANY)
  endif()
endforeach()
