rule figures:
    input: [RESULTS / "experiments" / f"{e}.csv" for e in PLAN.experiments], RESULTS/"devices/curves.csv", [RESULTS/"training"/n/f"fold{f}"/"summary.json" for n in PLAN.networks for f in range(config["training"]["folds"])]
rule tables:
    input: []
rule validate:
    input: []
