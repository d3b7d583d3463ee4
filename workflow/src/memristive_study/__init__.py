"""The workflow around the simulator: data, training, plan, jobs, results, claims, figures, report."""

__version__ = "0.1.0"
