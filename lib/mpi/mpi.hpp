#pragma once

// MPI's C interface, without the C++ bindings that MPI has given up, which do not compile without
// warnings.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
