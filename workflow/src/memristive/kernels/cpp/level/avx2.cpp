// AVX2 with fused multiply-add: 8 images a vector.
#if defined(__x86_64__)
#include <immintrin.h>

#include "compiler.hpp"

namespace memristive::avx2 {
namespace {

#include "avx2.inc"

#define WHOLE
// Exact where no sum of two products is beyond 16 bits, see slices.cpp.
INLINE I dot(I sum, I codes, I digits) {
  const __m256i pairs = _mm256_maddubs_epi16((__m256i)codes, (__m256i)digits);
  return sum + (I)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

#include "level.inc"

}  // namespace

extern const Level level;
const Level level = TABLE;

}  // namespace memristive::avx2
#endif
