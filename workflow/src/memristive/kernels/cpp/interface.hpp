// The compiled kernels as a caller sees them: plain C, no exceptions, nothing of C++ or Python.
//
// A caller describes a chain of operations, has it made ready once, and runs it on any number of images. Every
// pointer is to memory of the caller's; numbers are float32 and int32 in the machine's byte order. native.py mirrors
// this file.
#pragma once
#include <stdint.h>

extern "C" {

enum { MEMRISTIVE_CROSSBAR = 0, MEMRISTIVE_POOL = 1, MEMRISTIVE_ELEMENTWISE = 2 };
enum {
  MEMRISTIVE_ADC_NONE = 0,
  MEMRISTIVE_ADC_LINEAR = 1,
  MEMRISTIVE_ADC_LOG_MEMTORCH = 2,
  MEMRISTIVE_ADC_LOG_PHYSICAL = 3
};
enum { MEMRISTIVE_LAW_POWERS = 1, MEMRISTIVE_LAW_SERIES = 2 };
enum { MEMRISTIVE_OK = 0, MEMRISTIVE_NOT_FINITE = 1, MEMRISTIVE_UNSUPPORTED = 2 };

// One operation of a chain. What an operation does not use is zero.
struct memristive_op {
  int32_t kind;                              // MEMRISTIVE_CROSSBAR, _POOL or _ELEMENTWISE
  int32_t in_channels, in_height, in_width;  // a Linear layer has in_height = in_width = 1
  int32_t out_channels, out_height, out_width;
  int32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
  int32_t pad_top, pad_bottom, pad_left, pad_right;
  int32_t columns_padded;                    // of `conductance`, at least out_channels
  int32_t tile_rows, tile_columns;           // 0: one tile as large as the matrix
  int32_t first_tile_row, last_tile_row;     // tile rows [first, last) are summed
  int32_t adc, adc_bits;                     // MEMRISTIVE_ADC_...
  int32_t adc_spans_sample;                  // the ADC's range spans all output pixels of a sample
  int32_t equal_entries_pass;                // a vector of equal entries, or of one, is not converted
  int32_t signed_range;                      // the largest signed value sets the range, see converters/signed.py
  int32_t spills;                            // padding columns reach later pixels of the same image, see arrays/spill.py
  int32_t fused;                             // 1: fused multiply-add; 0: multiply, round, add, round
  int32_t rescale_output, has_line, bn_fused, relu;
  float overflow_rate, max_input_voltage;    // V; 0: inputs are not scaled
  float coef, intercept;
  const float* conductance;                  // S, [rows, columns_padded]; rows are (channel, kernel row, column)
  const float* bias;                         // [out_channels] or null, likewise alpha and beta of batch norm
  const float* bn_alpha;
  const float* bn_beta;
  const float* adc_ranges;                   // [tile rows, tile columns]: exponents of fixed ranges; null: each own
  const float* log_limits;                   // tables of the logarithmic ADC, see logarithmic.py: [exponents, codes]
  const float* log_values;                   //   [exponents, codes]
  const float* log_bounds;                   //   [2, exponents]
  int32_t log_exponents;
  // What devices add to conductance times voltage, see memristive/arrays/reads.py: `terms` further matrices times
  // functions of the voltages, and noise. Only where columns_padded is out_channels.
  int32_t law, terms;                        // MEMRISTIVE_LAW_...: square and cube, or series of Chebyshev polynomials
  int32_t even_orders, odd_orders;
  double law_scale;                          // of voltages, 1/V, to numbers from -1 to 1
  const double* law_even;                    // [terms, even_orders]
  const double* law_odd;                     // [terms, odd_orders]
  const float* further;                      // [terms, rows, columns_padded]
  const float* variance;                     // S^2, [rows, columns_padded], of the conductances at each read; or null
  uint32_t noise_key[4];
};

// The wires of a tile, resistances in ohm, 0 and infinity allowed: a segment between neighbouring cells of a word line or
// a bit line, what lies before a word line's first cell, and what lies behind a bit line's last.
struct memristive_wires {
  int32_t rows, columns;
  int32_t both_sides;  // 1: a word line has a source, with its resistance, at its last cell, too
  double word_line, bit_line, source, ground;
};

// The lines of a tile whose rows are switched, resistances in ohm: a segment between neighbouring rows of a source line
// or a bit line, what lies between the read voltage and a source line, and what lies behind a bit line's last row.
struct memristive_gated_wires {
  int32_t rows, columns;
  int32_t source_last;  // 1: the read voltage is at a source line's last row, 0: at its first
  double source_line, bit_line, source, ground;
};

// Noise whose normal numbers arrays/noise.py defines; the fourth word of the key is the slice's and the cycle's.
struct memristive_noise {
  uint32_t key[3], used;  // samples for which noise was drawn before
};

enum { MEMRISTIVE_FLOAT = 0, MEMRISTIVE_WHOLE = 1, MEMRISTIVE_WHOLE_WITHOUT_VNNI = 2 };

// A group of a layer whose weights are digits, see memristive/arrays/slices. A Linear has in_height = in_width = 1.
struct memristive_slices {
  int32_t in_channels, in_height, in_width;   // padding included
  int32_t out_height, out_width;
  int32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
  int32_t slices, columns;                    // of a slice, references included
  int32_t tile_rows, tile_columns;            // 0: one tile as large as the matrix
  int32_t references;                         // the last column of each tile is subtracted from its others
  int32_t code_bits, codes_signed, serial;    // code_bits 0: inputs are voltages
  int32_t adc_bits;                           // 0: no ADC
  int32_t fused;                              // as in memristive_op
  // MEMRISTIVE_WHOLE: codes and digits are whole numbers of eight bits and no sum is beyond 2**24, so that they may be
  // added as such, with the same result.
  int32_t arithmetic;
  float code_inverse;                         // 1 / step of the inputs
  const float* digits;                        // [slices][rows][columns]; rows are (channel, kernel row, column)
  const float* inverses;                      // 1 / step of the ADCs, [slices][tile rows][tile columns]
  const float* units;                         // what their codes count, likewise
  const int32_t* sums_signed;                 // [slices]
  // Noise of each read, before its ADC; only with MEMRISTIVE_FLOAT.
  const float* variance;                      // of the digits, of their shape; or null
  memristive_noise reads;
  // Errors of the ADCs, see memristive/converters/errors.py: offset, gain, even and odd part of the curve of each
  // column's, [4][slices][tile rows][columns], or null; the parts of the curve only count where `curved`.
  const float* errors;
  int32_t curved;
  float deviation;                            // of the noise of each conversion, in steps; 0: there is none
  memristive_noise conversions;
};

#pragma GCC visibility push(default)  // all else in the library is hidden

// Bytes of struct memristive_op, by which a caller can tell that it means the same struct.
int32_t memristive_op_size();

// 1 where this processor has level 0 (plain), 1 (AVX2) or 2 (AVX-512), else 0.
int32_t memristive_has_level(int32_t level);

// limit[e + 40], float32 [169]: the largest m with ceil(log2f(m + 1e-12f)) <= e, for e from -40 to 128.
void memristive_exponents(float* limit);

// A chain made ready for a level, or null where an operation cannot be carried out. What the operations point at is
// copied. The chain is freed with memristive_free.
void* memristive_create(const memristive_op* ops, int32_t count, int32_t level);
void memristive_free(void* chain);

// Images that one vector of the chain's level holds: 4 (plain), 8 (AVX2) or 16 (AVX-512).
int32_t memristive_lanes(const void* chain);

// x [images, inputs] to y [images, outputs], on at most so many threads, which change no result. `ranges` [images]
// are the input ranges by which the first operation scales; null: each image's own. `used` [operations] are the samples
// for which each operation's noise was drawn before; null where none has noise. Returns MEMRISTIVE_OK;
// MEMRISTIVE_NOT_FINITE where a value was infinite, not a number or too large to be quantised; MEMRISTIVE_UNSUPPORTED
// where memory ran out. After another status than OK, y means nothing. A chain may run in several threads at once.
int32_t memristive_run(const void* chain, const float* x, int64_t images, const float* ranges, const uint32_t* used,
                       float* y, int32_t threads);

// Conductances m of tiles g with these wires, so that currents = voltages m; S, [tiles, rows, columns]. On at most so
// many threads, which change no result. Returns MEMRISTIVE_OK, or MEMRISTIVE_UNSUPPORTED where the processor lacks the
// level or memory ran out.
int32_t memristive_effective(const memristive_wires* wires, int32_t level, const double* g, int64_t tiles, double* m,
                             int32_t threads);

// Derivatives with respect to g of what has the derivatives `of_m` with respect to m. Otherwise as above.
int32_t memristive_effective_gradient(const memristive_wires* wires, int32_t level, const double* g,
                                      const double* of_m, int64_t tiles, double* gradient, int32_t threads);

// Currents by volt, m [vectors, columns], of one tile g [rows, columns] whose rows are on where `selected` [vectors,
// rows] is not 0. On at most so many threads, which change no result. Returns as memristive_effective.
int32_t memristive_gated(const memristive_gated_wires* wires, int32_t level, const double* g, const uint8_t* selected,
                         int64_t vectors, double* m, int32_t threads);

// Totals y [images, outputs, positions] of inputs x [images, inputs]; outputs are the columns without references. On at
// most so many threads, which change no result. Returns as memristive_effective.
int32_t memristive_sliced(const memristive_slices* layer, int32_t level, const float* x, int64_t images, float* y,
                          int32_t threads);

// The largest magnitude that the ADCs of each tile get over all cycles, before their steps, [slices][tile rows][tile
// columns]. `inverses` and `units` of the layer are not looked at. Otherwise as above.
int32_t memristive_sliced_largest(const memristive_slices* layer, int32_t level, const float* x, int64_t images,
                                  float* largest, int32_t threads);

#pragma GCC visibility pop

}  // extern "C"
