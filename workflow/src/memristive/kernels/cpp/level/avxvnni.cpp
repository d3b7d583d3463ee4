// Products of whole numbers by AVX-VNNI, which adds four products of bytes in one instruction and never saturates.
#include "compiler.hpp"

// By pragma and not by a flag, which older compilers would refuse.
#if !defined(__x86_64__)
#elif defined(__clang__) && __clang_major__ >= 12
#define KNOWS_AVXVNNI
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avxvnni"))), apply_to = function)
#elif !defined(__clang__) && __GNUC__ >= 11
#define KNOWS_AVXVNNI
#pragma GCC target("avxvnni")
#include <immintrin.h>
#endif

#if defined(KNOWS_AVXVNNI)

namespace memristive::avxvnni {
namespace {

#include "avx2.inc"

INLINE I dot(I sum, I codes, I digits) {
  return (I)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)codes, (__m256i)digits);
}

#include "vectors.inc"
#include "multiply.inc"
#include "layout.inc"
#include "noise.inc"
#include "sliced_adc.inc"
#include "slices.inc"
#include "whole.inc"

}  // namespace

#if defined(__clang__)
#pragma clang attribute pop
#endif

extern const SlicedPositions whole;
const SlicedPositions whole = sliced_whole;

}  // namespace memristive::avxvnni
#else
namespace memristive::avxvnni {
extern const SlicedPositions whole;
const SlicedPositions whole = nullptr;
}  // namespace memristive::avxvnni
#endif
