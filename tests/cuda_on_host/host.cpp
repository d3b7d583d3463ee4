// MemTorch's CUDA kernel as a function of the host. `kernel.inc` holds it, cut from memtorch/cu/tile_matmul_kernels.cu
// without the host function that launches it on a GPU (only nvcc can read <<<>>>); its headers are included as they are.
#include <Eigen/Core>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

using std::isnan;

#define __device__
#define __host__
#define __global__

struct Index {
  int x, y, z;
};
static Index threadIdx = {0, 0, 0}, blockIdx = {0, 0, 0}, blockDim = {1, 1, 1};

// As of torch's accessors, only what the kernel does: a[k] and a[k][j].
namespace torch {
template <class T, int N>
struct PackedTensorAccessor32;
template <class T>
struct PackedTensorAccessor32<T, 1> {
  T* data;
  T& operator[](int k) const { return data[k]; }
};
template <class T>
struct PackedTensorAccessor32<T, 2> {
  T* data;
  int columns;
  PackedTensorAccessor32<T, 1> operator[](int k) const { return {data + k * columns}; }
};
}  // namespace torch

#include "utils.cuh"
#include "quantize.cuh"

#define free(address)  // the kernel frees a variable of its stack
#include "kernel.inc"
#undef free

// a [tile rows][vectors][height] times b [tile rows][tile columns][height][width], added to `result` as the kernel does,
// which must hold `columns` floats a vector and a tile row's padding beyond the last one. Tiles are numbered row by row.
// Threads run one after the other, a vector's tile rows in order, the last vector first.
extern "C" void tile_matmul_on_host(float* a, float* b, int tile_rows, int tile_columns, int vectors, int height,
                                    int width, int columns, int bits, float overflow_rate, int quant_method,
                                    float* result) {
  float* maps = static_cast<float*>(malloc(sizeof(float) * tile_rows * (1 + tile_columns)));
  for (int k = 0; k < tile_rows; ++k) maps[k] = k;
  for (int t = 0; t < tile_rows * tile_columns; ++t) maps[tile_rows + t] = t;
  const torch::PackedTensorAccessor32<float, 1> a_map = {maps};
  const torch::PackedTensorAccessor32<float, 2> b_map = {maps + tile_rows, tile_columns};
  int64_t a_shape[] = {tile_rows, vectors, height}, b_shape[] = {tile_rows * tile_columns, height, width};
  for (int i = vectors - 1; i >= 0; --i)
    for (int j = 0; j < tile_columns; ++j)
      for (int k = 0; k < tile_rows; ++k) {
        blockIdx = {i, j, k};
        if (bits < 0)
          tile_matmul_kernel(a, a_map, a_shape, b, b_map, b_shape, columns, vectors, tile_columns, tile_rows, result);
        else
          tile_matmul_kernel(a, a_map, a_shape, b, b_map, b_shape, columns, bits, overflow_rate, quant_method, vectors,
                             tile_columns, tile_rows, result);
      }
  free(maps);
}
