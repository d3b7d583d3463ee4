"""How long things take: `make bench`, or `python -m benchmarks --help`. Results go to results/benchmarks."""
