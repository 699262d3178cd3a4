"""Content that flows in, the rules it is measured by, and the labels it gets."""

from labeling.models.account import Account
from labeling.models.ai import AI, AiEvidence, AiSays, AiSource, CredentialsState
from labeling.models.api_key import ApiKey
from labeling.models.atproto import AtprotoLabel, AtprotoStream
from labeling.models.batch import BatchState, IntakeBatch
from labeling.models.brake import BrakeCause, RuleBrake
from labeling.models.change import ChangeAction, ChangeLedger, ChangeSet, LabelChange
from labeling.models.claim import ClaimMatch, ClaimSearch, LabelBasis, MatchHow, MatchState, SearchCursor
from labeling.models.claim_source import ClaimSource
from labeling.models.content import ContentItem, SampledItem
from labeling.models.erasure import AuthorErasure
from labeling.models.hashtag import EmergingHashtag, EmergingState, HashtagHour
from labeling.models.job import BackTest, Job, JobState, RelabelJob
from labeling.models.label import Decider, DecisionAction, Label, LabelDecision, LabelKind, LabelState
from labeling.models.official import (
    POLITICAL,
    AccountCategory,
    Badge,
    Candidate,
    CandidateList,
    OfficialAccount,
    OfficialState,
    OfficialStep,
)
from labeling.models.outside import Appeal, AppealSecret, Appellant, FromOutside, Outcome, Report, ReportKind
from labeling.models.platform import Platform
from labeling.models.policy import Policy, PolicyText
from labeling.models.quality import CheckKind, CheckState, GoldenItem, QualityCheck
from labeling.models.reminder import Reminder, ReminderAction, ReminderChange, ReminderOrigin, ReminderText
from labeling.models.review import (
    BulkDecision,
    ReviewAction,
    ReviewDecision,
    ReviewerProfile,
    ReviewExposure,
    ReviewSignal,
    ReviewTask,
    SignalKind,
    TaskState,
)
from labeling.models.ruleset import (
    CANDIDATE_STATUSES,
    ComparedBy,
    Rule,
    RuleAction,
    RuleKind,
    Ruleset,
    RulesetEvent,
    RulesetStatus,
)
from labeling.models.sketch import ItemSketch
from labeling.models.standing import StandingTold
from labeling.models.statement import StatementOfReasons
from labeling.models.tally import ShadowTally, StreamTally
from labeling.models.webhook import DeliveryState, EndpointAction, EndpointEvent, WebhookDelivery, WebhookEndpoint

__all__ = [
    "AI",
    "CANDIDATE_STATUSES",
    "POLITICAL",
    "Account",
    "AccountCategory",
    "AiEvidence",
    "AiSays",
    "AiSource",
    "ApiKey",
    "Appeal",
    "AppealSecret",
    "Appellant",
    "AtprotoLabel",
    "AtprotoStream",
    "AuthorErasure",
    "BackTest",
    "Badge",
    "BatchState",
    "BrakeCause",
    "BulkDecision",
    "Candidate",
    "CandidateList",
    "ChangeAction",
    "ChangeLedger",
    "ChangeSet",
    "CheckKind",
    "CheckState",
    "ClaimMatch",
    "ClaimSearch",
    "ClaimSource",
    "ComparedBy",
    "ContentItem",
    "CredentialsState",
    "Decider",
    "DecisionAction",
    "DeliveryState",
    "EmergingHashtag",
    "EmergingState",
    "EndpointAction",
    "EndpointEvent",
    "FromOutside",
    "GoldenItem",
    "HashtagHour",
    "IntakeBatch",
    "ItemSketch",
    "Job",
    "JobState",
    "Label",
    "LabelBasis",
    "LabelChange",
    "LabelDecision",
    "LabelKind",
    "LabelState",
    "MatchHow",
    "MatchState",
    "OfficialAccount",
    "OfficialState",
    "OfficialStep",
    "Outcome",
    "Platform",
    "Policy",
    "PolicyText",
    "QualityCheck",
    "RelabelJob",
    "Reminder",
    "ReminderAction",
    "ReminderChange",
    "ReminderOrigin",
    "ReminderText",
    "Report",
    "ReportKind",
    "ReviewAction",
    "ReviewDecision",
    "ReviewExposure",
    "ReviewSignal",
    "ReviewTask",
    "ReviewerProfile",
    "Rule",
    "RuleAction",
    "RuleBrake",
    "RuleKind",
    "Ruleset",
    "RulesetEvent",
    "RulesetStatus",
    "SampledItem",
    "SearchCursor",
    "ShadowTally",
    "SignalKind",
    "StandingTold",
    "StatementOfReasons",
    "StreamTally",
    "TaskState",
    "WebhookDelivery",
    "WebhookEndpoint",
]
