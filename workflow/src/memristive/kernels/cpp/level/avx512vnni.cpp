// Products of whole numbers by AVX-512 VNNI, which adds four products of bytes in one instruction and never saturates.
#include "compiler.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

namespace memristive::avx512vnni {
namespace {

#include "avx512.inc"

INLINE I dot(I sum, I codes, I digits) {
  return (I)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)codes, (__m512i)digits);
}

#include "vectors.inc"
#include "multiply.inc"
#include "layout.inc"
#include "noise.inc"
#include "sliced_adc.inc"
#include "slices.inc"
#include "whole.inc"

}  // namespace

extern const SlicedPositions whole;
const SlicedPositions whole = sliced_whole;

}  // namespace memristive::avx512vnni
#else
namespace memristive::avx512vnni {
extern const SlicedPositions whole;
const SlicedPositions whole = nullptr;
}  // namespace memristive::avx512vnni
#endif
