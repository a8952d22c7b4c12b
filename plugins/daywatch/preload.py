"""Imported once by a process that others fork from: Great Expectations costs seconds to import."""

from daywatch.validation import preload

preload()
