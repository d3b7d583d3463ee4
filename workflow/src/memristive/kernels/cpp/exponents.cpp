#include "exponents.hpp"

#include <cmath>
#include <cstring>
#include <limits>

namespace memristive {

namespace {

float as_float(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

uint32_t as_bits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// The library's log2f is not exact just above powers of two, so its steps are found by bisection.
Exponents find() {
  Exponents table;
  table.near_powers = true;
  for (int e = Exponents::first; e <= Exponents::last; ++e) {
    uint32_t low = 0, high = as_bits(std::numeric_limits<float>::infinity());
    auto within = [e](uint32_t bits) { return std::ceil(std::log2(as_float(bits) + 1e-12f)) <= float(e); };
    if (!within(0)) {
      table.limit[e - Exponents::first] = -1.0f;
      continue;
    }
    while (high - low > 1) {
      const uint32_t middle = low + (high - low) / 2;
      (within(middle) ? low : high) = middle;
    }
    table.limit[e - Exponents::first] = as_float(low);
    const uint32_t sum = as_bits(as_float(low) + 1e-12f);
    if (e < Exponents::last && (int(sum >> 23) - 127 != e || (sum & 0x7fffff) >= 63)) table.near_powers = false;
  }
  return table;
}

}  // namespace

const Exponents& exponents() {
  static const Exponents table = find();
  return table;
}

}  // namespace memristive
