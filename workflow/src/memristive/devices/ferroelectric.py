"""A ferroelectric tunnel memristor: voltage turns domains of the barrier, which sets its tunnel current.

Measured by A. Chanthbouala et al., "A ferroelectric memristor", Nature Materials 11, 860 (2012),
doi:10.1038/nmat3415; fitted in VTEAM's first publication. The numbers were read in a public MATLAB
script that simulates VTEAM's Pt-Hf-Ti and ferroelectric devices (lengths in nm); its Pt-Hf-Ti
numbers are those of `pt_hf_ti_fitted`, and a second source, a student's thesis that cites VTEAM's
Table II, gives the same two resistances. That script adds a window function; here the window is
the model's plain one. The publication itself could not be opened.

The thresholds are so unequal, and the powers so high, that one amplitude for both polarities
would leave one of them without effect: the drive has two.
"""

from memristive.devices.vteam import VTEAM, Drive

DEVICE = VTEAM(
    name="Ferroelectric",
    source=(
        "all: VTEAM's fit (Kvatinsky et al., IEEE TCAS-II 62, 786 (2015), doi:10.1109/TCSII.2015.2433536) to the "
        "device of Chanthbouala et al. (Nature Materials 11, 860 (2012), doi:10.1038/nmat3415), as carried by a "
        "public MATLAB script; the publication's own table was not seen"
    ),
    r_on=1.5e5,
    r_off=5e7,
    d=10e-9,
    k_on=-30.0,
    k_off=1e-4,
    alpha_on=5.0,
    alpha_off=5.0,
    v_on=-5.7,
    v_off=1.4,
    hysteresis=Drive(v_min=-6.7, v_max=3.0, frequency=1e6),
    switching=Drive(v_min=-6.7, v_max=3.0, frequency=200.0),
)
