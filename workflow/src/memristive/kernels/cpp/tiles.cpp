#include "tiles.hpp"

#include <algorithm>
#include <atomic>
#include <new>

#include "aligned.hpp"
#include "threads.hpp"

namespace memristive {

namespace {

int64_t striped(int64_t n) { return (n + 7) / 8 * 8; }

// Doubles that a tile's history takes, without the three of each step.
int64_t history_size(const Wires& w) {
  const int64_t n = striped(w.columns);
  int64_t size = n * w.rows * w.columns;
  for (int64_t row = 1; row < w.rows; ++row) size += w.columns * (n + striped(row));
  return size + w.columns * (n + striped(w.rows));
}

// So many doubles, aligned to 64 bytes, zeros at first.
struct Doubles {
  Aligned memory;
  explicit Doubles(int64_t count) : memory(2 * size_t(count)) {}
  double* data() { return reinterpret_cast<double*>(memory.data); }
};

// Calls work(tile, scratch) for every tile, on up to `threads` threads.
template <class Work>
int32_t each_tile(const Wires& w, int64_t tiles, int32_t threads, bool with_history, Work work) {
  const int64_t n = striped(w.columns), length = n + striped(w.rows);
  std::atomic<int64_t> next{0};
  std::atomic<int32_t> status{OK};
  in_threads(int(std::min<int64_t>(std::max(threads, 1), tiles)), [&] {
    try {
      Doubles state(n * length), vectors(11 * length);
      Doubles history(with_history ? history_size(w) : 0), steps(with_history ? 6 * int64_t(w.rows) * w.columns : 0);
      double* vector = vectors.data();
      const WiresScratch scratch = {state.data(),
                                    vector,
                                    vector + 4 * length,
                                    vector + 8 * length,
                                    with_history ? history.data() : nullptr,
                                    steps.data()};
      for (int64_t tile; (tile = next.fetch_add(1)) < tiles;) work(tile, scratch);
    } catch (const std::bad_alloc&) {
      status |= UNSUPPORTED;
    }
  });
  return status;
}

}  // namespace

int32_t effective(const Level& level, const Wires& w, const double* g, int64_t tiles, double* m, int32_t threads) {
  const int64_t size = int64_t(w.rows) * w.columns;
  if (size == 0 || tiles == 0) return OK;
  return each_tile(w, tiles, threads, false, [&](int64_t tile, const WiresScratch& scratch) {
    level.wires(w, g + tile * size, m + tile * size, scratch);
  });
}

int32_t effective_gradient(const Level& level, const Wires& w, const double* g, const double* of_m, int64_t tiles,
                           double* gradient, int32_t threads) {
  const int64_t size = int64_t(w.rows) * w.columns;
  if (size == 0 || tiles == 0) return OK;
  return each_tile(w, tiles, threads, true, [&](int64_t tile, const WiresScratch& scratch) {
    level.wires_gradient(w, g + tile * size, of_m + tile * size, gradient + tile * size, scratch);
  });
}

}  // namespace memristive
