// The exponents of ADC ranges, as the C library's log2f finds them.
#pragma once
#include "plan.hpp"

namespace memristive {

const Exponents& exponents();

}  // namespace memristive
