"""A Pt/HfO2/Ti device: oxygen vacancies form and break a filament in the oxide.

Measured by E. Yalon et al., "Resistive Switching in HfO2 Probed by a Metal-Insulator-Semiconductor
Bipolar Transistor", IEEE Electron Device Lett. 33, 11 (2012); VTEAM was fitted to it in its first
publication, and MemTorch's case study of Pt/Hf/Ti arrays uses that fit. The numbers were read in
the case study, not in the publication.
"""

from memristive.devices.vteam import VTEAM

DEVICE = VTEAM(
    name="Pt-Hf-Ti (fitted)",
    source=(
        "all: VTEAM's fit to Pt-Hf-Ti (Kvatinsky et al., IEEE TCAS-II 62, 786 (2015), doi:10.1109/TCSII.2015.2433536) "
        "as carried by MemTorch's examples/legacy/CaseStudy.ipynb (doi:10.1016/j.neucom.2022.02.043)"
    ),
    r_on=100.0,
    r_off=2500.0,
    d=10e-9,
    k_on=-80.0,
    k_off=4.03e-8,
    alpha_on=3.0,
    alpha_off=1.0,
    v_on=-0.53,
    v_off=0.5,
)
