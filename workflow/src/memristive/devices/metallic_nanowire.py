"""A metallic nanowire: atoms move along the wire's thinnest place, which changes its resistance.

Measured by S. L. Johnson, A. Sundararajan, D. P. Hunley and D. R. Strachan, "Memristive switching
of single-component metallic nanowires", Nanotechnology 21, 125204 (2010),
doi:10.1088/0957-4484/21/12/125204; fitted in VTEAM's first publication. Of that fit only the two
resistances and v_off were found, in a student's thesis that cites it (its Pt-Hf-Ti and
ferroelectric resistances agree with the other sources here).

The rest is assumed, so that the curves have the right resistances and threshold and nothing else
may be read from them: both polarities alike, since the wire has one component and no direction;
linear in the overdrive; and a speed that moves the state through its range in 1 s at twice the
threshold, the scale of a slow sweep. Only k / d matters; d is that of the other devices.
"""

from memristive.devices.vteam import VTEAM

DEVICE = VTEAM(
    name="Metallic nanowire",
    source=(
        "r_on, r_off, v_off: VTEAM's fit (Kvatinsky et al., IEEE TCAS-II 62, 786 (2015), "
        "doi:10.1109/TCSII.2015.2433536) to the wire of Johnson et al. (Nanotechnology 21, 125204 (2010), "
        "doi:10.1088/0957-4484/21/12/125204), as cited by C. Lim's bachelor thesis (Sangmyung University, 2026); "
        "all others: assumed here, for want of a source that could be opened"
    ),
    r_on=17.3,
    r_off=34.0,
    d=10e-9,
    k_on=-1e-8,
    k_off=1e-8,
    alpha_on=1.0,
    alpha_off=1.0,
    v_on=-0.145,
    v_off=0.145,
    assumed=("d", "k_on", "k_off", "alpha_on", "alpha_off", "v_on"),
)
