"""How right the labels are: posts with the labels they should carry, against what the matcher says. Pure code."""

from labeling.evaluation.cases import BadLine, Expected, LabelledItem, read_lines
from labeling.evaluation.judge import Judgement, judge
from labeling.evaluation.report import Miss, Report, evaluate
from labeling.evaluation.scores import Scores

__all__ = [
    "BadLine",
    "Expected",
    "Judgement",
    "LabelledItem",
    "Miss",
    "Report",
    "Scores",
    "evaluate",
    "judge",
    "read_lines",
]
