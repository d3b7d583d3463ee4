// AVX-512: 16 images a vector.
#if defined(__x86_64__)
#include <immintrin.h>

#include "compiler.hpp"

namespace memristive::avx512 {
namespace {

#include "avx512.inc"

#define WHOLE
// Exact where no sum of two products is beyond 16 bits, see slices.cpp.
INLINE I dot(I sum, I codes, I digits) {
  const __m512i pairs = _mm512_maddubs_epi16((__m512i)codes, (__m512i)digits);
  return sum + (I)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
}

#include "level.inc"

}  // namespace

extern const Level level;
const Level level = TABLE;

}  // namespace memristive::avx512
#endif
