// Work on several threads.
#pragma once
#include <system_error>
#include <thread>
#include <vector>

namespace memristive {

// Runs `work` on this thread and up to `threads` - 1 others.
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

}  // namespace memristive
