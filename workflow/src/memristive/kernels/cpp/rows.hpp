// Which pixels of an image are meant: one interval in each row of pixels.
#pragma once
#include <algorithm>
#include <cassert>
#include <vector>

#include "plan.hpp"

namespace memristive {

using Rows = std::vector<Span>;

inline Rows whole(int height, int width) { return Rows(height, Span{0, width}); }

inline bool empty(const Span& span) { return span.first >= span.last; }

inline void widen(Span& span, const Span& other) {
  if (empty(other)) return;
  span = empty(span) ? other : Span{std::min(span.first, other.first), std::max(span.last, other.last)};
}

inline void list(const Rows& rows, std::vector<Pixel>& pixels) {
  pixels.clear();
  for (int32_t y = 0; y < int32_t(rows.size()); ++y)
    for (int32_t x = rows[y].first; x < rows[y].last; ++x) pixels.push_back({y, x});
}

// The outputs of `op` that look at one of the inputs `in`.
inline Rows reached(const Op& op, const Rows& in) {
  assert(int32_t(in.size()) == op.in_height);
  if (op.kind == ELEMENTWISE) return in;
  Rows out(op.out_height, Span{0, 0});
  for (int y = 0; y < op.out_height; ++y) {
    Span seen = {0, 0};
    for (int i = 0; i < op.kernel_h; ++i) {
      const int row = y * op.stride_h + i * op.dilation_h - op.pad_top;
      if (row >= 0 && row < op.in_height) widen(seen, in[row]);
    }
    if (empty(seen)) continue;
    const int before = seen.first + op.pad_left - op.dilation_w * (op.kernel_w - 1);
    const int first = before > 0 ? (before + op.stride_w - 1) / op.stride_w : 0;
    out[y] = {first, std::min(op.out_width, (seen.last - 1 + op.pad_left) / op.stride_w + 1)};
  }
  return out;
}

}  // namespace memristive
