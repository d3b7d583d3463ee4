// AVX2 with fused multiply-add: 8 images a vector.
#if defined(__x86_64__)
#include <immintrin.h>

#include "compiler.hpp"

namespace memristive::avx2 {
namespace {

constexpr int LANES = 8;
constexpr int BLOCK_POSITIONS = 2, BLOCK_COLUMNS = 6;  // sums in registers: 12 of 16
constexpr int POSITIONS = 8;

using V = float __attribute__((vector_size(32)));
using I = int32_t __attribute__((vector_size(32)));

inline bool any(I a) { return !_mm256_testz_si256((__m256i)a, (__m256i)a); }
inline V splat(float a) { return (V)_mm256_set1_ps(a); }
inline V fma_(V a, V b, V c) { return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
inline V fma_fast(V a, V b, V c) { return fma_(a, b, c); }
inline V min_(V a, V b) { return (V)_mm256_min_ps((__m256)a, (__m256)b); }
inline V max_(V a, V b) { return (V)_mm256_max_ps((__m256)a, (__m256)b); }
inline V floor_(V a) { return (V)_mm256_floor_ps((__m256)a); }
inline V gather(const float* from, I at) { return (V)_mm256_i32gather_ps(from, (__m256i)at, 4); }

#include "level.inc"

}  // namespace

extern const Level level;
const Level level = TABLE;

}  // namespace memristive::avx2
#endif
