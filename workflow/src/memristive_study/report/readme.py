"""The published study's results in README.md (the main ones) and docs/results.md (all of them).

``python -m memristive_study.report.readme`` writes both from the files of the study.
"""

import os
from pathlib import Path

import pandas as pd

from memristive.core.files import read_json, write_text

REPOSITORY = Path(__file__).parents[4]
PUBLISHED = REPOSITORY / "results" / "published"
BEGIN, END = "<!-- results: written by python -m memristive_study.report.readme -->", "<!-- end of results -->"


def results(published: Path, page: Path) -> str:
    """Markdown: the paper's tables beside ours, a column a network, and the verdicts on the paper's claims.

    Args:
        published: folder of a study's tables, claims.csv and provenance.json.
        page: the one of `PAGES` that the text is for.
    """
    rows = [row for name in PAGES[page] for row in _TABLES[name](pd.read_csv(published / "tables" / f"{name}.csv"))]
    verdicts = pd.read_csv(published / "claims.csv")["verdict"].value_counts()
    counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    commit = read_json(published / "provenance.json")["commit"][:12]
    where = os.path.relpath(published, page.parent)
    return "\n".join(
        [
            *_beside_each_other(rows),
            "",
            "Paper / ours with 95 % interval, per cent of the test images.",
            f"Of the paper's {verdicts.sum()} claims: {counted} "
            f"([ledger]({where}/claims.md), [report]({where}/report.html)).",
            f"From `{published.relative_to(REPOSITORY)}`, commit {commit}.",
        ]
    )


def _beside_each_other(rows: list[tuple[str, str, str, str, str]]) -> list[str]:
    """Lines of a Markdown table with a line for each (what, n) and a column for each network."""
    networks = list(dict.fromkeys(network for _, _, network, _, _ in rows))
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for what, count, network, paper, ours in rows:
        cells.setdefault((what, count), {})[network] = f"{paper or '-'} / {ours}"
    return [
        f"| what | n | {' | '.join(networks)} |",
        "| --- " * (2 + len(networks)) + "|",
        *(
            f"| {what} | {count} | {' | '.join(found.get(network, '') for network in networks)} |"
            for (what, count), found in cells.items()
        ),
    ]


def update(text: str, block: str) -> str:
    """`text` with `block` between the marks; ValueError where they are missing."""
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n\n{block}\n\n{END}{after}"


def _described(what: str, row: pd.Series) -> tuple[str, str, str, str, str]:
    """Cells of one line: what is measured, n, network, the paper's value (or nothing), ours."""
    return (
        what,
        f"{row['n']} {row['over']}",
        row["network"],
        "" if pd.isna(row["paper"]) else f"{row['paper']:.2f}",
        f"{row['ours']:.2f} [{row['low']:.2f}, {row['high']:.2f}]",
    )


def _rows(what: str, *fields: str):
    """A function that describes each row of a table by `what`, filled with the row's `fields`."""

    def describe(table: pd.DataFrame) -> list[tuple[str, str, str, str, str]]:
        return [_described(what.format(*(row[field] for field in fields)), row) for _, row in table.iterrows()]

    return describe


def _corners(table: pd.DataFrame) -> list[tuple[str, str, str, str, str]]:
    kept = table[table["stuck_at_lrs"].isin((0, 0.05)) & table["stuck_at_hrs"].isin((0, 0.05))]
    several = table["semantics"].nunique() > 1
    return [
        _described(
            f"stuck at LRS {100 * row['stuck_at_lrs']:.0f} %, at HRS {100 * row['stuck_at_hrs']:.0f} %"
            f"{', ' + row['semantics'] if several else ''} (Table 6)",
            row,
        )
        for _, row in kept.iterrows()
    ]


_TABLES = {
    "table2_training": _rows("digital, {} (Table 2)", "part"),
    "table4_max_input_voltage": _rows("best of all input voltages, {} (Table 4)", "semantics"),
    "table3_endurance_retention": _rows("{}, {}, tuned {} (Table 3)", "experiment", "semantics", "tuning"),
    "table6_stuck_at_faults": _corners,
}


PAGES = {  # and the tables that each shows
    REPOSITORY / "README.md": ["table2_training", "table4_max_input_voltage"],
    REPOSITORY / "docs" / "results.md": [*_TABLES],
}


if __name__ == "__main__":
    for page in PAGES:
        write_text(page, update(page.read_text(encoding="utf-8"), results(PUBLISHED, page)))
