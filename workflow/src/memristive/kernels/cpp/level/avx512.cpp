// AVX-512: 16 images a vector.
#if defined(__x86_64__)
#include <immintrin.h>

#include "compiler.hpp"

namespace memristive::avx512 {
namespace {

constexpr int LANES = 16;
constexpr int BLOCK_POSITIONS = 4, BLOCK_COLUMNS = 6;  // sums in registers: 24 of 32
constexpr int POSITIONS = 4;

using V = float __attribute__((vector_size(64)));
using I = int32_t __attribute__((vector_size(64)));

inline bool any(I a) { return _mm512_test_epi32_mask((__m512i)a, (__m512i)a) != 0; }
inline V splat(float a) { return (V)_mm512_set1_ps(a); }
inline V fma_(V a, V b, V c) { return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
inline V fma_fast(V a, V b, V c) { return fma_(a, b, c); }
inline V min_(V a, V b) { return (V)_mm512_min_ps((__m512)a, (__m512)b); }
inline V max_(V a, V b) { return (V)_mm512_max_ps((__m512)a, (__m512)b); }
inline V floor_(V a) { return (V)_mm512_roundscale_ps((__m512)a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
inline V gather(const float* from, I at) { return (V)_mm512_i32gather_ps((__m512i)at, from, 4); }

#include "level.inc"

}  // namespace

extern const Level level;
const Level level = TABLE;

}  // namespace memristive::avx512
#endif
