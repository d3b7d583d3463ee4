// AVX-512: 16 images a vector, 4 positions x 6 columns in 24 of 32 registers.
#if defined(__x86_64__)
#include <immintrin.h>

#include "engine.hpp"

#define LANES 16
#define BLOCK_POSITIONS 4
#define BLOCK_COLUMNS 6
#define POSITIONS 4
#define NAME level_avx512

namespace memristive {
using V = float __attribute__((vector_size(64)));
using I = int32_t __attribute__((vector_size(64)));
static inline bool any(I a) { return _mm512_test_epi32_mask((__m512i)a, (__m512i)a) != 0; }
static inline V splat(float a) { return (V)_mm512_set1_ps(a); }
static inline V fma_(V a, V b, V c) { return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
static inline V fma_fast(V a, V b, V c) { return fma_(a, b, c); }
static inline V min_(V a, V b) { return (V)_mm512_min_ps((__m512)a, (__m512)b); }
static inline V max_(V a, V b) { return (V)_mm512_max_ps((__m512)a, (__m512)b); }
static inline V floor_(V a) { return (V)_mm512_roundscale_ps((__m512)a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
static inline V gather(const float* from, I at) { return (V)_mm512_i32gather_ps((__m512i)at, from, 4); }
#include "level.inc"
}  // namespace memristive
#endif
