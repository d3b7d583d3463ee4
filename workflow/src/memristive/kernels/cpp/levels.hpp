// The levels that were compiled, by number.
#pragma once
#include "plan.hpp"

namespace memristive {

// Level 0 (plain), 1 (AVX2) or 2 (AVX-512); null where this processor lacks it or the number is another.
const Level* level_at(int32_t number);

// Products of whole numbers by the instructions for neural networks that a processor of this level has; else null.
SlicedPositions vnni_at(int32_t number);

}  // namespace memristive
