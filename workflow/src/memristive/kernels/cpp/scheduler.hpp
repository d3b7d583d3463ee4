// How a call's images are divided among threads. No result depends on it: an image is a lane, and lanes never meet.
#pragma once
#include <cstdint>

#include "chain.hpp"

namespace memristive {

// x [images, ...] to y [images, ...], see memristive_run. May throw std::bad_alloc.
int32_t run(const Chain& chain, const float* x, int64_t images, const float* ranges, const uint32_t* used, float* y,
            int32_t threads);

}  // namespace memristive
