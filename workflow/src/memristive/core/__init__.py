"""What every part of the simulator shares: settings, errors, files, seeds."""
