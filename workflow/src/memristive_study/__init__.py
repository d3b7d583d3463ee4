"""The workflow around the simulator: data, training, plan, jobs, results, claims, figures, report."""
