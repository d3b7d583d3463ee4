#include "gated.hpp"

#include <algorithm>
#include <atomic>

#include "threads.hpp"

namespace memristive {

int32_t gated(const Level& level, const Gated& w, const double* g, const uint8_t* selected, int64_t vectors, double* m,
              int32_t threads) {
  constexpr int64_t CHUNK = 16;
  std::atomic<int64_t> next{0};
  in_threads(int(std::min<int64_t>(std::max(threads, 1), (vectors + CHUNK - 1) / CHUNK)), [&] {
    for (int64_t start; (start = next.fetch_add(CHUNK)) < vectors;)
      for (int64_t v = start; v < std::min(start + CHUNK, vectors); ++v)
        level.gated(w, g, selected + v * w.rows, m + v * w.columns);
  });
  return OK;
}

}  // namespace memristive
