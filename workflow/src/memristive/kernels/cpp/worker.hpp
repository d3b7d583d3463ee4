// One thread's work: groups of images through a chain.
#pragma once
#include <vector>

#include "background.hpp"
#include "chain.hpp"

namespace memristive {

struct Job {  // one call
  const float* x;
  const float* ranges;  // of the images, or null: each image's own
  int64_t images;
  float* y;
  const uint32_t* used;  // of each stage: samples for which its noise was drawn before; null where none has noise
  const Reference* reference = nullptr;      // null: every pixel is computed; else so are the two below
  const Backgrounds* backgrounds = nullptr;  // where images differ from the reference's background
  const int64_t* order = nullptr;            // in which the images are taken

  int64_t image(int64_t n) const { return order ? order[n] : n; }
};

class Worker {
 public:
  std::vector<Aligned> buffers;  // a stage's input each, and the last one's output
  Scratch scratch;

  // For groups of `blocks` lane blocks.
  Worker(const Chain& chain, const Job& job, int blocks);

  // The images from number `first` to `end`, at most as many as a group has lanes. Returns a status.
  int32_t run(int64_t first, int64_t end);

  // Lanes for the images from number `first` on; lanes after number `end` repeat the last one.
  int32_t pack(int64_t first, int64_t end, float* buffer);
  void unpack(int64_t first, int64_t end, const float* buffer);

  // Scales inputs where the stage does that. Returns whether any was scaled.
  bool encode(const Stage& stage, float* in, const float* ranges, float* factors) const;

  // The outputs of stage `i` in `rows` of each row. Returns a status.
  int32_t compute(int i, float* in, float* out, const Rows& rows);

 private:
  int32_t run_block(int b, Rows rows, const float* ranges);
  int32_t run_wide(int i, int count, const float* ranges);
  void further(int i, const float* in, int64_t size);
  void restore(const Plan& plan, const Aligned& reference, const Rows& rows, Rows& differed, float* out) const;

  const Chain& chain;
  const Job& job;
  std::vector<Rows> differs;       // where a stage's output buffer may hold something else than the reference
  std::vector<const float*> from;  // of each lane's image
  std::vector<float*> to;
  std::vector<Pixel> some;
  std::vector<uint32_t> samples;  // [lane blocks][lanes]: numbers of the images
  Aligned raw, sum, factor, kept, block_ranges, part, inputs;
};

}  // namespace memristive
