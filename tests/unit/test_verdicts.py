"""Two ledgers side by side: each verdict that changed has its reason from the ledgers."""

import re
import subprocess

import pytest

from memristive.core.files import write_csv
from memristive_study.report import verdicts

COLUMNS = ("number", "claim", "ours", "criterion", "revised", "verdict", "reason")
REVISED = "criterion revised after the first study, because a level"
NOW = (
    (1, "It learns.", "99.1", "near", "", "reproduced", ""),
    (2, "It ages.", "40.0", "near 50", REVISED, "not reproduced", "so"),
    (3, "It drifts.", "93.0", "near", "", "reproduced", ""),
    (4, "It is new.", "", "near", "", "not decidable", "no data"),
)


def ledger(path, rows, columns=COLUMNS):
    whole = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    write_csv(path, [{name: row[name] for name in columns} for row in whole], columns)
    return str(path)


@pytest.fixture
def both(tmp_path):
    then = [(n, claim, ours if n != 2 else "77.0", c, "", verdict, r) for n, claim, ours, c, _, verdict, r in NOW[:3]]
    then[1] = (*then[1][:5], "reproduced", "")
    then[2] = (*then[2][:2], "99.3", *then[2][3:])
    before = ledger(tmp_path / "before.csv", then, [name for name in COLUMNS if name != "revised"])  # as it was then
    return before, ledger(tmp_path / "after.csv", NOW)


def test_each_change_has_its_reason(both):
    found = verdicts.compared(*map(verdicts.read, both)).set_index("claim")
    assert list(found.loc["1. It learns."]) == ["reproduced", "reproduced", ""]
    changed = found.loc["2. It ages."]
    assert list(changed) == ["reproduced", "not reproduced", "so; criterion revised: a level; before 77.0; after 40.0"]
    assert found.loc["3. It drifts.", "why"] == ""  # another number, the same verdict
    assert list(found.loc["4. It is new."]) == ["", "not decidable", "a new claim; no data"]


def test_the_page_counts_and_separates(both, capsys):
    assert verdicts.main(list(both)) is None
    page = capsys.readouterr().out
    assert "| reproduced | 3 | 2 |" in page and "| not decidable | 0 | 1 |" in page
    changed, same = page.split("## The same verdict")
    assert (
        "2. It ages." in changed and "4. It is new." in changed and "1. It learns." in same and "3. It drifts." in same
    )
    before, _ = both
    verdicts.main([before, before])
    assert "Another verdict" not in capsys.readouterr().out


def test_an_earlier_commit_s_ledger(both, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "before.csv"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True)
    (tmp_path / "before.csv").unlink()
    assert verdicts.main(["HEAD:before.csv", both[1]]) is None
    assert "2. It ages. | reproduced | not reproduced" in capsys.readouterr().out


def test_what_is_no_ledger_is_one_line(both, tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    for given, line in (
        ([both[0]], "error: two ledgers are needed"),
        ([both[0], str(tmp_path / "none.csv")], r"error: .*none.csv: is neither a file nor REVISION:path"),
        ([str(tmp_path / "other.csv"), both[0]], r"error: .*other.csv: no ledger, the column number is missing"),
    ):
        assert re.match(line, verdicts.main(given))
