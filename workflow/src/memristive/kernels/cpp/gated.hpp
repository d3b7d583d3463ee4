// Tiles whose rows are switched, shared out among threads by their inputs.
#pragma once
#include <cstdint>

#include "plan.hpp"

namespace memristive {

// See memristive_gated.
int32_t gated(const Level& level, const Gated& w, const double* g, const uint8_t* selected, int64_t vectors, double* m,
              int32_t threads);

}  // namespace memristive
