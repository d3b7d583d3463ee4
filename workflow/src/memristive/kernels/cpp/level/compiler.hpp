// What the levels need beyond standard C++: vectors of the compiler (GCC's vector extensions, which clang has too),
// inlining, unrolling and shuffling.
#pragma once
#include <cassert>
#include <cstdint>
#include <cstring>
#include <utility>

#include "../plan.hpp"

#if !defined(__GNUC__)
#error "the kernels are compiled by g++ or clang++"
#endif

#define INLINE_MEMBER inline __attribute__((always_inline))
#define INLINE static INLINE_MEMBER

#define PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define UNROLL(times) PRAGMA(unroll times)
// The entries `...` of a and b, counted through both.
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define UNROLL(times) PRAGMA(GCC unroll times)
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, I{__VA_ARGS__})
#endif
