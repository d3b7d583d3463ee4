// Products of inputs as codes and weights as digits, see memristive_slices of interface.hpp.
//
// Compiled for every instruction set, so it defines no function; see plan.hpp.
#pragma once
#include <cstdint>

#include "interface.hpp"

namespace memristive {

using SlicedOp = memristive_slices;

struct SlicedBlock {  // columns [start, start + width) of one slice, on one column of tiles
  int32_t slice, start, width, tile;
  int64_t g, w;  // where its digits begin, and its variances: [rows][width], and [groups of four rows][width]
};

struct SlicedPlan {
  SlicedOp op;
  int32_t in_size;                    // numbers of an image
  int32_t tile_rows, tile_columns;    // how many tiles there are
  int32_t outputs, out_channel;       // of a group; floats from one output to the next
  const int32_t* offset;              // row -> distance from a position's first input, [lanes] each
  const int32_t* operand_offset;      // row of a tile -> distance in floats in the operand
  const int32_t* row_at;              // [tile rows + 1]: first row of each
  const int32_t* group_at;            // [tile rows + 1]: first group of four rows
  int32_t block_count, cycles, highest_tile;  // rows of the highest tile
  const SlicedBlock* blocks;
  const float* g;
  const float* variance;              // or null
  const int32_t* w;
  const int32_t* digit_sums;          // [tile rows][slices][columns]
  const float* weights;               // what each cycle counts
  const int32_t *data, *reference, *tile_of;  // of each output: its column, that of its reference or -1, its tile
};

struct SlicedScratch {  // of one thread
  float* operand;       // [rows of a tile][positions][lanes], for noise of what is no bit also the squares, behind it
  float* digital;       // [slices][columns][positions][lanes]
  float* total;         // [outputs][positions][lanes]
  float* largest;       // [slices][tile rows][tile columns][lanes]: magnitudes of sums, wanted in place of totals; or null
};

struct SlicedPlaces {  // of positions, the last one repeated
  const void* const* x;    // the start of each one's inputs
  float* const* out;       // and of its outputs
  const uint32_t* sample;  // [positions][lanes]: the images' numbers, the last one repeated
  const uint32_t* vector;  // [positions]: numbers within an image
};

// Totals of `count` positions, or what their sums add to the largest magnitudes.
using SlicedPositions = void (*)(const SlicedPlan&, int count, const SlicedPlaces&, const SlicedScratch&);

struct Level;

// See memristive_sliced.
int32_t sliced(const SlicedOp& op, int32_t level, const float* x, int64_t images, float* y, int32_t threads);

// See memristive_sliced_largest.
int32_t sliced_largest(const SlicedOp& op, int32_t level, const float* x, int64_t images, float* largest,
                       int32_t threads);

}  // namespace memristive
