"""CMO/HfOx (see `cmo_hfox`) programmed to within 2 % of the target: sigma = 0.0112185391 + 0.01129027418 G uS."""

from memristive.devices.cmo_hfox import accepted_within

DEVICE = accepted_within("2", (0.0112185391, 0.01129027418))
