"""Configurations of other simulators as a `Setting`: `memtorch.setting_from`, `crosssim.setting_from`.

Each takes plain values and imports nothing of the other simulator. What has no counterpart is an error in one line and
never left out, for a setting that computes something else would look the same.
"""
