#include "slices.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>
#include <mutex>
#include <new>
#include <vector>

#include "aligned.hpp"
#include "levels.hpp"
#include "threads.hpp"

namespace memristive {

namespace {

// A plan with all that it points at.
struct Made {
  SlicedPlan plan = {};
  std::vector<int32_t> offset, operand_offset, row_at, group_at, digits, digit_sums, data, reference, tile_of;
  std::vector<SlicedBlock> blocks;
  std::vector<float> g, variance, weights;
  int32_t rows;
  float largest_digit = 0;
};

void make_rows(Made& made, int lanes, int together) {
  const SlicedOp& op = made.plan.op;
  for (int c = 0; c < op.in_channels; ++c)
    for (int i = 0; i < op.kernel_h; ++i)
      for (int j = 0; j < op.kernel_w; ++j)
        made.offset.push_back(((c * op.in_height + i * op.dilation_h) * op.in_width + j * op.dilation_w) * lanes);
  made.rows = int32_t(made.offset.size());
  const int height = op.tile_rows ? op.tile_rows : made.rows;
  made.row_at = {0}, made.group_at = {0};
  while (made.row_at.back() < made.rows) {
    const int first = made.row_at.back(), count = std::min(height, made.rows - first);
    made.row_at.push_back(first + count);
    made.group_at.push_back(made.group_at.back() + (count + 3) / 4);
  }
  made.plan.highest_tile = std::min(height, made.rows);
  for (int r = 0; r < made.plan.highest_tile; ++r) made.operand_offset.push_back(r * together * lanes);
}

void make_columns(Made& made, int most) {
  const SlicedOp& op = made.plan.op;
  const int width = op.tile_columns ? op.tile_columns : op.columns;
  int64_t g = 0, w = 0;
  for (int start = 0, tile = 0; start < op.columns; start += width, ++tile) {
    const int end = std::min(start + width, op.columns), data = end - (op.references ? 1 : 0);
    for (int c = start; c < data; ++c) {
      made.data.push_back(c);
      made.reference.push_back(op.references ? data : -1);
      made.tile_of.push_back(tile);
    }
    for (int s = 0; s < op.slices; ++s) {
      const int parts = (end - start + most - 1) / most;
      for (int part = 0, at = start; part < parts; ++part) {
        const int columns = (end - at + parts - part - 1) / (parts - part);
        made.blocks.push_back({s, at, columns, tile, g, w});
        g += int64_t(columns) * made.rows;
        w += int64_t(columns) * made.group_at.back();
        at += columns;
      }
    }
    made.plan.tile_columns = tile + 1;
  }
}

void pack_digits(Made& made) {
  const SlicedOp& op = made.plan.op;
  const int tile_rows = int(made.row_at.size()) - 1;
  const auto place = [&](const SlicedBlock& block, int r, int c) {
    return (int64_t(block.slice) * made.rows + r) * op.columns + block.start + c;
  };
  const auto digit = [&](const SlicedBlock& block, int r, int c) { return op.digits[place(block, r, c)]; };
  const bool whole = op.arithmetic != MEMRISTIVE_FLOAT;
  if (whole) made.digit_sums.assign(size_t(tile_rows) * op.slices * op.columns, 0);
  for (const SlicedBlock& block : made.blocks) {
    for (int r = 0; r < made.rows; ++r)
      for (int c = 0; c < block.width; ++c) {
        made.g.push_back(digit(block, r, c));
        made.largest_digit = std::max(made.largest_digit, std::fabs(made.g.back()));
        if (op.variance) made.variance.push_back(op.variance[place(block, r, c)]);
      }
    if (!whole) continue;
    for (int j = 0; j < tile_rows; ++j)
      for (int r = made.row_at[j]; r < made.row_at[j + 1]; r += 4)
        for (int c = 0; c < block.width; ++c) {
          uint32_t four = 0;
          for (int i = 0; i < 4 && r + i < made.row_at[j + 1]; ++i) {
            const int value = int(digit(block, r + i, c));
            assert(-128 <= value && value <= 127 && float(value) == digit(block, r + i, c));
            four |= uint32_t(uint8_t(value)) << 8 * i;
            made.digit_sums[(size_t(j) * op.slices + block.slice) * op.columns + block.start + c] += value;
          }
          made.digits.push_back(int32_t(four));
        }
  }
}

bool sensible(const SlicedOp& op) {
  const int64_t size = int64_t(op.in_channels) * op.in_height * op.in_width;
  return op.in_channels >= 1 && op.in_height >= 1 && op.in_width >= 1 && size <= INT32_MAX / 64 && op.slices >= 1 &&
         op.columns >= 1 && op.out_height >= 1 && op.out_width >= 1 && op.adc_bits >= 0 && op.adc_bits <= 24 &&
         op.code_bits >= 0 && op.code_bits <= 8 && (op.adc_bits == 0 || op.inverses) &&
         (op.code_bits > 0 || (!op.serial && op.arithmetic == MEMRISTIVE_FLOAT)) &&
         (!op.variance || op.arithmetic == MEMRISTIVE_FLOAT) && (!op.errors || op.adc_bits >= 2) &&
         int64_t(op.out_height) * op.out_width * op.columns <= INT32_MAX / 64 &&
         !(op.references && op.tile_columns == 1);
}

// Without VNNI two products are added in 16 bits, which saturate.
SlicedPositions positions_of(const Made& made, const Level& level, int32_t number) {
  const SlicedOp& op = made.plan.op;
  if (op.arithmetic == MEMRISTIVE_FLOAT) return level.sliced_float;
  if (op.arithmetic == MEMRISTIVE_WHOLE)
    if (const SlicedPositions found = vnni_at(number)) return found;
  const float code = op.serial ? 128.0f : 255.0f;
  const bool fits = 2 * code * made.largest_digit <= 32767.0f;
  return level.sliced_whole && fits ? level.sliced_whole : level.sliced_float;
}

std::vector<float> weights_of(const SlicedOp& op) {
  if (!op.serial) return {1.0f};
  std::vector<float> found;
  for (int bit = 0; bit < op.code_bits; ++bit) found.push_back(float(1 << bit));
  if (op.codes_signed) found.back() = -found.back();
  return found;
}

Made make(const SlicedOp& op, const Level& level) {
  Made made;
  SlicedPlan& plan = made.plan;
  plan.op = op;
  make_rows(made, level.lanes, level.sliced_positions);
  make_columns(made, level.max_columns);
  pack_digits(made);
  made.weights = weights_of(op);
  plan.in_size = op.in_channels * op.in_height * op.in_width;
  plan.tile_rows = int32_t(made.row_at.size()) - 1;
  plan.outputs = int32_t(made.data.size());
  plan.out_channel = op.out_height * op.out_width * level.lanes;
  plan.cycles = int32_t(made.weights.size());
  plan.block_count = int32_t(made.blocks.size());
  plan.offset = made.offset.data();
  plan.operand_offset = made.operand_offset.data();
  plan.row_at = made.row_at.data();
  plan.group_at = made.group_at.data();
  plan.blocks = made.blocks.data();
  plan.g = made.g.data();
  plan.variance = op.variance ? made.variance.data() : nullptr;
  plan.w = made.digits.data();
  plan.digit_sums = made.digit_sums.data();
  plan.weights = made.weights.data();
  plan.data = made.data.data();
  plan.reference = made.reference.data();
  plan.tile_of = made.tile_of.data();
  return made;
}

// One thread's work on groups of `blocks` lane blocks.
class SlicedWorker {
 public:
  SlicedWorker(const Made& made, const Level& level, SlicedPositions positions, int blocks, bool ranges)
      : plan(made.plan), level(level), positions(positions), element(plan.op.code_bits ? 1 : sizeof(float)) {
    const size_t lanes = level.lanes, together = level.sliced_positions;
    inputs = Aligned(size_t(plan.in_size) * lanes * blocks);
    outputs = Aligned(size_t(plan.outputs) * plan.out_channel * blocks);
    const size_t squares = plan.variance && !plan.op.serial ? plan.highest_tile : 0;
    operand = Aligned((size_t(plan.highest_tile) + squares + 3) * together * lanes);
    digital = Aligned(size_t(plan.op.slices) * plan.op.columns * together * lanes);
    total = Aligned(size_t(plan.outputs) * together * lanes);
    if (ranges) largest = Aligned(size_t(tiles()) * lanes);
  }

  // Images [first, end), at most as many as the lane blocks have lanes.
  void run(const float* x, float* y, int64_t first, int64_t end) {
    const SlicedOp& op = plan.op;
    const int lanes = level.lanes, blocks = int((end - first + lanes - 1) / lanes), together = level.sliced_positions;
    const size_t in_bytes = size_t(plan.in_size) * lanes * element;
    const int64_t out_size = int64_t(plan.outputs) * plan.out_channel;
    const int64_t pixels = int64_t(op.out_height) * op.out_width;
    std::vector<const float*> from(lanes);
    std::vector<float*> to(lanes);
    for (int b = 0; b < blocks; ++b) {
      for (int lane = 0; lane < lanes; ++lane)
        from[lane] = x + std::min(first + int64_t(b) * lanes + lane, end - 1) * plan.in_size;
      level.sliced_inputs(plan, from.data(), bytes() + b * in_bytes);
    }
    std::vector<const void*> in(together);
    std::vector<float*> out(together);
    std::vector<uint32_t> sample(size_t(together) * lanes), vector(together);
    for (int64_t start = 0; start < blocks * pixels; start += together) {
      const int count = int(std::min<int64_t>(together, blocks * pixels - start));
      for (int p = 0; p < together; ++p) {
        const int64_t at = start + std::min(p, count - 1), b = at / pixels, pixel = at % pixels;
        const int64_t row = pixel / op.out_width * op.stride_h, column = pixel % op.out_width * op.stride_w;
        in[p] = bytes() + b * in_bytes + size_t(row * op.in_width + column) * lanes * element;
        out[p] = outputs.data + b * out_size + pixel * lanes;
        vector[p] = uint32_t(pixel);
        for (int lane = 0; lane < lanes; ++lane)
          sample[p * lanes + lane] = uint32_t(std::min(first + b * lanes + lane, end - 1));
      }
      const SlicedPlaces places = {in.data(), out.data(), sample.data(), vector.data()};
      positions(plan, count, places, {operand.data, digital.data, total.data, largest.data});
    }
    if (largest.data) return;
    for (int b = 0; b < blocks; ++b) {
      const int64_t image = first + int64_t(b) * lanes;
      const int32_t images = int32_t(std::min<int64_t>(lanes, end - image));
      for (int lane = 0; lane < images; ++lane) to[lane] = y + (image + lane) * plan.outputs * pixels;
      level.spread(plan.outputs * pixels, outputs.data + b * out_size, images, to.data());
    }
  }

  // The largest magnitudes of all images so far, [tiles()], into those of other workers.
  void add_largest(float* to) const {
    for (int64_t tile = 0; tile < tiles(); ++tile)
      for (int lane = 0; lane < level.lanes; ++lane)
        to[tile] = std::max(to[tile], largest.data[tile * level.lanes + lane]);
  }

  int64_t tiles() const { return int64_t(plan.op.slices) * plan.tile_rows * plan.tile_columns; }

 private:
  uint8_t* bytes() { return reinterpret_cast<uint8_t*>(inputs.data); }

  const SlicedPlan& plan;
  const Level& level;
  SlicedPositions positions;
  size_t element;
  Aligned inputs, outputs, operand, digital, total, largest;
};

// Totals into `y`, or the largest magnitudes into `largest`, of which one is null.
int32_t carry_out(const SlicedOp& op, int32_t number, const float* x, int64_t images, float* y, float* largest,
                  int32_t threads) {
  const Level* const level = level_at(number);
  if (!level || !sensible(op)) return UNSUPPORTED;
  const Made made = make(op, *level);
  const SlicedPositions positions = positions_of(made, *level, number);
  // Vectors have one position each: those of several lane blocks share a pass over the digits.
  const int blocks = op.out_height * op.out_width == 1 ? level->sliced_positions : 1;
  const int64_t unit = int64_t(blocks) * level->lanes;
  std::atomic<int64_t> next{0};
  std::atomic<int32_t> status{OK};
  std::mutex one_at_a_time;
  if (largest) std::fill_n(largest, int64_t(op.slices) * made.plan.tile_rows * made.plan.tile_columns, 0.0f);
  in_threads(int(std::min<int64_t>(std::max(threads, 1), (images + unit - 1) / unit)), [&] {
    try {
      SlicedWorker worker(made, *level, positions, blocks, largest != nullptr);
      for (int64_t first; (first = next.fetch_add(unit)) < images;)
        worker.run(x, y, first, std::min(first + unit, images));
      if (!largest) return;
      const std::lock_guard<std::mutex> lock(one_at_a_time);
      worker.add_largest(largest);
    } catch (const std::bad_alloc&) {
      status |= UNSUPPORTED;
    }
  });
  return status;
}

}  // namespace

int32_t sliced(const SlicedOp& op, int32_t level, const float* x, int64_t images, float* y, int32_t threads) {
  return carry_out(op, level, x, images, y, nullptr, threads);
}

int32_t sliced_largest(const SlicedOp& op, int32_t level, const float* x, int64_t images, float* largest,
                       int32_t threads) {
  return carry_out(op, level, x, images, nullptr, largest, threads);
}

}  // namespace memristive
