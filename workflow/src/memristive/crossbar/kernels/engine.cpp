// Plans, threads and the C interface of the compiled crossbar; the arithmetic is in level.inc.
//
// A chain of operations runs on groups of images, each group from the images to the last output before the next
// one starts, so that activations stay in the cache. No result depends on the grouping or on the number of threads:
// an image is a lane, and lanes never meet.
#include "engine.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace memristive {

extern const Level level_plain;
#if defined(__x86_64__)
extern const Level level_avx2;
extern const Level level_avx512;
#endif

namespace {

constexpr int GROUP_IMAGES = 64;

const Level* level_at(int which) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (which == 2)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
                   && __builtin_cpu_supports("avx512vl")
               ? &level_avx512
               : nullptr;
  if (which == 1) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &level_avx2 : nullptr;
#endif
  return which == 0 ? &level_plain : nullptr;
}

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
Exponents find_exponents() {
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

const Exponents& exponents() {
  static const Exponents table = find_exponents();
  return table;
}

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

struct Stage {
  Plan plan;
  Plan sums;  // with adc_spans_sample: the same without ADC and what follows it
  std::vector<int32_t> offset;
  std::vector<Tile> tiles;
  std::vector<Block> blocks;
  std::vector<float> packed, bias, alpha, beta, ranges, log_limits, log_values, log_bounds;
  bool scaled, padded;
};

struct Chain {
  const Level* level;
  std::vector<std::unique_ptr<Stage>> stages;
  int wide_from;  // stages from here on work on vectors: their positions are lane blocks
  int64_t in_size, out_size;  // floats an image
};

const float* keep(std::vector<float>& to, const float* from, int count) {
  if (!from) return nullptr;
  to.assign(from, from + count);
  return to.data();
}

void plan_columns(Stage& stage, const Level& level) {
  Plan& plan = stage.plan;
  const Op& op = plan.op;
  const int width = op.tile_columns ? op.tile_columns : op.columns_padded;
  // Padding columns that hold nothing but zeros take part in the range, not in the arithmetic.
  int used = op.out_channels;
  for (int64_t r = 0; r < plan.rows; ++r)
    for (int c = op.columns_padded - 1; c >= used; --c)
      if (op.conductance[r * op.columns_padded + c] != 0) used = c + 1;
  const int most = level.max_columns;
  size_t floats = 0;
  for (int start = 0; start < op.out_channels; start += width) {
    Tile tile = {};
    tile.start = start;
    tile.total = std::min(width, op.columns_padded - start);
    tile.used = std::min(tile.total, used - start);
    tile.real = std::min(tile.total, op.out_channels - start);
    const float index = std::round(op.overflow_rate * float(tile.total));
    tile.overflow_index = std::min(int(index), tile.total - 1);
    tile.first_block = int(stage.blocks.size());
    tile.blocks = (tile.used + most - 1) / most;
    for (int b = 0, at = start; b < tile.blocks; ++b) {
      const int columns = (tile.used - (at - start) + tile.blocks - b - 1) / (tile.blocks - b);
      stage.blocks.push_back({at, columns, nullptr});
      floats += size_t(columns) * plan.rows;
      at += columns;
    }
    plan.widest = std::max(plan.widest, tile.used);
    stage.tiles.push_back(tile);
  }
  stage.packed.resize(floats);
  float* to = stage.packed.data();
  for (Block& block : stage.blocks) {
    block.g = to;
    for (int64_t r = 0; r < plan.rows; ++r, to += block.width)
      std::memcpy(to, op.conductance + r * op.columns_padded + block.start, sizeof(float) * block.width);
  }
  plan.tiles = stage.tiles.data();
  plan.tile_count = int(stage.tiles.size());
  plan.blocks = stage.blocks.data();
}

bool sensible(const Op& op) {
  if (op.in_channels < 1 || op.in_height < 1 || op.in_width < 1 || op.out_channels < 1 || op.out_height < 1 ||
      op.out_width < 1)
    return false;
  if (op.kind != CROSSBAR) return true;
  if (op.columns_padded < op.out_channels || op.first_tile_row >= op.last_tile_row) return false;
  if (op.adc == ADC_NONE) return !op.adc_ranges;
  if (op.adc_ranges && (op.adc != ADC_LINEAR || op.adc_spans_sample)) return false;
  return op.adc_bits >= 2 && op.adc_bits <= 22 &&
         (op.adc == ADC_LINEAR || (op.log_limits && op.log_values && op.log_bounds));
}

std::unique_ptr<Stage> plan_stage(const Op& op, const Level& level) {
  auto stage = std::make_unique<Stage>();
  Plan& plan = stage->plan;
  plan = {};
  plan.op = op;
  const bool crossbar = op.kind == CROSSBAR;
  const int lanes = level.lanes;
  stage->padded = crossbar && (op.pad_top || op.pad_bottom || op.pad_left || op.pad_right);
  stage->scaled = crossbar && op.max_input_voltage > 0;
  plan.in_height = op.in_height + (crossbar ? op.pad_top + op.pad_bottom : 0);
  plan.in_width = op.in_width + (crossbar ? op.pad_left + op.pad_right : 0);
  plan.in_size = op.in_channels * plan.in_height * plan.in_width * lanes;
  plan.grid_width = op.out_width;
  plan.grid_count = op.out_width * op.out_height;
  plan.in_step_row = op.stride_h * plan.in_width * lanes;
  plan.in_step_column = op.stride_w * lanes;
  if (crossbar) {
    plan.rows = op.in_channels * op.kernel_h * op.kernel_w;
    for (int c = 0; c < op.in_channels; ++c)
      for (int i = 0; i < op.kernel_h; ++i)
        for (int j = 0; j < op.kernel_w; ++j)
          stage->offset.push_back(
              ((c * plan.in_height + i * op.dilation_h) * plan.in_width + j * op.dilation_w) * lanes);
    plan.offset = stage->offset.data();
    plan_columns(*stage, level);
  }
  plan.op.conductance = nullptr;
  plan.op.bias = keep(stage->bias, op.bias, op.out_channels);
  plan.op.bn_alpha = keep(stage->alpha, op.bn_alpha, op.out_channels);
  plan.op.bn_beta = keep(stage->beta, op.bn_beta, op.out_channels);
  if (crossbar && op.adc_ranges) {
    const int tile_rows = op.tile_rows ? (plan.rows + op.tile_rows - 1) / op.tile_rows : 1;
    plan.op.adc_ranges = keep(stage->ranges, op.adc_ranges, tile_rows * plan.tile_count);
  }
  if (op.adc >= ADC_LOG_MEMTORCH) {
    const int codes = op.log_exponents << (op.adc_bits - 1);
    plan.op.log_limits = keep(stage->log_limits, op.log_limits, codes);
    plan.op.log_values = keep(stage->log_values, op.log_values, codes);
    plan.op.log_bounds = keep(stage->log_bounds, op.log_bounds, 2 * op.log_exponents);
  }
  return stage;
}

// Where a stage writes: into the interior of the next one's input, or plainly.
void plan_output(Stage& stage, const Stage* next, int lanes) {
  Plan& plan = stage.plan;
  const Op& op = plan.op;
  int height = op.out_height, width = op.out_width, top = 0, left = 0;
  if (next && next->padded) {
    height = next->plan.in_height;
    width = next->plan.in_width;
    top = next->plan.op.pad_top;
    left = next->plan.op.pad_left;
  }
  plan.out_row = width * lanes;
  plan.out_channel = height * width * lanes;
  plan.out_origin = (top * width + left) * lanes;
  plan.out_size = op.out_channels * plan.out_channel;
  plan.out_step_row = plan.out_row;
  plan.out_step_column = lanes;
  stage.sums = plan;
  Op& sums = stage.sums.op;
  sums.adc = ADC_NONE;
  sums.rescale_output = sums.has_line = sums.relu = 0;
  sums.bias = sums.bn_alpha = sums.bn_beta = sums.adc_ranges = nullptr;
}

bool vectors(const Op& op) {
  return op.kind != POOL && op.in_height == 1 && op.in_width == 1 && op.out_height == 1 && op.out_width == 1 &&
         !op.pad_top && !op.pad_bottom && !op.pad_left && !op.pad_right && !op.adc_spans_sample;
}

struct Worker {
  const Chain& chain;
  int blocks;  // lane blocks a group
  std::vector<Aligned> buffers;
  Aligned raw, sum, factor, block_ranges;
  Scratch scratch;

  Worker(const Chain& chain_, int blocks_) : chain(chain_), blocks(blocks_) {
    const int lanes = chain.level->lanes, count = int(chain.stages.size());
    int widest = 1, columns = 1;
    for (int i = 0; i <= count; ++i) {
      const Plan& plan = chain.stages[std::min(i, count - 1)]->plan;
      const size_t size = i < count ? plan.in_size : plan.out_size;
      buffers.emplace_back(size * (i >= chain.wide_from ? blocks : 1));
      widest = std::max(widest, plan.widest);
      columns = std::max(columns, plan.op.out_channels);
    }
    raw = Aligned(size_t(widest) * chain.level->max_positions * lanes);
    sum = Aligned(size_t(columns) * chain.level->max_positions * lanes);
    factor = Aligned(size_t(blocks) * lanes);
    block_ranges = Aligned(size_t(blocks) * lanes);
    scratch = {raw.data, sum.data, factor.data};
  }

  // Whether anything was scaled.
  bool encode(const Stage& stage, float* in, const float* ranges, float* factors) const {
    return stage.scaled && chain.level->encode(stage.plan, in, ranges, factors);
  }

  int32_t run_stage(const Stage& stage, float* in, float* out, const float* ranges) {
    const Level& level = *chain.level;
    const Plan& plan = stage.plan;
    if (plan.op.kind == POOL) {
      level.pool(plan, in, out);
      return OK;
    }
    if (plan.op.kind == ELEMENTWISE) return level.elementwise(plan, in, out);
    const bool touched = encode(stage, in, ranges, scratch.factor);
    int32_t status;
    if (plan.op.adc_spans_sample && plan.op.adc != ADC_NONE) {
      status = level.crossbar(stage.sums, exponents(), in, out, nullptr, 0, plan.grid_count, scratch);
      status |= level.span(plan, exponents(), out, scratch.factor);
    } else {
      status = level.crossbar(plan, exponents(), in, out, scratch.factor, 0, plan.grid_count, scratch);
    }
    if (touched && stage.padded) std::memset(in, 0, sizeof(float) * plan.in_size);  // its border is zeros again
    return status;
  }

  // Vectors: the lane blocks are the positions.
  int32_t run_wide(const Stage& stage, float* in, float* out, int count, const float* ranges) {
    const Level& level = *chain.level;
    const int lanes = level.lanes;
    if (stage.plan.op.kind == ELEMENTWISE) {
      int32_t status = OK;
      for (int b = 0; b < count; ++b)
        status |= level.elementwise(stage.plan, in + size_t(b) * stage.plan.in_size,
                                    out + size_t(b) * stage.plan.out_size);
      return status;
    }
    Plan plan = stage.plan;
    plan.wide = true;
    plan.grid_width = plan.grid_count = count;
    plan.in_step_column = plan.in_size;
    plan.out_step_column = plan.out_size;
    for (int b = 0; b < count; ++b)
      encode(stage, in + size_t(b) * plan.in_size, ranges ? ranges + b * lanes : nullptr, scratch.factor + b * lanes);
    return level.crossbar(plan, exponents(), in, out, scratch.factor, 0, count, scratch);
  }

  // `images` images from `x` on, at most `blocks` lane blocks.
  int32_t run(const float* x, const float* ranges, int64_t images, float* y) {
    const Level& level = *chain.level;
    const int lanes = level.lanes, count = int(chain.stages.size());
    const int used = int((images + lanes - 1) / lanes);
    if (ranges) {
      std::fill_n(block_ranges.data, size_t(used) * lanes, ranges[images - 1]);
      std::copy_n(ranges, images, block_ranges.data);
    }
    int32_t status = OK;
    for (int b = 0; b < used; ++b) {
      const int64_t present = std::min<int64_t>(lanes, images - int64_t(b) * lanes);
      float* in = buffers[0].data + (chain.wide_from == 0 ? size_t(b) * chain.stages[0]->plan.in_size : 0);
      status |= level.pack(chain.stages[0]->plan, x + int64_t(b) * lanes * chain.in_size, present, in);
      for (int i = 0; i < chain.wide_from; ++i) {
        const Stage& stage = *chain.stages[i];
        float* out = buffers[i + 1].data + (i + 1 == chain.wide_from ? size_t(b) * stage.plan.out_size : 0);
        status |=
            run_stage(stage, buffers[i].data, out, ranges && i == 0 ? block_ranges.data + size_t(b) * lanes : nullptr);
      }
    }
    for (int i = chain.wide_from; i < count; ++i)
      status |= run_wide(*chain.stages[i], buffers[i].data, buffers[i + 1].data, used,
                         ranges && i == 0 ? block_ranges.data : nullptr);
    const Plan& last = chain.stages[count - 1]->plan;
    for (int b = 0; b < used; ++b)
      level.unpack(last, buffers[count].data + size_t(b) * last.out_size,
                   std::min<int64_t>(lanes, images - int64_t(b) * lanes), y + int64_t(b) * lanes * chain.out_size);
    return status;
  }
};

template <class Work>
void in_threads(int threads, Work work) {
  std::vector<std::thread> others;
  try {
    for (int t = 1; t < threads; ++t) others.emplace_back(work);
  } catch (const std::system_error&) {
    // No more threads to be had: those there are do all of it.
  }
  work();
  for (std::thread& other : others) other.join();
}

// Fewer lane blocks than threads, one convolution: the threads share the pixels of each lane block.
int32_t run_pixels(const Chain& chain, const float* x, int64_t images, float* y, int threads) {
  const Level& level = *chain.level;
  const Stage& stage = *chain.stages[0];
  const Plan& plan = stage.plan;
  Worker main(chain, 1);
  std::atomic<int32_t> status{OK};
  for (int64_t start = 0; start < images; start += level.lanes) {
    const int64_t present = std::min<int64_t>(level.lanes, images - start);
    status |= level.pack(plan, x + start * chain.in_size, present, main.buffers[0].data);
    const bool touched = main.encode(stage, main.buffers[0].data, nullptr, main.scratch.factor);
    std::atomic<int> next{0};
    const int chunk = (plan.grid_count / (4 * threads) / level.max_positions + 1) * level.max_positions;
    in_threads(threads, [&] {
      try {
        Aligned raw(size_t(plan.widest) * level.max_positions * level.lanes);
        Aligned sum(size_t(plan.op.out_channels) * level.max_positions * level.lanes);
        const Scratch scratch{raw.data, sum.data, main.scratch.factor};
        for (int first; (first = next.fetch_add(chunk)) < plan.grid_count;)
          status |= level.crossbar(plan, exponents(), main.buffers[0].data, main.buffers[1].data, main.scratch.factor,
                                   first, std::min(first + chunk, plan.grid_count), scratch);
      } catch (const std::bad_alloc&) {
        status |= UNSUPPORTED;
      }
    });
    if (touched && stage.padded) std::memset(main.buffers[0].data, 0, sizeof(float) * plan.in_size);
    level.unpack(plan, main.buffers[1].data, present, y + start * chain.out_size);
  }
  return status;
}

}  // namespace
}  // namespace memristive

using namespace memristive;

extern "C" {

int32_t memristive_op_size() { return sizeof(Op); }

// Does this processor have level 0 (plain), 1 (AVX2), 2 (AVX-512)?
int32_t memristive_has_level(int32_t level) { return level_at(level) != nullptr; }

// limit[e - first], see Exponents; for tests and for a plain path that wants the same steps.
void memristive_exponents(float* limit) {
  std::memcpy(limit, exponents().limit, sizeof(exponents().limit));
}

// Null where an operation cannot be carried out here.
void* memristive_create(const Op* ops, int32_t count, int32_t which) try {
  const Level* level = level_at(which);
  if (!level || count < 1) return nullptr;
  auto chain = std::make_unique<Chain>();
  chain->level = level;
  for (int i = 0; i < count; ++i) {
    if (!sensible(ops[i])) return nullptr;
    chain->stages.push_back(plan_stage(ops[i], *level));
  }
  for (int i = 0; i < count; ++i)
    plan_output(*chain->stages[i], i + 1 < count ? chain->stages[i + 1].get() : nullptr, level->lanes);
  chain->wide_from = count;
  while (chain->wide_from > 0 && vectors(ops[chain->wide_from - 1])) --chain->wide_from;
  const Op &first = ops[0], &last = ops[count - 1];
  chain->in_size = int64_t(first.in_channels) * first.in_height * first.in_width;
  chain->out_size = int64_t(last.out_channels) * last.out_height * last.out_width;
  return chain.release();
} catch (const std::exception&) {
  return nullptr;
}

void memristive_free(void* chain) { delete static_cast<Chain*>(chain); }

// x [images, ...] to y [images, ...]; `ranges` [images]: the input ranges by which the first operation scales, or
// null for each image's own. Returns NOT_FINITE where a value was infinite, not a number, or too large to quantise.
int32_t memristive_run(const void* handle, const float* x, int64_t images, const float* ranges, float* y,
                       int32_t threads) try {
  const Chain& chain = *static_cast<const Chain*>(handle);
  const int lanes = chain.level->lanes;
  const int64_t lane_blocks = (images + lanes - 1) / lanes;
  threads = std::max(threads, 1);
  if (images == 0) return OK;
  if (lane_blocks < threads && chain.stages.size() == 1 && chain.wide_from == 1 && !ranges &&
      chain.stages[0]->plan.op.kind == CROSSBAR && !chain.stages[0]->plan.op.adc_spans_sample)
    return run_pixels(chain, x, images, y, threads);
  const int blocks = int(std::min<int64_t>(std::max(1, GROUP_IMAGES / lanes), (lane_blocks + threads - 1) / threads));
  const int64_t group = int64_t(blocks) * lanes, groups = (images + group - 1) / group;
  std::atomic<int64_t> next{0};
  std::atomic<int32_t> status{OK};
  in_threads(int(std::min<int64_t>(threads, groups)), [&] {
    try {
      Worker worker(chain, blocks);
      for (int64_t g; (g = next.fetch_add(1)) < groups;)
        status |= worker.run(x + g * group * chain.in_size, ranges ? ranges + g * group : nullptr,
                             std::min(group, images - g * group), y + g * group * chain.out_size);
    } catch (const std::exception&) {
      status |= UNSUPPORTED;
    }
  });
  return status;
} catch (const std::exception&) {
  return UNSUPPORTED;
}

}  // extern "C"
