#include "scheduler.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <new>

#include "background.hpp"
#include "exponents.hpp"
#include "threads.hpp"
#include "worker.hpp"

namespace memristive {

namespace {

// A group runs from the images to the last output before the next one starts, so that activations stay in the cache.
constexpr int GROUP_IMAGES = 64;
constexpr int64_t FEWEST_ON_BACKGROUND = 64;    // images for which computing a reference pays
constexpr double MOST_BESIDE_BACKGROUND = 0.6;  // of all pixels; above it, little is left to be spared

// The threads share the groups of images.
int32_t run_groups(const Chain& chain, const Job& job, int threads) {
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
        Scratch scratch = {};
        scratch.raw = raw.data;
        scratch.sum = sum.data;
        scratch.factor = main.scratch.factor;
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

// The reference of a background, the last one's kept. May be short, where an image's other pixels matter early on.
std::shared_ptr<const Reference> reference_for(const Chain& chain, const std::vector<float>& pixel) {
  const std::lock_guard<std::mutex> guard(chain.lock);
  if (chain.reference && !std::memcmp(chain.reference->pixel.data(), pixel.data(), sizeof(float) * pixel.size()))
    return chain.reference;
  auto found = std::make_shared<Reference>();
  found->pixel = pixel;
  std::vector<float> image, y(chain.out_size);
  for (float value : pixel) image.insert(image.end(), chain.in_size / pixel.size(), value);
  const Job job = {image.data(), nullptr, 1, y.data(), nullptr};
  Worker worker(chain, job, 1);
  int32_t status = worker.pack(0, 1, worker.buffers[0].data);
  for (int i = 0; i < chain.wide_from && status == OK; ++i) {
    const Stage& stage = *chain.stages[i];
    const Op& op = stage.plan.op;
    if (op.adc_spans_sample || worker.encode(stage, worker.buffers[i].data, nullptr, worker.scratch.factor)) break;
    status = worker.compute(i, worker.buffers[i].data, worker.buffers[i + 1].data,
                            whole(op.out_height, op.out_width));
    if (status != OK) break;
    found->outputs.emplace_back(size_t(stage.plan.out_size));
    std::memcpy(found->outputs.back().data, worker.buffers[i + 1].data, sizeof(float) * stage.plan.out_size);
  }
  chain.reference = found;
  return found;
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

}  // namespace

int32_t run(const Chain& chain, const float* x, int64_t images, const float* ranges, const uint32_t* used, float* y,
            int32_t threads) {
  const Plan& first = chain.stages[0]->plan;
  const Op& op = first.op;
  Job job = {x, ranges, images, y, used};
  threads = std::max(threads, 1);
  if (images == 0) return OK;
  const bool one_convolution = chain.stages.size() == 1 && chain.wide_from == 1 && op.kind == CROSSBAR;
  const auto any = [&](auto holds) {
    return std::any_of(chain.stages.begin(), chain.stages.end(),
                       [&](const std::unique_ptr<Stage>& stage) { return holds(stage->plan.op); });
  };
  // What a pixel puts out does not depend on its own inputs alone.
  const bool spills = any([](const Op& stage) { return stage.spills != 0; });
  const bool noisy = any([](const Op& stage) { return stage.variance != nullptr; });
  if (noisy && !used) return UNSUPPORTED;
  if (one_convolution && images <= int64_t(threads - 1) * chain.level->lanes && !ranges && !op.adc_spans_sample &&
      !spills && !first.further)
    return run_pixels(chain, job, threads);
  if (images < FEWEST_ON_BACKGROUND || chain.wide_from == 0 || spills || noisy) return run_groups(chain, job, threads);
  Backgrounds backgrounds(op, x, images);
  if (!backgrounds.prevail(MOST_BESIDE_BACKGROUND) || mostly_scaled(chain, job)) return run_groups(chain, job, threads);
  const std::shared_ptr<const Reference> reference = reference_for(chain, backgrounds.pixel);
  const std::vector<int64_t> order = backgrounds.order(chain.level->lanes);
  job.reference = reference.get();
  job.backgrounds = &backgrounds;
  job.order = order.data();
  return run_groups(chain, job, threads);
}

}  // namespace memristive
