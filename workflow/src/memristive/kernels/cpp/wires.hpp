// Tiles with the resistances of their wires, one by one. `memristive.arrays.wires.sweep` is the readable definition.
//
// This header is compiled for every instruction set. It may define no function: the linker would keep one copy,
// possibly the one made for another processor.
#pragma once
#include <cstdint>

#include "interface.hpp"

namespace memristive {

using Wires = memristive_wires;
using Gated = memristive_gated_wires;

// Memory of one thread for one shape of tiles. With n columns and m rows, both rounded up to a multiple of 8, a vector
// holds n conductances to bit lines and m to the sources of the word lines: `length` = n + m. All aligned to 64 bytes.
struct WiresScratch {
  double* state;    // [n][length]
  double* panel;    // [4][length]
  double* scaled;   // [4][length]
  double* vector;   // [3][length]
  double* history;  // what `wires_gradient` needs of each step, or null: [steps][at most length], then [steps][3]
  double* steps;
};

}  // namespace memristive
