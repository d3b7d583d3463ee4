"""Two studies side by side: ``python -m memristive_study.report.compare results/a results/b`` writes one HTML page."""
