"""Cited fit parameters of the endurance and retention model that MemTorch implements.

C. Lammie, M. Rahimi Azghadi and D. Ielmini, "Empirical metal-oxide RRAM device endurance and
retention model for deep learning simulations", Semicond. Sci. Technol. 36 (2021),
doi:10.1088/1361-6641/abf29d, with its repository github.com/coreylammie/SST-Reproducibility
(commit 4af11d6), which holds the fitted numbers and the measured curves. In the gradual mode a
resistance R_0 that has seen x cycles (or seconds) becomes, for x above a threshold,

    threshold = p_0 exp(p_1 cell_size + p_2 c)        c = min(temperature_threshold / temperature, 1)
    R = R_0 (x / threshold)^m                         m = p_3 (p_1 cell_size + p_2 c)

with p = p_lrs below the convergence resistance and p_hrs above it.

What these numbers give, computed here:

- tin_hfalo_hf_tin (cycles): both states start to drift at 1e4 cycles in a 10 nm cell and 1e7 in a
  20 nm cell, m = 0.122 and -0.159 (10 nm), 0.243 and -0.317 (20 nm). A 10 nm low resistance of
  4.4 kohm reaches 7.7, 10.2 and 17.9 kohm after 1e6, 1e7 and 1e9 cycles, a high one of 65 kohm
  falls to 31, 22 and 10.5 kohm: the window closes from both sides, as measured. The four measured
  curves lie within 0.07 to 0.14 decades (rms) of these.
- ti_hfox_tin and ti_hfalo_tin (seconds): the low resistance of 4.25 kohm starts to rise after
  3.5e4 and 4.0e4 s at 473 K, after 33 and 9 s at 573 K; at 350 K only after 4e10 and 9e11 s, so
  300 to 400 K shows nothing below 5e7 s.

What is odd, in the model or in MemTorch's empirical_metal_oxide_RRAM.py:

- No published fit has both cycles and temperature. The cycling fits have p_2 = 0, and with it
  temperature has no effect at all: a sweep over cycles and temperature is flat in temperature.
  The temperature fits are for retention, where x is seconds.
- Nothing stops the drift at the convergence resistance. The two 10 nm curves cross at 1.5e8 cycles
  (14 kohm); beyond that the "low" state is the higher one. Devices of the study (50 and 1000 ohm)
  cross there too: 203 and 161 ohm after 1e9 cycles.
- m jumps at the convergence resistance, where a mapped weight may well lie: after 1e5 cycles
  MemTorch takes 549 ohm to 504 but 551 ohm to 382 (convergence 550).
- MemTorch applies the high state's drift after the low state's, to the resistances as they are by
  then: a low resistance that has just been pushed past convergence is pulled down again in the same
  call (525 ohm: 443 after 1e6 cycles, 343 after 1e9). With the high state UNCHANGED it stays at 919.
- A higher temperature lowers the threshold but also |m|, since c enters both.
- temperature=None drops the cell size from the threshold (exp(p_1) instead of exp(p_1 cell_size)):
  20 cycles instead of 1e4 for the first fit. Give the temperature, also where p_2 is 0.
- p_lrs or p_hrs of None, which the code means to allow, raises TypeError (len(None)). UNCHANGED,
  with p_3 = 0, keeps a state as it is.
"""

import dataclasses

Parameters = tuple[float, float, float, float]

UNCHANGED: Parameters = (1.0, 0.0, 0.0, 0.0)


@dataclasses.dataclass(frozen=True)
class EnduranceFit:
    """One fit of the gradual mode; the first five fields have the names of a Setting's or of MemTorch's."""

    p_lrs: Parameters
    p_hrs: Parameters
    cell_size: float  # nm
    temperature_threshold: float  # K
    x: str  # what the fit counts: "cycles" or "seconds"
    resistance_lrs: float  # ohm, of the measured device before it degrades
    resistance_hrs: float | None  # ohm; None: not part of the fit
    convergence_resistance: float  # ohm, as in the publication's own simulations
    fitted_range: str
    stack: str
    source: str


_SOURCE = "Lammie, Rahimi Azghadi and Ielmini, Semicond. Sci. Technol. 36 (2021), doi:10.1088/1361-6641/abf29d"

_HFALO_10 = EnduranceFit(
    p_lrs=(10.0, 0.6907755278982137, 0.0, 0.01761938501608977),
    p_hrs=(10.0, 0.6907755278982137, 0.0, -0.022953419050669107),
    cell_size=10.0,
    temperature_threshold=298.0,
    x="cycles",
    resistance_lrs=4400.0,
    resistance_hrs=65000.0,
    convergence_resistance=1e4,
    fitted_range="10 to 1e9 cycles, cells of 10 and 20 nm",
    stack="TiN/Hf(Al)O/Hf/TiN",
    source=f"{_SOURCE}, Figure 2A; numbers from its repository's simulate_6A.py",
)

FITS = {
    "tin_hfalo_hf_tin_10nm": _HFALO_10,
    "tin_hfalo_hf_tin_20nm": dataclasses.replace(_HFALO_10, cell_size=20.0),
    "ti_hfox_tin": EnduranceFit(
        p_lrs=(1.541e-13, 0.0, 63.43, 0.04),
        p_hrs=UNCHANGED,
        cell_size=10.0,
        temperature_threshold=298.0,
        x="seconds",
        resistance_lrs=4250.0,
        resistance_hrs=None,
        convergence_resistance=5e6,
        fitted_range="1 to 9e5 s at 473, 523 and 573 K",
        stack="Ti/HfOx/TiN",
        source=f"{_SOURCE}, Figure 3B; numbers from its repository's plot_3B.py and simulate_6C.py",
    ),
    "ti_hfalo_tin": EnduranceFit(
        p_lrs=(4.764e-17, 0.0, 76.47, 0.014),
        p_hrs=UNCHANGED,
        cell_size=10.0,
        temperature_threshold=298.0,
        x="seconds",
        resistance_lrs=4250.0,
        resistance_hrs=None,
        convergence_resistance=5e6,
        fitted_range="1 to 9e5 s at 473, 523 and 573 K",
        stack="Ti/HfAlO/TiN",
        source=f"{_SOURCE}, Figure 3B; numbers from its repository's plot_3B.py and simulate_6G.py",
    ),
}
