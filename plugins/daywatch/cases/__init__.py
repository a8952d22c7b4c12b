"""Row tests: what is given, and what a detection must make of it, on the real engine."""

from daywatch.cases.model import Case, load_cases
from daywatch.cases.runner import CaseResult, Report, evidence, run_all, run_cases

__all__ = ["Case", "CaseResult", "Report", "evidence", "load_cases", "run_all", "run_cases"]
