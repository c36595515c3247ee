# dbmig_embed(target namespace file...): the files as `const std::string_view <file_name>` of the
# namespace, in the target; a dot in a name becomes `_`. dbmig_embed_joined(target namespace name file...):
# the files one after the other as one constant. Run as a script it writes one of them.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  set(bytes "")
  string(REPLACE "|" ";" INPUT "${INPUT}")
  foreach(file IN LISTS INPUT)
    file(READ "${file}" part HEX)
    string(APPEND bytes "${part}")
  endforeach()
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  file(WRITE "${OUTPUT}" "#include <string_view>\n\nnamespace ${NAMESPACE} {\n"
       "extern const std::string_view ${NAME};\n"
       "static const char ${NAME}_bytes[] = {${bytes}'\\0'};\n"
       "const std::string_view ${NAME}(${NAME}_bytes, sizeof ${NAME}_bytes - 1);\n"
       "}  // namespace ${NAMESPACE}\n")
  return()
endif()

set(DBMIG_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(dbmig_embed target namespace)
  foreach(file IN LISTS ARGN)
    get_filename_component(name "${file}" NAME)
    string(REGEX REPLACE "[^a-zA-Z0-9]" "_" name "${name}")
    dbmig_embed_joined(${target} ${namespace} ${name} ${file})
  endforeach()
endfunction()

function(dbmig_embed_joined target namespace name)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded/${target}_${name}.cpp")
  list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE files)
  list(JOIN files "|" input)
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DINPUT=${input}" "-DOUTPUT=${output}" "-DNAME=${name}"
            "-DNAMESPACE=${namespace}" -P "${DBMIG_EMBED_SCRIPT}"
    DEPENDS ${files} "${DBMIG_EMBED_SCRIPT}"
    COMMENT "Embedding ${name}" VERBATIM)
  target_sources(${target} PRIVATE "${output}")
  set_source_files_properties("${output}" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
