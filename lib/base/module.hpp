#pragma once

#include <string>

namespace dbmig {

/// A part of dbmig that only some commands need, with the libraries that it is linked to.
struct Module {
  const char* file;     ///< "libdbmig_mpi.so"
  const char* factory;  ///< the function that makes what it is for
  const char* what;     ///< "MPI", for messages
  const char* missing;  ///< what to do when the file is not there
  const char* broken;   ///< what to do when its libraries are not there
  bool is_global;       ///< its symbols are for libraries that are loaded later
};

/// Where the file of `module` is: beside the program, as it is built, or where it is installed.
/// Throws Error{failed}.
std::string find_module(const Module& module);

/// The factory of `module`, which is loaded and never closed: its code may still be asked for when
/// the process ends. Throws Error{failed}.
void* load_module(const Module& module);

}  // namespace dbmig
