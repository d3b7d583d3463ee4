// Images on an even background, as MNIST's digits are: what the chain makes of the background alone is computed once
// and kept; an image is computed only where something else can have an influence. Equal inputs give equal outputs, so
// no bit changes. What may differ from the background is an interval in each row of pixels: none too small.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine.hpp"

namespace memristive {

using Rows = std::vector<Span>;  // one interval a row of pixels

inline Rows whole(int height, int width) { return Rows(height, Span{0, width}); }

inline void widen(Span& span, const Span& other) {
  if (other.first >= other.last) return;
  if (span.first >= span.last)
    span = other;
  else
    span = {std::min(span.first, other.first), std::max(span.last, other.last)};
}

inline void list(const Rows& rows, std::vector<Pixel>& pixels) {
  pixels.clear();
  for (int32_t y = 0; y < int32_t(rows.size()); ++y)
    for (int32_t x = rows[y].first; x < rows[y].last; ++x) pixels.push_back({y, x});
}

// The outputs of `op` that look at one of the inputs `in`.
inline Rows reached(const Op& op, const Rows& in) {
  if (op.kind == ELEMENTWISE) return in;
  Rows out(op.out_height, Span{0, 0});
  for (int y = 0; y < op.out_height; ++y) {
    Span seen = {0, 0};
    for (int i = 0; i < op.kernel_h; ++i) {
      const int row = y * op.stride_h + i * op.dilation_h - op.pad_top;
      if (row >= 0 && row < op.in_height) widen(seen, in[row]);
    }
    if (seen.first >= seen.last) continue;
    const int before = seen.first + op.pad_left - op.dilation_w * (op.kernel_w - 1);
    const int first = before > 0 ? (before + op.stride_w - 1) / op.stride_w : 0;
    out[y] = {first, std::min(op.out_width, (seen.last - 1 + op.pad_left) / op.stride_w + 1)};
  }
  return out;
}

// Where each of many images differs from the background, which is the first image's first pixel.
class Backgrounds {
 public:
  std::vector<float> pixel;  // [channels]

  Backgrounds(const Op& op_, const float* x_, int64_t images_) : op(op_), x(x_), images(images_) {
    for (int c = 0; c < op.in_channels; ++c) pixel.push_back(x[int64_t(c) * op.in_height * op.in_width]);
  }

  // Whether at most this proportion of the pixels differs; then `of` and `order` may be asked. A few images are looked
  // at first, so that it costs others nothing.
  bool prevail(double most) { return share(std::max<int64_t>(1, images / SAMPLES)) <= most && share(1) <= most; }

  // The intervals [height] of an image.
  const Span* of(int64_t image) const { return spans.data() + image * op.in_height; }

  // Images that differ from the background in the same places, next to each other: halves, and halves of these, along
  // the direction in which the ends of their intervals vary most. Each half but the last is a multiple of `lanes`.
  std::vector<int64_t> order(int lanes) const {
    std::vector<int64_t> order(images);
    for (int64_t i = 0; i < images; ++i) order[i] = i;
    Ends ends(*this);
    halve(order.data(), images, lanes, ends);
    return order;
  }

 private:
  static constexpr int64_t SAMPLES = 16;
  const Op& op;
  const float* x;
  int64_t images;
  std::vector<Span> spans;  // [images][height]

  // Bits, not values: 0 and -0 differ, and what is not a number is equal to itself.
  static bool same(float a, float b) { return !std::memcmp(&a, &b, sizeof a); }

  // The proportion of pixels that differ, of every so many images one.
  double share(int64_t step) {
    spans.assign(images * op.in_height, Span{0, 0});
    int64_t differ = 0, all = 0;
    for (int64_t image = 0; image < images; image += step)
      for (int y = 0; y < op.in_height; ++y) {
        Span& span = spans[image * op.in_height + y];
        for (int c = 0; c < op.in_channels; ++c) {
          const float* const row = x + ((image * op.in_channels + c) * op.in_height + y) * op.in_width;
          int first = 0, last = op.in_width;
          while (first < last && same(row[first], pixel[c])) ++first;
          while (last > first && same(row[last - 1], pixel[c])) --last;
          widen(span, {first, last});
        }
        differ += span.last - span.first;
        all += op.in_width;
      }
    return double(differ) / double(all);
  }

  struct Ends {
    static constexpr int PARTS = 8;  // sums side by side, which the compiler may not make of one
    int size;                        // numbers an image: both ends of each row's interval, and zeros
    std::vector<float> of, along, mean, direction;

    explicit Ends(const Backgrounds& from) {
      size = (2 * from.op.in_height + PARTS - 1) / PARTS * PARTS;
      of.assign(from.images * size, 0.0f);
      along.resize(from.images);
      for (int64_t i = 0; i < from.images; ++i)
        for (int y = 0; y < from.op.in_height; ++y) {
          const Span& span = from.of(i)[y];
          const bool empty = span.first >= span.last;  // lies beyond all others
          of[i * size + 2 * y] = float(empty ? from.op.in_width : span.first);
          of[i * size + 2 * y + 1] = float(empty ? 0 : span.last);
        }
    }

    float along_from_mean(const float* own, const float* other) const {
      float parts[PARTS] = {};
      for (int k = 0; k < size; k += PARTS)
        for (int part = 0; part < PARTS; ++part)
          parts[part] += (own[k + part] - mean[k + part]) * (other[k + part] - mean[k + part]);
      float sum = 0;
      for (float part : parts) sum += part;
      return sum;
    }

    // Where each image lies along the first principal direction, nearly: one step of the power iteration.
    void project(const int64_t* images, int64_t count) {
      mean.assign(size, 0.0f);
      direction.assign(size, 0.0f);
      for (int64_t i = 0; i < count; ++i)
        for (int k = 0; k < size; ++k) mean[k] += of[images[i] * size + k];
      for (float& value : mean) value /= float(count);
      float most = -1;
      const float* farthest = nullptr;
      for (int64_t i = 0; i < count; ++i) {
        const float* const own = of.data() + images[i] * size;
        const float distance = along_from_mean(own, own);
        if (distance > most) {
          most = distance;
          farthest = own;
        }
      }
      for (int64_t i = 0; i < count; ++i) {
        const float* const own = of.data() + images[i] * size;
        const float at = along_from_mean(own, farthest);
        for (int k = 0; k < size; ++k) direction[k] += at * (own[k] - mean[k]);
      }
      for (int k = 0; k < size; ++k) direction[k] += mean[k];
      for (int64_t i = 0; i < count; ++i)
        along[images[i]] = along_from_mean(of.data() + images[i] * size, direction.data());
    }
  };

  static void halve(int64_t* images, int64_t count, int lanes, Ends& ends) {
    const int64_t half = (count / 2 + lanes - 1) / lanes * lanes;
    if (count <= lanes || half >= count) return;
    ends.project(images, count);
    const float* const along = ends.along.data();
    std::nth_element(images, images + half, images + count, [along](int64_t a, int64_t b) {
      return along[a] != along[b] ? along[a] < along[b] : a < b;
    });
    halve(images, half, lanes, ends);
    halve(images + half, count - half, lanes, ends);
  }
};

}  // namespace memristive
