#include "levels.hpp"

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

}  // namespace memristive
