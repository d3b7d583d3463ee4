"""Quantities that claims and a report's sentences are about, a module an experiment: functions `(evidence) -> [Found]`.

Some are made by a function that takes what a claim fixes: a voltage, a resolution, a proportion. Accuracies and losses
are per cent and percentage points. A quantity finds one value for each network, semantics and choice; where the study
lacks the data it raises Missing. The paper's value beside ours is the one that `evidence.study.paper` states.
"""
