"""Pieces of a page: findings as a list or a table, hints where a part scrolls, headings that break at words."""

import pandas as pd

from memristive_study.report import markup


def test_few_findings_are_a_list():
    assert markup.points(["MNIST: a < b.", "All."]) == '<ul class="meaning"><li>MNIST: a &lt; b.</li><li>All.</li></ul>'
    assert markup.points([]) == ""


def test_many_findings_are_one_table_by_what_they_speak_of():
    shown = markup.points(["MNIST: first.", "CIFAR10: a < b: yes.", "Both are low.", "MNIST: second."])
    assert shown.count("<table>") == 1
    assert '<th scope="row">MNIST</th><td>first.<br>second.</td>' in shown
    assert '<th scope="row">CIFAR10</th><td>a &lt; b: yes.</td>' in shown
    assert shown.endswith('<tr><td colspan="2">Both are low.</td></tr></tbody></table></div>')
    assert markup.points(["One.", "Two.", "Three.", "Four: 4."]).startswith("<ul")


def test_a_wide_table_has_a_hint_and_little_room_between_its_columns():
    narrow = markup.table(pd.DataFrame({"network": ["MNIST"], "n": [5]}), "A table")
    assert '<div class="scroll" ' in narrow
    wide = markup.table(pd.DataFrame({f"column_{i}": [1.5] for i in range(12)}), "A table")
    assert '<div class="scroll wide dense" ' in wide


def test_a_heading_breaks_after_an_underscore():
    assert markup.title("Study from_some<b>") == "Study from_<wbr>some&lt;b&gt;"
    shown = markup.table(
        pd.DataFrame({"setting": ["rates.adc.bits-4+sigma-0.5"], "text": ["82.13 to 88.98"]}), "A table"
    )
    assert "<td>rates.<wbr>adc.<wbr>bits-4+<wbr>sigma-0.5</td><td>82.13 to 88.98</td>" in shown
