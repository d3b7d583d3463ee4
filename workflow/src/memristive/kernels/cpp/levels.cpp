#include "levels.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace memristive {

namespace plain {
extern const Level level;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Level level;
}
namespace avx512 {
extern const Level level;
}
namespace avxvnni {
extern const SlicedPositions whole;
}
namespace avx512vnni {
extern const SlicedPositions whole;
}
#endif

const Level* level_at(int32_t number) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (number == 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &avx2::level;
  if (number == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return &avx512::level;
#endif
  return number == 0 ? &plain::level : nullptr;
}

SlicedPositions vnni_at(int32_t number) {
#if defined(__x86_64__)
  // Asked of the processor itself: compilers learned the name of AVX-VNNI late. Its registers are those of AVX2.
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (number == 1 && level_at(1) && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1)) return avxvnni::whole;
  if (number == 2 && level_at(2) && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c >> 11 & 1)) return avx512vnni::whole;
#endif
  return nullptr;
}

}  // namespace memristive
