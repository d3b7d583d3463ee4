"""The report of a study, and the comparison of two."""

from memristive_study.runtime.shipped import shipped

TEMPLATE = shipped("notebooks/template")  # of nbconvert, for the page
