"""The study's device: the VTEAM defaults of MemTorch, which the study calls the Pt-Hf-Ti memristor.

MemTorch took them from the example values of the Technion's memristor models (1 V, 50 MHz, 50 ohm,
1 kohm, 3 nm). They are not the fit to a measured Pt/Hf/Ti device: that is `pt_hf_ti_fitted`, which
MemTorch's own case study of Pt/Hf/Ti arrays uses. Both are kept, because the study's numbers need
this one and its words mean the other.

The drives are those of MemTorch's two plots.
"""

from memristive.devices.vteam import VTEAM, Drive

DEVICE = VTEAM(
    name="Pt-Hf-Ti (MemTorch's default)",
    source=(
        "all: defaults of memtorch.bh.memristor.VTEAM, MemTorch 1.1.6 (Lammie et al., Neurocomputing 485, 124 (2022), "
        "doi:10.1016/j.neucom.2022.02.043); r_on, r_off, d and the drive also in Fliter, Talisveyberg and Ramadan, "
        "Manual for Using Memristor Models (Technion, 2014)"
    ),
    r_on=50.0,
    r_off=1000.0,
    d=3e-9,
    k_on=-10.0,
    k_off=5e-4,
    alpha_on=3.0,
    alpha_off=1.0,
    v_on=-0.2,
    v_off=0.02,
    hysteresis=Drive(v_min=-1.0, v_max=1.0, frequency=50e6),
    switching=Drive(v_min=-1.5, v_max=1.5, frequency=50e6),
)
