#include "chain.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#include "rows.hpp"

namespace memristive {

namespace {

// Whether a buffer of one lane block, border included, can be addressed with 32 bits.
bool fits(int64_t channels, int64_t height, int64_t width, int64_t lanes) {
  return channels >= 1 && height >= 1 && width >= 1 && height <= INT32_MAX / width &&
         channels <= INT32_MAX / (height * width * lanes);
}

bool sensible(const Op& op, int lanes) {
  if (!fits(op.in_channels, int64_t(op.in_height) + op.pad_top + op.pad_bottom,
            int64_t(op.in_width) + op.pad_left + op.pad_right, lanes) ||
      !fits(op.out_channels, op.out_height, op.out_width, lanes) || op.in_height < 1 || op.in_width < 1)
    return false;
  if (op.kind != CROSSBAR) return op.kind == POOL || op.kind == ELEMENTWISE;
  if (op.terms < 0 || (op.terms > 0) != (op.further != nullptr) || (op.terms > 0) != (op.law != 0)) return false;
  if (op.law && op.law != LAW_POWERS && op.law != LAW_SERIES) return false;
  if (op.law == LAW_POWERS && op.terms != 2) return false;
  if ((op.terms || op.variance) && (op.columns_padded != op.out_channels || op.spills || op.adc_spans_sample))
    return false;
  if (op.columns_padded < op.out_channels || op.first_tile_row >= op.last_tile_row) return false;
  if (op.adc == ADC_NONE) return !op.adc_ranges;
  if (op.adc_ranges && (op.adc != ADC_LINEAR || op.adc_spans_sample || op.signed_range)) return false;
  if (op.signed_range && (op.adc == ADC_LOG_PHYSICAL || op.adc_spans_sample)) return false;
  return op.adc_bits >= 2 && op.adc_bits <= 22 &&
         (op.adc == ADC_LINEAR || (op.log_limits && op.log_values && op.log_bounds));
}

template <class Number>
const Number* keep(std::vector<Number>& to, const Number* from, int count) {
  if (!from) return nullptr;
  to.assign(from, from + count);
  return to.data();
}

// Columns that are computed. Padding columns that hold nothing but zeros take part in the range, not in the arithmetic.
int used_columns(const Op& op, int rows) {
  int used = op.out_channels;
  for (int64_t r = 0; r < rows; ++r)
    for (int c = op.columns_padded - 1; c >= used; --c)
      if (op.conductance[r * op.columns_padded + c] != 0) used = c + 1;
  return used;
}

// Column tiles, and the blocks of columns within them that a level computes at once.
void plan_columns(Stage& stage, const Level& level) {
  Plan& plan = stage.plan;
  const Op& op = plan.op;
  const int width = op.tile_columns ? op.tile_columns : op.columns_padded;
  const int used = used_columns(op, plan.rows), most = level.max_columns;
  size_t floats = 0;
  for (int start = 0; start < op.out_channels; start += width) {
    Tile tile = {};
    tile.start = start;
    tile.total = std::min(width, op.columns_padded - start);
    tile.used = std::min(tile.total, used - start);
    tile.real = std::min(tile.total, op.out_channels - start);
    assert(0 < tile.real && tile.real <= tile.used && tile.used <= tile.total);
    const float index = std::round(op.overflow_rate * float(tile.total));
    tile.overflow_index = std::min(int(index), tile.total - 1);
    tile.first_block = int(stage.blocks.size());
    tile.blocks = (tile.used + most - 1) / most;
    for (int b = 0, at = start; b < tile.blocks; ++b) {
      const int columns = (tile.used - (at - start) + tile.blocks - b - 1) / (tile.blocks - b);
      assert(0 < columns && columns <= most);
      stage.blocks.push_back({at, columns, nullptr});
      floats += size_t(columns) * plan.rows;
      at += columns;
    }
    plan.widest = std::max(plan.widest, tile.used);
    if (op.spills) plan.padding = tile.used - tile.real;
    if (op.spills && op.adc == ADC_LOG_MEMTORCH) plan.ones = tile.total - tile.used;
    stage.tiles.push_back(tile);
  }
  plan.block_count = int(stage.blocks.size());
  plan.further = op.terms + (op.variance ? 1 : 0);
  stage.packed.resize(floats * (1 + plan.further));
  float* to = stage.packed.data();
  stage.blocks.reserve(size_t(plan.block_count) * (1 + plan.further));
  const int64_t size = int64_t(plan.rows) * op.columns_padded;
  for (int k = 0; k <= plan.further; ++k) {
    const float* const from = k == 0 ? op.conductance : k <= op.terms ? op.further + (k - 1) * size : op.variance;
    for (int b = 0; b < plan.block_count; ++b) {
      Block block = stage.blocks[b];
      block.g = to;
      for (int64_t r = 0; r < plan.rows; ++r, to += block.width)
        std::memcpy(to, from + r * op.columns_padded + block.start, sizeof(float) * block.width);
      if (k == 0)
        stage.blocks[b] = block;
      else
        stage.blocks.push_back(block);
    }
  }
  plan.tiles = stage.tiles.data();
  plan.tile_count = int(stage.tiles.size());
  plan.blocks = stage.blocks.data();
}

void plan_rows(Stage& stage, int lanes) {
  Plan& plan = stage.plan;
  const Op& op = plan.op;
  plan.rows = op.in_channels * op.kernel_h * op.kernel_w;
  for (int c = 0; c < op.in_channels; ++c)
    for (int i = 0; i < op.kernel_h; ++i)
      for (int j = 0; j < op.kernel_w; ++j)
        stage.offset.push_back(((c * plan.in_height + i * op.dilation_h) * plan.in_width + j * op.dilation_w) * lanes);
  plan.offset = stage.offset.data();
}

// What the operation points at is the caller's: from here on the plan points at copies.
void copy_tensors(Stage& stage, const Op& op) {
  Plan& plan = stage.plan;
  plan.op.conductance = nullptr;  // packed by plan_columns
  plan.op.further = nullptr;  // likewise; of the variance only whether there is one is asked
  plan.op.law_even = keep(stage.even, op.law_even, op.terms * op.even_orders);
  plan.op.law_odd = keep(stage.odd, op.law_odd, op.terms * op.odd_orders);
  plan.op.bias = keep(stage.bias, op.bias, op.out_channels);
  plan.op.bn_alpha = keep(stage.alpha, op.bn_alpha, op.out_channels);
  plan.op.bn_beta = keep(stage.beta, op.bn_beta, op.out_channels);
  if (op.kind == CROSSBAR && op.adc_ranges) {
    const int tile_rows = op.tile_rows ? (plan.rows + op.tile_rows - 1) / op.tile_rows : 1;
    plan.op.adc_ranges = keep(stage.ranges, op.adc_ranges, tile_rows * plan.tile_count);
  }
  if (op.kind == CROSSBAR && op.adc >= ADC_LOG_MEMTORCH) {
    const int codes = op.log_exponents << (op.adc_bits - 1);
    plan.op.log_limits = keep(stage.log_limits, op.log_limits, codes);
    plan.op.log_values = keep(stage.log_values, op.log_values, codes);
    plan.op.log_bounds = keep(stage.log_bounds, op.log_bounds, 2 * op.log_exponents);
  }
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
  plan.in_step_row = op.stride_h * plan.in_width * lanes;
  plan.in_step_column = op.stride_w * lanes;
  if (crossbar) {
    list(whole(op.out_height, op.out_width), stage->pixels);
    plan_rows(*stage, lanes);
    plan_columns(*stage, level);
  }
  copy_tensors(*stage, op);
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
  assert(!next || plan.out_size == next->plan.in_size);
  stage.sums = plan;
  Op& sums = stage.sums.op;
  sums.adc = ADC_NONE;
  sums.rescale_output = sums.has_line = sums.relu = 0;
  sums.bias = sums.bn_alpha = sums.bn_beta = sums.adc_ranges = nullptr;
}

bool on_vectors(const Op& op) {
  return op.kind != POOL && op.in_height == 1 && op.in_width == 1 && op.out_height == 1 && op.out_width == 1 &&
         !op.pad_top && !op.pad_bottom && !op.pad_left && !op.pad_right && !op.adc_spans_sample;
}

}  // namespace

std::unique_ptr<Chain> make_chain(const Op* ops, int32_t count, const Level& level) {
  if (count < 1) return nullptr;
  auto chain = std::make_unique<Chain>();
  chain->level = &level;
  for (int i = 0; i < count; ++i) {
    if (!sensible(ops[i], level.lanes)) return nullptr;
    chain->stages.push_back(plan_stage(ops[i], level));
  }
  for (int i = 0; i < count; ++i)
    plan_output(*chain->stages[i], i + 1 < count ? chain->stages[i + 1].get() : nullptr, level.lanes);
  chain->wide_from = count;
  while (chain->wide_from > 0 && on_vectors(ops[chain->wide_from - 1])) --chain->wide_from;
  const Op &first = ops[0], &last = ops[count - 1];
  chain->in_size = int64_t(first.in_channels) * first.in_height * first.in_width;
  chain->out_size = int64_t(last.out_channels) * last.out_height * last.out_width;
  return chain;
}

}  // namespace memristive
