"""Networks on crossbars: conversion, calibration, layers and fused execution."""

from memristive.network.calibration import calibrate
from memristive.network.convert import convert

__all__ = ["calibrate", "convert"]
