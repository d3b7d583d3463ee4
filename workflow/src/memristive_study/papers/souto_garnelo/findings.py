"""The main findings of a study of this paper's networks, with what the paper leaves open about them."""

from memristive_study.claims.evidence import Evidence, Found
from memristive_study.report import findings
from memristive_study.report.sentences import number
from memristive_study.results.differences import at
from memristive_study.results.statistics import accuracy_interval


def tuning(evidence: Evidence) -> tuple[str, str] | None:
    """How much the time of tuning changes the accuracy after drift, and what the paper does not state about it."""
    return findings.tuning(evidence, _unstated)


def _unstated(evidence: Evidence, before: Found) -> str:
    if not before.paper:
        return ""
    return f" The paper reports {before.paper:g} % and does not say which.{_nearest_initial_time(evidence, before)}"


def _nearest_initial_time(evidence: Evidence, found: Found) -> str:
    """The initial time of the drift, among those run as alternatives, that comes nearest to the paper's accuracy."""
    frame = evidence.frames.get("choices")
    if frame is None:
        return ""
    rows = at(frame[frame["retention_time"].notna()], network=found.where, semantics="physical", tuning="before")
    means = rows.groupby("initial_time")["accuracy"].mean()
    if len(means) < 2:
        return ""
    retention = at(evidence.frame("retention", "paper"), network=found.where)
    nearest, own = float((means - found.paper).abs().idxmin()), float(retention["initial_time"].iloc[0])
    if nearest == own:
        return ""
    ours = accuracy_interval(at(rows, initial_time=nearest)["accuracy"])
    return f" Nor does it state when the drift begins: after {nearest:g} s instead of {own:g} s, {number(ours)}."


FINDINGS = tuple(tuning if kind is findings.tuning else kind for kind in findings.ALL)
