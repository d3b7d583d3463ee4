// Shared by the engine (plan, threads, C interface) and the levels (arithmetic, one object per instruction set).
//
// A lane is one image. An activation buffer is [channel][row][column][lane] with the border that its consumer
// needs; a buffer of vectors (Linear) is [feature][lane]. Nothing in this header may define a function with
// external linkage: the linker would keep one copy, possibly the one compiled for the wrong instruction set.
#pragma once
#include <cstdint>

namespace memristive {

enum : int32_t { CROSSBAR = 0, POOL = 1, ELEMENTWISE = 2 };
enum : int32_t { ADC_NONE = 0, ADC_LINEAR = 1, ADC_LOG_MEMTORCH = 2, ADC_LOG_PHYSICAL = 3 };
enum : int32_t { OK = 0, NOT_FINITE = 1, UNSUPPORTED = 2 };

// One operation of a chain, as the caller describes it; mirrored field by field in native.py.
struct Op {
  int32_t kind;
  int32_t in_channels, in_height, in_width;     // a Linear layer is in_height = in_width = 1
  int32_t out_channels, out_height, out_width;
  int32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
  int32_t pad_top, pad_bottom, pad_left, pad_right;
  int32_t columns_padded;                       // of `conductance`, at least out_channels
  int32_t tile_rows, tile_columns;              // 0: one tile
  int32_t first_tile_row, last_tile_row;        // only these tile rows are summed (all: 0, tile rows)
  int32_t adc, adc_bits;
  int32_t adc_spans_sample;                     // the ADC's range spans all output pixels of a sample
  int32_t fused;                                // fused multiply-add, or multiply then add
  int32_t rescale_output, has_line, bn_fused, relu;
  float overflow_rate, max_input_voltage;       // volts; 0: inputs are not scaled
  float coef, intercept;
  const float* conductance;                     // [rows, columns_padded], siemens
  const float* bias;                            // [out_channels] or null
  const float* bn_alpha;                        // [out_channels] or null
  const float* bn_beta;
  const float* adc_ranges;                      // [tile rows, tile columns]: fixed ranges 2^x, or null: each vector's own
  const float* log_limits;                      // tables of the logarithmic ADC, see logarithmic.py, or null:
  const float* log_values;                      //   [exponents, codes]
  const float* log_bounds;                      //   [2, exponents]
  int32_t log_exponents;                        // from Exponents::first on
};

struct Block {  // `width` columns from `start` on; g is [rows][width]
  int32_t start, width;
  const float* g;
};

struct Tile {  // a column tile: columns [start, start + used) are computed; `total` take part in the ADC's range
  int32_t first_block, blocks, start, real, used, total;
  int32_t overflow_index;
};

struct Plan {  // an Op made ready for one level
  Op op;
  int32_t rows;
  const int32_t* offset;  // weight row -> distance in floats from a position's first input
  const Tile* tiles;
  int32_t tile_count;
  const Block* blocks;
  int32_t widest;         // columns of the widest tile
  int32_t in_height, in_width, in_size;  // with border; in_size in floats, one lane block
  int32_t out_row, out_channel, out_origin, out_size;
  // positions: pixels of one lane block, or (Linear) lane blocks
  bool wide;
  int32_t in_step_row, in_step_column, out_step_row, out_step_column;
};

// ceil(log2f(m + 1e-12f)) <= e exactly for m <= limit[e - first]
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

struct Scratch {
  float* raw;     // [widest][max_positions][lanes]
  float* sum;     // [out_channels][max_positions][lanes]
  float* factor;  // [lane blocks][lanes]: what undoes the scaling of the input
};

struct Level {
  int32_t lanes, max_positions, max_columns;  // max_columns: of a block
  // `images` holds the start of each lane's image; `pixels`, or `rows[y]` of each row of outputs, is what is computed.
  int32_t (*pack)(const Plan&, const float* const* images, float* buffer);
  int32_t (*encode)(const Plan&, float* buffer, const float* ranges, float* factor);
  int32_t (*crossbar)(const Plan&, const Exponents&, const float* in, float* out, const float* factor,
                      const Pixel* pixels, int32_t count, const Scratch&);
  int32_t (*span)(const Plan&, const Exponents&, float* out, const float* factor);
  void (*pool)(const Plan&, const float* in, float* out, const Span* rows);
  int32_t (*elementwise)(const Plan&, float* in, float* out, const Span* rows);
  void (*unpack)(const Plan&, const float* buffer, int32_t images, float* const* y);
};

}  // namespace memristive
