"""What is wrong with rules before they label anything: each problem named with its rule, field and reason.

Errors are rules that cannot work or that nobody may want; warnings are what a person should look at twice.
"""

from labeling.matching.check.one import check_rule
from labeling.matching.check.problem import Problem, Severity
from labeling.matching.check.whole import SignKey, asked_for, check_beside, check_rules, check_thresholds, sign_key

__all__ = [
    "Problem",
    "Severity",
    "SignKey",
    "asked_for",
    "check_beside",
    "check_rule",
    "check_rules",
    "check_thresholds",
    "sign_key",
]
