# Compiler settings shared by every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_library(dbmig_settings INTERFACE)
target_compile_options(dbmig_settings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
                       -Woverloaded-virtual -Wimplicit-fallthrough -Wswitch-enum)
if(NOT DBMIG_TESTS)
  # What is shipped is the same program wherever its sources lie. (Elsewhere a compiler cache would
  # serve one checkout only.)
  add_compile_options("-ffile-prefix-map=${CMAKE_BINARY_DIR}=build"
                      "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")
endif()
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  # GCC 12 warns of its own std::string when it optimises: https://gcc.gnu.org/PR105651
  target_compile_options(dbmig_settings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(DBMIG_WERROR)
  target_compile_options(dbmig_settings INTERFACE -Werror)
endif()
if(DBMIG_SANITIZE)
  target_compile_options(dbmig_settings INTERFACE -fsanitize=${DBMIG_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=undefined)
  # AddressSanitizer finds most of what these find, and they take a fifth of the compile time.
  if(DBMIG_SANITIZE MATCHES "address")
    target_compile_options(dbmig_settings INTERFACE -fno-sanitize=null,object-size,vptr)
  endif()
  # The tests' own code does not need UBSan, which takes half of their compile time.
  target_compile_options(dbmig_settings INTERFACE
                         $<$<BOOL:$<TARGET_PROPERTY:DBMIG_TEST>>:-fno-sanitize=undefined>)
  target_link_options(dbmig_settings INTERFACE -fsanitize=${DBMIG_SANITIZE})
  if(DBMIG_SANITIZE MATCHES "thread")  # two compilers have two names for it
    target_compile_definitions(dbmig_settings INTERFACE DBMIG_THREAD_SANITIZER)
  endif()
endif()

# Two dozen test programs are linked from the same archives: mold takes a tenth of the time.
find_program(DBMIG_MOLD mold)
if(DBMIG_TESTS AND DBMIG_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
