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
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "background.hpp"

namespace memristive {

extern const Level level_plain;
#if defined(__x86_64__)
extern const Level level_avx2;
extern const Level level_avx512;
#endif

namespace {

constexpr int GROUP_IMAGES = 64;
constexpr int64_t FEWEST_ON_BACKGROUND = 64;     // images, for whose sake a reference is computed
constexpr double MOST_BESIDE_BACKGROUND = 0.6;  // of all pixels; above it, little is left to be spared

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
  std::vector<Pixel> pixels;  // all of them
  std::vector<float> packed, bias, alpha, beta, ranges, log_limits, log_values, log_bounds;
  bool scaled, padded;
};

// What the stages make of an image that is background all over: their outputs, up to the first stage by which an image's
// other pixels change it too (scaling, an ADC whose range spans the image).
struct Reference {
  std::vector<float> pixel;
  std::vector<Aligned> outputs;
};

struct Chain {
  const Level* level;
  std::vector<std::unique_ptr<Stage>> stages;
  int wide_from;  // stages from here on work on vectors: their positions are lane blocks
  int64_t in_size, out_size;  // floats an image
  mutable std::mutex lock;
  mutable std::shared_ptr<const Reference> reference;  // the last one asked for
};

struct Job {  // one call
  const float* x;
  const float* ranges;
  int64_t images;
  float* y;
  const Reference* reference;  // or null: every pixel is computed
  const Backgrounds* backgrounds;
  const int64_t* order;  // in which the images are taken

  int64_t image(int64_t n) const { return order ? order[n] : n; }
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
  if (crossbar) list(whole(op.out_height, op.out_width), stage->pixels);
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
  const Job& job;
  int blocks;  // lane blocks a group
  std::vector<Aligned> buffers;
  std::vector<Rows> differs;  // where a stage's output buffer may hold something else than the reference
  std::vector<const float*> from;  // of each lane's image
  std::vector<float*> to;
  std::vector<Pixel> some;
  Aligned raw, sum, factor, block_ranges;
  Scratch scratch;

  Worker(const Chain& chain_, const Job& job_, int blocks_)
      : chain(chain_), job(job_), blocks(blocks_), from(chain.level->lanes), to(chain.level->lanes) {
    const int lanes = chain.level->lanes, count = int(chain.stages.size());
    int widest = 1, columns = 1;
    for (int i = 0; i <= count; ++i) {
      const Plan& plan = chain.stages[std::min(i, count - 1)]->plan;
      const size_t size = i < count ? plan.in_size : plan.out_size;
      buffers.emplace_back(size * (i >= chain.wide_from ? blocks : 1));
      widest = std::max(widest, plan.widest);
      columns = std::max(columns, plan.op.out_channels);
    }
    // The last stage before the wide ones has a buffer a lane block.
    for (int i = 0; i < chain.wide_from + blocks - 1; ++i) {
      const Op& op = chain.stages[std::min(i, std::max(chain.wide_from - 1, 0))]->plan.op;
      differs.push_back(whole(op.out_height, op.out_width));
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

  // Lanes for the images from number `first` on; lanes after number `end` repeat the last one.
  int32_t pack(int64_t first, int64_t end, float* buffer) {
    const int lanes = chain.level->lanes;
    for (int lane = 0; lane < lanes; ++lane)
      from[lane] = job.x + job.image(std::min(first + lane, end - 1)) * chain.in_size;
    return chain.level->pack(chain.stages[0]->plan, from.data(), buffer);
  }

  void unpack(int64_t first, int64_t end, const float* buffer) {
    const int64_t images = std::min<int64_t>(chain.level->lanes, end - first);
    for (int64_t lane = 0; lane < images; ++lane) to[lane] = job.y + job.image(first + lane) * chain.out_size;
    chain.level->unpack(chain.stages.back()->plan, buffer, int32_t(images), to.data());
  }

  // The outputs in `rows` of each row.
  int32_t compute(const Stage& stage, float* in, float* out, const Rows& rows) {
    const Level& level = *chain.level;
    const Plan& plan = stage.plan;
    if (plan.op.kind == POOL) {
      level.pool(plan, in, out, rows.data());
      return OK;
    }
    if (plan.op.kind == ELEMENTWISE) return level.elementwise(plan, in, out, rows.data());
    const bool all = std::all_of(rows.begin(), rows.end(), [&](const Span& span) {
      return span.first == 0 && span.last == plan.op.out_width;
    });
    if (!all) list(rows, some);
    const std::vector<Pixel>& pixels = all ? stage.pixels : some;
    const int32_t count = int32_t(pixels.size());
    if (plan.op.adc_spans_sample && plan.op.adc != ADC_NONE) {
      const int32_t status =
          level.crossbar(stage.sums, exponents(), in, out, nullptr, pixels.data(), count, scratch);
      return status | level.span(plan, exponents(), out, scratch.factor);
    }
    return level.crossbar(plan, exponents(), in, out, scratch.factor, pixels.data(), count, scratch);
  }

  // Put the reference back where `out` differed from it, save in `rows`.
  void restore(const Plan& plan, const Aligned& reference, const Rows& rows, Rows& differed, float* out) const {
    const int lanes = chain.level->lanes;
    for (int y = 0; y < plan.op.out_height; ++y) {
      const Span old = differed[y], now = rows[y].first < rows[y].last ? rows[y] : Span{old.last, old.last};
      const Span parts[] = {{old.first, std::min(old.last, now.first)}, {std::max(old.first, now.last), old.last}};
      for (const Span& part : parts) {
        if (part.first >= part.last) continue;
        for (int c = 0; c < plan.op.out_channels; ++c) {
          const int64_t start = plan.out_origin + int64_t(c) * plan.out_channel + int64_t(y) * plan.out_row;
          std::memcpy(out + start + part.first * lanes, reference.data + start + part.first * lanes,
                      sizeof(float) * lanes * (part.last - part.first));
        }
      }
    }
  }

  // Lane block `b` of a group through the stages before the wide ones; `rows`: where its images may differ from the
  // background, if they are compared with it.
  int32_t run_block(int b, Rows rows, const float* ranges) {
    int32_t status = OK;
    bool compares = job.reference != nullptr;  // equal inputs still mean equal outputs
    for (int i = 0; i < chain.wide_from; ++i) {
      const Stage& stage = *chain.stages[i];
      const Op& op = stage.plan.op;
      const bool last = i + 1 == chain.wide_from;
      float* const in = buffers[i].data;
      float* const out = buffers[i + 1].data + (last ? size_t(b) * stage.plan.out_size : 0);
      Rows& differed = differs[last ? i + b : i];
      const bool touched = encode(stage, in, i == 0 ? ranges : nullptr, scratch.factor);
      compares = compares && !touched && i < int(job.reference->outputs.size());
      rows = compares ? reached(op, rows) : whole(op.out_height, op.out_width);
      if (compares) restore(stage.plan, job.reference->outputs[i], rows, differed, out);
      differed = rows;
      status |= compute(stage, in, out, rows);
      if (touched && stage.padded) std::memset(in, 0, sizeof(float) * stage.plan.in_size);  // its border is zeros again
      if (touched && i > 0) differs[i - 1] = whole(op.in_height, op.in_width);
    }
    return status;
  }

  // Stage `i` on vectors: the lane blocks are the positions.
  int32_t run_wide(int i, int count, const float* ranges) {
    const Level& level = *chain.level;
    const Stage& stage = *chain.stages[i];
    const int lanes = level.lanes;
    float* const in = buffers[i].data;
    float* const out = buffers[i + 1].data;
    if (stage.plan.op.kind == ELEMENTWISE) {
      const Span pixel = {0, 1};
      int32_t status = OK;
      for (int b = 0; b < count; ++b)
        status |= level.elementwise(stage.plan, in + size_t(b) * stage.plan.in_size,
                                    out + size_t(b) * stage.plan.out_size, &pixel);
      return status;
    }
    Plan plan = stage.plan;
    plan.wide = true;
    plan.in_step_column = plan.in_size;
    plan.out_step_column = plan.out_size;
    for (int b = 0; b < count; ++b) {
      const bool touched = encode(stage, in + size_t(b) * plan.in_size, ranges ? ranges + b * lanes : nullptr,
                                  scratch.factor + b * lanes);
      if (touched && i > 0 && i == chain.wide_from) {
        const Op& before = chain.stages[i - 1]->plan.op;
        differs[i - 1 + b] = whole(before.out_height, before.out_width);
      }
    }
    list(whole(1, count), some);
    return level.crossbar(plan, exponents(), in, out, scratch.factor, some.data(), count, scratch);
  }

  // The images from number `first` to `end`, at most `blocks` lane blocks.
  int32_t run(int64_t first, int64_t end) {
    const int lanes = chain.level->lanes, count = int(chain.stages.size());
    const int used = int((end - first + lanes - 1) / lanes);
    int32_t status = OK;
    for (int b = 0; b < used; ++b) {
      const int64_t start = first + int64_t(b) * lanes;
      float* const ranges = job.ranges ? block_ranges.data + size_t(b) * lanes : nullptr;
      Rows rows;
      if (job.reference) rows.assign(chain.stages[0]->plan.op.in_height, Span{0, 0});
      for (int lane = 0; lane < lanes; ++lane) {
        const int64_t image = job.image(std::min(start + lane, end - 1));
        if (ranges) ranges[lane] = job.ranges[image];
        for (size_t y = 0; y < rows.size(); ++y) widen(rows[y], job.backgrounds->of(image)[y]);
      }
      status |= pack(start, end, buffers[0].data + (chain.wide_from ? 0 : size_t(b) * chain.stages[0]->plan.in_size));
      status |= run_block(b, std::move(rows), ranges);
    }
    for (int i = chain.wide_from; i < count; ++i)
      status |= run_wide(i, used, job.ranges && i == 0 ? block_ranges.data : nullptr);
    for (int b = 0; b < used; ++b)
      unpack(first + int64_t(b) * lanes, end,
             buffers[count].data + size_t(b) * chain.stages.back()->plan.out_size);
    return status;
  }
};

std::shared_ptr<const Reference> find_reference(const Chain& chain, const std::vector<float>& pixel) {
  const std::lock_guard<std::mutex> guard(chain.lock);
  if (chain.reference && !std::memcmp(chain.reference->pixel.data(), pixel.data(), sizeof(float) * pixel.size()))
    return chain.reference;
  auto found = std::make_shared<Reference>();
  found->pixel = pixel;
  std::vector<float> image, y(chain.out_size);
  for (float value : pixel) image.insert(image.end(), chain.in_size / pixel.size(), value);
  const Job job = {image.data(), nullptr, 1, y.data(), nullptr, nullptr, nullptr};
  Worker worker(chain, job, 1);
  int32_t status = worker.pack(0, 1, worker.buffers[0].data);
  for (int i = 0; i < chain.wide_from && status == OK; ++i) {
    const Stage& stage = *chain.stages[i];
    const Op& op = stage.plan.op;
    if (op.adc_spans_sample || worker.encode(stage, worker.buffers[i].data, nullptr, worker.scratch.factor)) break;
    status = worker.compute(stage, worker.buffers[i].data, worker.buffers[i + 1].data,
                            whole(op.out_height, op.out_width));
    if (status != OK) break;
    found->outputs.emplace_back(size_t(stage.plan.out_size));
    std::memcpy(found->outputs.back().data, worker.buffers[i + 1].data, sizeof(float) * stage.plan.out_size);
  }
  chain.reference = found;
  return found;
}

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
int32_t run_pixels(const Chain& chain, const Job& job, int threads) {
  const Level& level = *chain.level;
  const Stage& stage = *chain.stages[0];
  const Plan& plan = stage.plan;
  Worker main(chain, job, 1);
  const int total = int(stage.pixels.size());
  std::atomic<int32_t> status{OK};
  for (int64_t start = 0; start < job.images; start += level.lanes) {
    status |= main.pack(start, job.images, main.buffers[0].data);
    const bool touched = main.encode(stage, main.buffers[0].data, nullptr, main.scratch.factor);
    std::atomic<int> next{0};
    const int chunk = (total / (4 * threads) / level.max_positions + 1) * level.max_positions;
    in_threads(threads, [&] {
      try {
        Aligned raw(size_t(plan.widest) * level.max_positions * level.lanes);
        Aligned sum(size_t(plan.op.out_channels) * level.max_positions * level.lanes);
        const Scratch scratch{raw.data, sum.data, main.scratch.factor};
        for (int first; (first = next.fetch_add(chunk)) < total;)
          status |= level.crossbar(plan, exponents(), main.buffers[0].data, main.buffers[1].data, main.scratch.factor,
                                   stage.pixels.data() + first, std::min(chunk, total - first), scratch);
      } catch (const std::bad_alloc&) {
        status |= UNSUPPORTED;
      }
    });
    if (touched && stage.padded) std::memset(main.buffers[0].data, 0, sizeof(float) * plan.in_size);
    main.unpack(start, job.images, main.buffers[1].data);
  }
  return status;
}

// Whether most images' inputs have to be scaled, each by its own range: then no two images stay on one background.
bool mostly_scaled(const Chain& chain, const Job& job) {
  const Stage& first = *chain.stages[0];
  if (!first.scaled) return false;
  constexpr int SAMPLES = 16;
  int scaled = 0;
  for (int sample = 0; sample < SAMPLES; ++sample) {
    const int64_t image = job.images * sample / SAMPLES;
    float range = 0;
    if (job.ranges)
      range = job.ranges[image];
    else
      for (int64_t i = 0; i < chain.in_size; ++i) range = std::max(range, std::fabs(job.x[image * chain.in_size + i]));
    scaled += range > first.plan.op.max_input_voltage;
  }
  return scaled > SAMPLES / 2;
}

int32_t run(const Chain& chain, const Job& job, int threads) {
  const int lanes = chain.level->lanes;
  const int64_t lane_blocks = (job.images + lanes - 1) / lanes;
  const int blocks = int(std::min<int64_t>(std::max(1, GROUP_IMAGES / lanes), (lane_blocks + threads - 1) / threads));
  const int64_t group = int64_t(blocks) * lanes, groups = (job.images + group - 1) / group;
  std::atomic<int64_t> next{0};
  std::atomic<int32_t> status{OK};
  in_threads(int(std::min<int64_t>(threads, groups)), [&] {
    try {
      Worker worker(chain, job, blocks);
      for (int64_t g; (g = next.fetch_add(1)) < groups;)
        status |= worker.run(g * group, std::min((g + 1) * group, job.images));
    } catch (const std::exception&) {
      status |= UNSUPPORTED;
    }
  });
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
  const Op& op = chain.stages[0]->plan.op;
  Job job = {x, ranges, images, y, nullptr, nullptr, nullptr};
  threads = std::max(threads, 1);
  if (images == 0) return OK;
  if (images <= int64_t(threads - 1) * chain.level->lanes && chain.stages.size() == 1 && chain.wide_from == 1 &&
      !ranges && op.kind == CROSSBAR && !op.adc_spans_sample)
    return run_pixels(chain, job, threads);
  if (images < FEWEST_ON_BACKGROUND || chain.wide_from == 0) return run(chain, job, threads);
  Backgrounds backgrounds(op, x, images);
  if (!backgrounds.prevail(MOST_BESIDE_BACKGROUND) || mostly_scaled(chain, job)) return run(chain, job, threads);
  const std::shared_ptr<const Reference> reference = find_reference(chain, backgrounds.pixel);
  const std::vector<int64_t> order = backgrounds.order(chain.level->lanes);
  job.reference = reference.get();
  job.backgrounds = &backgrounds;
  job.order = order.data();
  return run(chain, job, threads);
} catch (const std::exception&) {
  return UNSUPPORTED;
}

}  // extern "C"
