#pragma once

// Where dbmig is installed, the file itself stands here.
#include "base/error.hpp"
