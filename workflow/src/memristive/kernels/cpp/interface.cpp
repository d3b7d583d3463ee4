#include "interface.hpp"

#include <cstring>
#include <exception>

#include "chain.hpp"
#include "exponents.hpp"
#include "gated.hpp"
#include "levels.hpp"
#include "scheduler.hpp"
#include "slices.hpp"
#include "tiles.hpp"

using memristive::Chain;

// No exception may leave these functions: the caller need not be C++.
extern "C" {

int32_t memristive_op_size() { return sizeof(memristive_op); }

int32_t memristive_has_level(int32_t level) { return memristive::level_at(level) != nullptr; }

void memristive_exponents(float* limit) {
  std::memcpy(limit, memristive::exponents().limit, sizeof(memristive::Exponents::limit));
}

void* memristive_create(const memristive_op* ops, int32_t count, int32_t level) try {
  const memristive::Level* found = memristive::level_at(level);
  return found ? memristive::make_chain(ops, count, *found).release() : nullptr;
} catch (const std::exception&) {
  return nullptr;
}

void memristive_free(void* chain) { delete static_cast<Chain*>(chain); }

int32_t memristive_lanes(const void* chain) { return static_cast<const Chain*>(chain)->level->lanes; }

int32_t memristive_run(const void* chain, const float* x, int64_t images, const float* ranges, const uint32_t* used,
                       float* y, int32_t threads) try {
  return memristive::run(*static_cast<const Chain*>(chain), x, images, ranges, used, y, threads);
} catch (const std::exception&) {
  return MEMRISTIVE_UNSUPPORTED;
}

int32_t memristive_effective(const memristive_wires* wires, int32_t level, const double* g, int64_t tiles, double* m,
                             int32_t threads) try {
  const memristive::Level* found = memristive::level_at(level);
  return found ? memristive::effective(*found, *wires, g, tiles, m, threads) : MEMRISTIVE_UNSUPPORTED;
} catch (const std::exception&) {
  return MEMRISTIVE_UNSUPPORTED;
}

int32_t memristive_effective_gradient(const memristive_wires* wires, int32_t level, const double* g,
                                      const double* of_m, int64_t tiles, double* gradient, int32_t threads) try {
  const memristive::Level* found = memristive::level_at(level);
  return found ? memristive::effective_gradient(*found, *wires, g, of_m, tiles, gradient, threads)
               : MEMRISTIVE_UNSUPPORTED;
} catch (const std::exception&) {
  return MEMRISTIVE_UNSUPPORTED;
}

int32_t memristive_gated(const memristive_gated_wires* wires, int32_t level, const double* g, const uint8_t* selected,
                         int64_t vectors, double* m, int32_t threads) try {
  const memristive::Level* found = memristive::level_at(level);
  return found ? memristive::gated(*found, *wires, g, selected, vectors, m, threads) : MEMRISTIVE_UNSUPPORTED;
} catch (const std::exception&) {
  return MEMRISTIVE_UNSUPPORTED;
}

int32_t memristive_sliced(const memristive_slices* layer, int32_t level, const float* x, int64_t images, float* y,
                          int32_t threads) try {
  return memristive::sliced(*layer, level, x, images, y, threads);
} catch (const std::exception&) {
  return MEMRISTIVE_UNSUPPORTED;
}

int32_t memristive_sliced_largest(const memristive_slices* layer, int32_t level, const float* x, int64_t images,
                                  float* largest, int32_t threads) try {
  return memristive::sliced_largest(*layer, level, x, images, largest, threads);
} catch (const std::exception&) {
  return MEMRISTIVE_UNSUPPORTED;
}

}  // extern "C"
