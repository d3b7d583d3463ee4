// Lets the library of a wheel run on systems older than the one it is compiled on, as those that torch supports.
//
// Headers of GCC 11 and later refer to two symbols that the C libraries of such systems lack. Defined here, and hidden,
// neither is asked of the system: threads are always taken to be many, and an impossible size throws as it did before.

#include <new>

#pragma GCC visibility push(hidden)

extern "C" {
extern char __libc_single_threaded;
char __libc_single_threaded = 0;
}

namespace std {
void __throw_bad_array_new_length() { throw bad_array_new_length(); }
}  // namespace std

#pragma GCC visibility pop
