"""The README's results, written from the files of the published study: ``python -m memristive_study.report.readme``."""

from pathlib import Path

import pandas as pd

from memristive.core.files import read_json, write_text

REPOSITORY = Path(__file__).parents[4]
PUBLISHED = REPOSITORY / "results" / "published"
BEGIN, END = "<!-- results: written by python -m memristive_study.report.readme -->", "<!-- end of results -->"


def results(published: Path) -> str:
    """Markdown: the paper's tables beside ours, a column a network, and the verdicts on the paper's claims.

    Args:
        published: folder of a study's tables, claims.csv and provenance.json.
    """
    tables = {name: pd.read_csv(published / "tables" / f"{name}.csv") for name in _TABLES}
    rows = [row for name, describe in _TABLES.items() for row in describe(tables[name])]
    verdicts = pd.read_csv(published / "claims.csv")["verdict"].value_counts()
    counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    commit = read_json(published / "provenance.json")["commit"][:12]
    where = published.relative_to(REPOSITORY)
    return "\n".join(
        [
            *_beside_each_other(rows),
            "",
            "Paper / ours with 95 % interval, per cent of the test images.",
            f"Of the paper's {verdicts.sum()} claims: {counted} "
            f"([ledger]({where}/claims.md), [report]({where}/report.html)).",
            f"From `{where}`, commit {commit}.",
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


if __name__ == "__main__":
    README = REPOSITORY / "README.md"
    write_text(README, update(README.read_text(encoding="utf-8"), results(PUBLISHED)))
