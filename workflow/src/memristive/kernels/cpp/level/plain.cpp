// Any processor: 4 images a vector, by the compiler's own vectors (SSE2 on x86-64, NEON on aarch64).
#include "compiler.hpp"

namespace memristive::plain {
namespace {

constexpr int LANES = 4;
constexpr int BLOCK_POSITIONS = 2, BLOCK_COLUMNS = 4;  // sums in registers: 8 of 16
constexpr int POSITIONS = 2;

using V = float __attribute__((vector_size(16)));
using I = int32_t __attribute__((vector_size(16)));

inline bool any(I a) { return (a[0] | a[1] | a[2] | a[3]) != 0; }
inline V splat(float a) { return V{a, a, a, a}; }

#if defined(__FMA__) || defined(__aarch64__)
inline V fma_(V a, V b, V c) {
  V sum;
  for (int lane = 0; lane < LANES; ++lane) sum[lane] = __builtin_fmaf(a[lane], b[lane], c[lane]);
  return sum;
}
#else
// Without an instruction for it, as summation.fused_multiply_add: the exact product, and the sum rounded to odd.
inline V fma_(V a, V b, V c) {
  using D = double __attribute__((vector_size(32)));
  using L = int64_t __attribute__((vector_size(32)));
  const D product = __builtin_convertvector(a, D) * __builtin_convertvector(b, D);
  const D addend = __builtin_convertvector(c, D);
  const D total = product + addend;
  const D part = total - product;
  const D error = (product - (total - part)) + (addend - part);
  const L away = (L)(error * total < 0.0), inexact = (L)(error < 0.0) | (L)(error > 0.0);
  return __builtin_convertvector((D)(((L)total + away) | (inexact & 1)), V);
}
#endif

inline V fma_fast(V a, V b, V c) { return a * b + c; }
inline V min_(V a, V b) { return a < b ? a : b; }
inline V max_(V a, V b) { return a > b ? a : b; }
inline V floor_(V a) {
  const V near = __builtin_convertvector(__builtin_convertvector(a, I), V);
  const V down = near > a ? near - 1.0f : near;
  return a == a ? down : a;
}
inline V sqrt_(V a) {
  for (int lane = 0; lane < LANES; ++lane) a[lane] = __builtin_sqrtf(a[lane]);
  return a;
}
inline V gather(const float* from, I at) {
  V value;
  for (int lane = 0; lane < LANES; ++lane) value[lane] = from[at[lane]];
  return value;
}

#include "level.inc"

}  // namespace

extern const Level level;
const Level level = TABLE;

}  // namespace memristive::plain
