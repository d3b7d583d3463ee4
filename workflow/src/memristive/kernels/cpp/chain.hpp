// Chains of operations made ready for one level: what a caller holds as a handle.
#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "aligned.hpp"
#include "plan.hpp"

namespace memristive {

// One operation, with all that its plan points at.
struct Stage {
  Plan plan;
  Plan sums;  // with adc_spans_sample: the same without ADC and what follows it
  std::vector<int32_t> offset;
  std::vector<Tile> tiles;
  std::vector<Block> blocks;
  std::vector<Pixel> pixels;  // all of them
  std::vector<float> packed, bias, alpha, beta, ranges, log_limits, log_values, log_bounds;
  std::vector<double> even, odd;  // of a law
  bool scaled, padded;
};

// What the stages make of an image that is background all over: their outputs, up to the first stage by which an
// image's other pixels change it too (scaling, an ADC whose range spans the image).
struct Reference {
  std::vector<float> pixel;
  std::vector<Aligned> outputs;
};

struct Chain {
  const Level* level;
  std::vector<std::unique_ptr<Stage>> stages;
  int wide_from;              // stages from here on work on vectors: their positions are lane blocks
  int64_t in_size, out_size;  // floats an image
  mutable std::mutex lock;    // of `reference`
  mutable std::shared_ptr<const Reference> reference;  // the last one asked for
};

// Null where an operation cannot be carried out. Copies what the operations point at.
std::unique_ptr<Chain> make_chain(const Op* ops, int32_t count, const Level& level);

}  // namespace memristive
