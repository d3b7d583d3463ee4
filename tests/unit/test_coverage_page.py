"""The page about chips has the published table of coverages."""

import csv
import re
from pathlib import Path

from memristive.population import coverage, intervals

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "chips.md"
TABLE = ROOT / "results" / "chips" / "coverage.csv"


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines() -> list[str]:
    """The table as the page has it."""
    found = [
        "| distribution | chips | mean (width) | assured (width) | yield (width) | further chip |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows():
        drawn = row["rule"] != "fixed"
        chips = f"{float(row['chips']):.0f}, {row['rule']}" if drawn else row["chips"]
        cells = [f"{100 * float(row['mean']):.1f}" if drawn else shown(row, "mean")]
        cells += (
            ["", "", ""]
            if drawn
            else [shown(row, "assured"), shown(row, "yield"), f"{100 * float(row['prediction']):.1f}"]
        )
        found.append(" | ".join([f"| {row['distribution']}", chips, *cells]).rstrip() + " |")
    return found


def shown(row: dict[str, str], what: str) -> str:
    return f"{100 * float(row[what]):.1f} ({100 * float(row[f'{what}_width']):.1f})"


def test_the_page_has_the_table():
    page = re.search("<!-- coverage -->\n(.*?)<!-- end of coverage -->", PAGE.read_text("utf-8"), re.DOTALL)[1]
    assert page.strip().splitlines() == lines()


def test_the_table_is_whole():
    fixed = {(row["distribution"], int(row["chips"])) for row in rows() if row["rule"] == "fixed"}
    assert fixed == {(name, chips) for name in coverage.DISTRIBUTIONS for chips in coverage.CHIPS}
    assert all(row["studies"] == "2000" for row in rows())


def test_intervals_hold_where_the_page_says_so():
    chance = 2 * (0.95 * 0.05 / 2000) ** 0.5
    for row in rows():
        if row["rule"] == "fixed":
            assert float(row["assured"]) > 0.95, row
        if row["distribution"] == coverage.RARE and float(row["chips"]) >= intervals.ENOUGH:
            continue
        assert float(row["mean"]) > 0.94 - 0.001, row
        if row["rule"] == "fixed":
            assert float(row["yield"]) > 0.95 - chance, row
            level = intervals.prediction_interval([0.5] * int(row["chips"])).level
            assert abs(float(row["prediction"]) - level) < 2 * chance or float(row["prediction"]) > level, row
