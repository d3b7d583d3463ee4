"""CMO/HfOx (see `cmo_hfox`) programmed to within 0.2 % of the target: sigma = 0.00081107 + 0.00106879 G uS."""

from memristive.devices.cmo_hfox import accepted_within

DEVICE = accepted_within("0.2", (0.00081107, 0.00106879))
