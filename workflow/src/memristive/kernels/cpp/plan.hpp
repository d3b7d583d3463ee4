// Operations made ready for one level, and the table of functions that a level consists of.
//
// A lane is one image. An activation buffer is [channel][row][column][lane] with the border that its consumer
// needs; a buffer of vectors (Linear) is [feature][lane]. Buffers are aligned to 64 bytes.
//
// This header is compiled for every instruction set. It may define no function: the linker would keep one copy,
// possibly the one made for another processor.
#pragma once
#include <cstdint>

#include "interface.hpp"
#include "slices.hpp"
#include "wires.hpp"

namespace memristive {

using Op = memristive_op;

enum : int32_t { CROSSBAR = MEMRISTIVE_CROSSBAR, POOL = MEMRISTIVE_POOL, ELEMENTWISE = MEMRISTIVE_ELEMENTWISE };
enum : int32_t {
  ADC_NONE = MEMRISTIVE_ADC_NONE,
  ADC_LINEAR = MEMRISTIVE_ADC_LINEAR,
  ADC_LOG_MEMTORCH = MEMRISTIVE_ADC_LOG_MEMTORCH,
  ADC_LOG_PHYSICAL = MEMRISTIVE_ADC_LOG_PHYSICAL
};
enum : int32_t { LAW_POWERS = MEMRISTIVE_LAW_POWERS, LAW_SERIES = MEMRISTIVE_LAW_SERIES };
enum : int32_t { OK = MEMRISTIVE_OK, NOT_FINITE = MEMRISTIVE_NOT_FINITE, UNSUPPORTED = MEMRISTIVE_UNSUPPORTED };

struct Block {  // `width` columns from `start` on; g is [rows][width]
  int32_t start, width;
  const float* g;
};

// A column tile. Columns [start, start + used) are computed, of which the first `real` are outputs; `total` take part
// in the ADC's range, those beyond `used` as zeros: real <= used <= total.
struct Tile {
  int32_t first_block, blocks, start, real, used, total;
  int32_t overflow_index;  // so many entries of a vector may lie above the ADC's range
};

struct Plan {
  Op op;
  int32_t rows;
  const int32_t* offset;  // weight row -> distance in floats from a position's first input
  const Tile* tiles;
  int32_t tile_count;
  const Block* blocks;  // of the conductances, then of each further matrix
  int32_t block_count;  // of one matrix
  int32_t further;      // matrices besides the conductances: those of a law, then the variance
  int32_t widest;                        // columns of the widest tile
  int32_t padding;                       // columns beyond the outputs that spill; 0: none do
  int32_t ones;                          // further ones that are zeros, of which a logarithmic ADC makes 1
  int32_t in_height, in_width, in_size;  // with border; in_size in floats, one lane block
  int32_t out_row, out_channel, out_origin, out_size;
  // Positions are pixels of one lane block; of a wide plan (Linear), lane blocks.
  bool wide;
  int32_t in_step_row, in_step_column, out_step_row, out_step_column;
};

// ceil(log2f(m + 1e-12f)) <= e exactly for m <= limit[e - first].
struct Exponents {
  static constexpr int first = -40, last = 128;
  float limit[last - first + 1];
  bool near_powers;  // the library's log2f differs from the exponent bits only close above powers of two
};

struct Span {  // of a row of pixels: [first, last)
  int32_t first, last;
};

struct Pixel {  // a position of the grid
  int32_t row, column;
};

struct Scratch {  // of one thread
  float* raw;     // [widest][max_positions][lanes]
  float* sum;     // [out_channels][max_positions][lanes]
  float* factor;  // [lane blocks][lanes]: what undoes the scaling of the input
  float* kept;    // where columns spill: [kept_floats], what the padding columns of earlier pixels put out
  float* part;    // [widest][max_positions][lanes]: the sums of a further matrix
  float* further; // what further matrices are multiplied with, each `further_step` floats
  int64_t further_step;
  const uint32_t* samples;  // [lane blocks][lanes]: their numbers, and by how much
  uint32_t used;            // the noise of this operation counts them higher
};

// Each function computes the outputs of one lane block, or of `pixels` or `rows[y]` of it, and returns a status.
struct Level {
  int32_t lanes, max_positions, max_columns;  // max_columns: of a block

  // Images [channel][row][column] into lanes; `images` holds the start of each lane's.
  int32_t (*pack)(const Plan&, const float* const* images, float* buffer);
  void (*unpack)(const Plan&, const float* buffer, int32_t images, float* const* y);

  // Scales the inputs of each lane whose range exceeds the maximum input voltage, border included. `ranges` [lanes]
  // are given, or null for each lane's own. `factor` [lanes], unless null, undoes it. Returns 1 where it scaled.
  int32_t (*encode)(const Plan&, float* buffer, const float* ranges, float* factor);

  // Where columns spill, `pixels` must be all of an image.
  int32_t (*crossbar)(const Plan&, const Exponents&, const float* in, float* out, const float* factor,
                      const Pixel* pixels, int32_t count, const Scratch&);
  int64_t (*kept_floats)(const Plan&);  // of Scratch
  // What further matrices are multiplied with, of `size` inputs: number k at `to` + k * step.
  void (*further_inputs)(const Plan&, const float* in, int64_t size, float* to, int64_t step);
  // `out` holds sums: converts them in place, the range spanning all of a lane.
  int32_t (*span)(const Plan&, const Exponents&, float* out, const float* factor);

  void (*pool)(const Plan&, const float* in, float* out, const Span* rows);
  int32_t (*elementwise)(const Plan&, const float* in, float* out, const Span* rows);

  void (*wires)(const Wires&, const double* g, double* m, WiresScratch);
  void (*wires_gradient)(const Wires&, const double* g, const double* of_m, double* gradient, WiresScratch);
  void (*gated)(const Gated&, const double* g, const uint8_t* selected, double* m);

  int32_t sliced_positions;  // that a call takes
  void (*spread)(int64_t size, const float* buffer, int32_t images, float* const* y);
  void (*sliced_inputs)(const SlicedPlan&, const float* const* images, void* buffer);
  SlicedPositions sliced_float;
  SlicedPositions sliced_whole;  // null where nothing is gained by it
};

}  // namespace memristive
