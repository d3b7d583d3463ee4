#include "worker.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "exponents.hpp"

namespace memristive {

Worker::Worker(const Chain& chain_, const Job& job_, int blocks)
    : chain(chain_), job(job_), from(chain.level->lanes), to(chain.level->lanes) {
  assert(blocks > 0);
  const int lanes = chain.level->lanes, count = int(chain.stages.size());
  int widest = 1, columns = 1;
  int64_t most_kept = 0, most_further = 0;
  for (int i = 0; i <= count; ++i) {
    const Plan& plan = chain.stages[std::min(i, count - 1)]->plan;
    const size_t size = i < count ? plan.in_size : plan.out_size;
    buffers.emplace_back(size * (i >= chain.wide_from ? blocks : 1));
    widest = std::max(widest, plan.widest);
    columns = std::max(columns, plan.op.out_channels);
    if (plan.further && i < count)
      most_further = std::max<int64_t>(most_further, plan.further * int64_t(size) * (i >= chain.wide_from ? blocks : 1));
    if (plan.op.kind == CROSSBAR) most_kept = std::max(most_kept, chain.level->kept_floats(plan));
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
  kept = Aligned(size_t(most_kept));
  part = Aligned(most_further ? size_t(widest) * chain.level->max_positions * lanes : 0);
  inputs = Aligned(size_t(most_further));
  samples.resize(size_t(blocks) * lanes);
  scratch = {raw.data, sum.data, factor.data, kept.data, part.data, inputs.data, 0, samples.data(), 0};
}

// Makes ready what stage `i` needs besides its inputs, `size` floats at `in`.
void Worker::further(int i, const float* in, int64_t size) {
  const Plan& plan = chain.stages[i]->plan;
  if (!plan.further) return;
  chain.level->further_inputs(plan, in, size, inputs.data, size);
  scratch.further_step = size;
  scratch.used = job.used ? job.used[i] : 0;
}

bool Worker::encode(const Stage& stage, float* in, const float* ranges, float* factors) const {
  return stage.scaled && chain.level->encode(stage.plan, in, ranges, factors);
}

int32_t Worker::pack(int64_t first, int64_t end, float* buffer) {
  const int lanes = chain.level->lanes;
  for (int lane = 0; lane < lanes; ++lane)
    from[lane] = job.x + job.image(std::min(first + lane, end - 1)) * chain.in_size;
  return chain.level->pack(chain.stages[0]->plan, from.data(), buffer);
}

void Worker::unpack(int64_t first, int64_t end, const float* buffer) {
  const int64_t images = std::min<int64_t>(chain.level->lanes, end - first);
  for (int64_t lane = 0; lane < images; ++lane) to[lane] = job.y + job.image(first + lane) * chain.out_size;
  chain.level->unpack(chain.stages.back()->plan, buffer, int32_t(images), to.data());
}

int32_t Worker::compute(int i, float* in, float* out, const Rows& rows) {
  const Level& level = *chain.level;
  const Stage& stage = *chain.stages[i];
  const Plan& plan = stage.plan;
  assert(int32_t(rows.size()) == plan.op.out_height);
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
  further(i, in, plan.in_size);
  if (plan.op.adc_spans_sample && plan.op.adc != ADC_NONE) {
    assert(all);
    const int32_t status = level.crossbar(stage.sums, exponents(), in, out, nullptr, pixels.data(), count, scratch);
    return status | level.span(plan, exponents(), out, scratch.factor);
  }
  return level.crossbar(plan, exponents(), in, out, scratch.factor, pixels.data(), count, scratch);
}

// Put the reference back where `out` differed from it, save in `rows`.
void Worker::restore(const Plan& plan, const Aligned& reference, const Rows& rows, Rows& differed, float* out) const {
  const int lanes = chain.level->lanes;
  for (int y = 0; y < plan.op.out_height; ++y) {
    const Span old = differed[y], now = empty(rows[y]) ? Span{old.last, old.last} : rows[y];
    const Span parts[] = {{old.first, std::min(old.last, now.first)}, {std::max(old.first, now.last), old.last}};
    for (const Span& part : parts) {
      if (empty(part)) continue;
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
int32_t Worker::run_block(int b, Rows rows, const float* ranges) {
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
    scratch.samples = samples.data() + size_t(b) * chain.level->lanes;
    status |= compute(i, in, out, rows);
    if (touched && stage.padded) std::memset(in, 0, sizeof(float) * stage.plan.in_size);  // its border is zeros again
    if (touched && i > 0) differs[i - 1] = whole(op.in_height, op.in_width);
  }
  return status;
}

// Stage `i` on vectors: the lane blocks are the positions.
int32_t Worker::run_wide(int i, int count, const float* ranges) {
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
  further(i, in, int64_t(plan.in_size) * count);
  scratch.samples = samples.data();
  return level.crossbar(plan, exponents(), in, out, scratch.factor, some.data(), count, scratch);
}

int32_t Worker::run(int64_t first, int64_t end) {
  assert(first < end && end <= job.images);
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
      samples[size_t(b) * lanes + lane] = uint32_t(image);
      if (ranges) ranges[lane] = job.ranges[image];
      for (size_t y = 0; y < rows.size(); ++y) widen(rows[y], job.backgrounds->of(image)[y]);
    }
    status |= pack(start, end, buffers[0].data + (chain.wide_from ? 0 : size_t(b) * chain.stages[0]->plan.in_size));
    status |= run_block(b, std::move(rows), ranges);
  }
  for (int i = chain.wide_from; i < count; ++i)
    status |= run_wide(i, used, job.ranges && i == 0 ? block_ranges.data : nullptr);
  for (int b = 0; b < used; ++b)
    unpack(first + int64_t(b) * lanes, end, buffers[count].data + size_t(b) * chain.stages.back()->plan.out_size);
  return status;
}

}  // namespace memristive
