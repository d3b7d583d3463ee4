// Tiles with their wires, shared out among threads. No result depends on it: each tile is computed by one thread.
#pragma once
#include <cstdint>

#include "plan.hpp"

namespace memristive {

// See memristive_effective and memristive_effective_gradient.
int32_t effective(const Level& level, const Wires& w, const double* g, int64_t tiles, double* m, int32_t threads);
int32_t effective_gradient(const Level& level, const Wires& w, const double* g, const double* of_m, int64_t tiles,
                           double* gradient, int32_t threads);

}  // namespace memristive
