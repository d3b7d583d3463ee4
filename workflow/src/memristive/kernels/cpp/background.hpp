// Images on an even background, as MNIST's digits are.
//
// What a chain makes of the background alone is computed once and kept; an image is computed only where something else
// can have an influence. Equal inputs give equal outputs, so no bit changes. What may differ from the background is an
// interval in each row of pixels: none too small.
#pragma once
#include <cstdint>
#include <vector>

#include "rows.hpp"

namespace memristive {

// Where each of many images differs from the background, which is the first image's first pixel.
class Backgrounds {
 public:
  std::vector<float> pixel;  // [channels]

  // `x` [images, inputs of `op`] must stay where it is.
  Backgrounds(const Op& op, const float* x, int64_t images);

  // Whether at most this proportion of the pixels differs; then `of` and `order` may be asked. Only a few images are
  // looked at where these already differ too much.
  bool prevail(double most);

  // The intervals [height] of an image.
  const Span* of(int64_t image) const { return spans.data() + image * op.in_height; }

  // All images, those that differ from the background in the same places next to each other, so that the images of a
  // vector of `lanes` do.
  std::vector<int64_t> order(int lanes) const;

 private:
  double share(int64_t step);

  const Op& op;
  const float* x;
  int64_t images;
  std::vector<Span> spans;  // [images][height]
};

}  // namespace memristive
