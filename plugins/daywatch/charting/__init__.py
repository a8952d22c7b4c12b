"""Altair and vl-convert: how charts look, for pages and for pictures in messages."""
