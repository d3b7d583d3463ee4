// AVX2 with fused multiply-add: 8 images a vector, 2 positions x 6 columns in 12 of 16 registers; 8 positions a pass.
#if defined(__x86_64__)
#include <immintrin.h>

#include "engine.hpp"

#define LANES 8
#define BLOCK_POSITIONS 2
#define BLOCK_COLUMNS 6
#define POSITIONS 8
#define NAME level_avx2

namespace memristive {
using V = float __attribute__((vector_size(32)));
using I = int32_t __attribute__((vector_size(32)));
static inline bool any(I a) { return !_mm256_testz_si256((__m256i)a, (__m256i)a); }
static inline V splat(float a) { return (V)_mm256_set1_ps(a); }
static inline V fma_(V a, V b, V c) { return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
static inline V fma_fast(V a, V b, V c) { return fma_(a, b, c); }
static inline V min_(V a, V b) { return (V)_mm256_min_ps((__m256)a, (__m256)b); }
static inline V max_(V a, V b) { return (V)_mm256_max_ps((__m256)a, (__m256)b); }
static inline V floor_(V a) { return (V)_mm256_floor_ps((__m256)a); }
static inline V gather(const float* from, I at) { return (V)_mm256_i32gather_ps(from, (__m256i)at, 4); }
#include "level.inc"
}  // namespace memristive
#endif
