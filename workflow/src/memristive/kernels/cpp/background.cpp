#include "background.hpp"

#include <algorithm>
#include <cstring>

namespace memristive {

namespace {

constexpr int64_t SAMPLES = 16;  // images that are looked at first
constexpr int PARTS = 8;         // sums side by side, which the compiler may not make of one

// Bits, not values: 0 and -0 differ, and what is not a number is equal to itself.
bool same(float a, float b) { return !std::memcmp(&a, &b, sizeof a); }

// The ends of images' intervals as points in space, for an order in which neighbours are alike.
class Ends {
 public:
  Ends(const Backgrounds& backgrounds, const Op& op, int64_t images) {
    size = (2 * op.in_height + PARTS - 1) / PARTS * PARTS;
    points.assign(images * size, 0.0f);
    along.resize(images);
    for (int64_t i = 0; i < images; ++i)
      for (int y = 0; y < op.in_height; ++y) {
        const Span& span = backgrounds.of(i)[y];
        // An empty interval lies beyond all others.
        points[i * size + 2 * y] = float(empty(span) ? op.in_width : span.first);
        points[i * size + 2 * y + 1] = float(empty(span) ? 0 : span.last);
      }
  }

  // Sorts images into halves, and halves of these, along the direction in which their points vary most. Each half but
  // the last is a multiple of `lanes`.
  void halve(int64_t* images, int64_t count, int lanes) {
    const int64_t half = (count / 2 + lanes - 1) / lanes * lanes;
    if (count <= lanes || half >= count) return;
    project(images, count);
    std::nth_element(images, images + half, images + count, [this](int64_t a, int64_t b) {
      return along[a] != along[b] ? along[a] < along[b] : a < b;
    });
    halve(images, half, lanes);
    halve(images + half, count - half, lanes);
  }

 private:
  int size;  // numbers an image: both ends of each row's interval, and zeros
  std::vector<float> points, along, mean, direction;

  float product_from_mean(const float* own, const float* other) const {
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
      for (int k = 0; k < size; ++k) mean[k] += points[images[i] * size + k];
    for (float& value : mean) value /= float(count);
    float most = -1;
    const float* farthest = nullptr;
    for (int64_t i = 0; i < count; ++i) {
      const float* const own = points.data() + images[i] * size;
      const float distance = product_from_mean(own, own);
      if (distance > most) {
        most = distance;
        farthest = own;
      }
    }
    for (int64_t i = 0; i < count; ++i) {
      const float* const own = points.data() + images[i] * size;
      const float at = product_from_mean(own, farthest);
      for (int k = 0; k < size; ++k) direction[k] += at * (own[k] - mean[k]);
    }
    for (int k = 0; k < size; ++k) direction[k] += mean[k];
    for (int64_t i = 0; i < count; ++i)
      along[images[i]] = product_from_mean(points.data() + images[i] * size, direction.data());
  }
};

}  // namespace

Backgrounds::Backgrounds(const Op& op_, const float* x_, int64_t images_) : op(op_), x(x_), images(images_) {
  for (int c = 0; c < op.in_channels; ++c) pixel.push_back(x[int64_t(c) * op.in_height * op.in_width]);
}

bool Backgrounds::prevail(double most) {
  return share(std::max<int64_t>(1, images / SAMPLES)) <= most && share(1) <= most;
}

std::vector<int64_t> Backgrounds::order(int lanes) const {
  std::vector<int64_t> order(images);
  for (int64_t i = 0; i < images; ++i) order[i] = i;
  Ends(*this, op, images).halve(order.data(), images, lanes);
  return order;
}

// The proportion of pixels that differ, of one image in every `step`.
double Backgrounds::share(int64_t step) {
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

}  // namespace memristive
