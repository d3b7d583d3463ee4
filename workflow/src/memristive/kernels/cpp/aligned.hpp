// Memory for vectors of any level.
#pragma once
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace memristive {

// So many floats, zeros at first, aligned to 64 bytes.
struct Aligned {
  float* data = nullptr;

  Aligned() = default;
  explicit Aligned(size_t floats) {
    const size_t bytes = (floats * sizeof(float) + 63) / 64 * 64 + 64;
    data = static_cast<float*>(std::aligned_alloc(64, bytes));
    if (!data) throw std::bad_alloc();
    std::memset(data, 0, bytes);
  }
  Aligned(Aligned&& other) noexcept : data(std::exchange(other.data, nullptr)) {}
  Aligned& operator=(Aligned&& other) noexcept {
    std::swap(data, other.data);
    return *this;
  }
  ~Aligned() { std::free(data); }
};

}  // namespace memristive
