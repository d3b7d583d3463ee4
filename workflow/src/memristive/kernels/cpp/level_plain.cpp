// Any processor: 4 images a vector, by the compiler's own vectors (SSE2 on x86-64, NEON on aarch64).
#include "engine.hpp"

#define LANES 4
#define BLOCK_POSITIONS 2
#define BLOCK_COLUMNS 4
#define POSITIONS 2
#define NAME level_plain

namespace memristive {
using V = float __attribute__((vector_size(16)));
using I = int32_t __attribute__((vector_size(16)));
static inline bool any(I a) { return (a[0] | a[1] | a[2] | a[3]) != 0; }
static inline V splat(float a) { return V{a, a, a, a}; }
static inline V fma_(V a, V b, V c) {
  V sum;
  for (int lane = 0; lane < LANES; ++lane) sum[lane] = __builtin_fmaf(a[lane], b[lane], c[lane]);
  return sum;
}
static inline V fma_fast(V a, V b, V c) { return a * b + c; }  // where the product is exact
static inline V min_(V a, V b) { return a < b ? a : b; }
static inline V max_(V a, V b) { return a > b ? a : b; }
static inline V floor_(V a) {  // of codes: far below 2^31
  const V near = __builtin_convertvector(__builtin_convertvector(a, I), V);
  const V down = near > a ? near - 1.0f : near;
  return a == a ? down : a;
}
static inline V gather(const float* from, I at) {
  V value;
  for (int lane = 0; lane < LANES; ++lane) value[lane] = from[at[lane]];
  return value;
}
#include "level.inc"
}  // namespace memristive
