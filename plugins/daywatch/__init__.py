"""Daywatch: daily SQL risk detections for Trust & Safety teams."""

__version__ = "0.1.0"
