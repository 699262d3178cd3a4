"""What voters read: places, their centres, elections and dates, answers, trusted sources, and media literacy."""

from centers.models.answer import Answer, Question
from centers.models.campaign import Campaign, LiteracyVideo, ReportedViews, ShownIn, VideoProvider, VideoStarts
from centers.models.center import ElectionCenter
from centers.models.draft import RecordDraft
from centers.models.election import Election, ElectionStatus, ElectionType
from centers.models.fact import Confidence, Confirmation
from centers.models.jurisdiction import Jurisdiction, Level
from centers.models.key_date import (
    Audience,
    KeyDate,
    KeyDateKind,
    RuleAnchor,
    RuleDirection,
    RuleShift,
    RuleUnit,
)
from centers.models.link import Link, LinkCheck, LinkOutcome, PageLook
from centers.models.loaded import LoadedRecord
from centers.models.local_rules import LocalRules, PreferentialVoting, Provision
from centers.models.media_file import MediaFile, MediaKind
from centers.models.notice import NoticeKind, UrgentNotice
from centers.models.proposal import Proposal, ProposalAction, ProposalComment, ProposalStatus, Translator
from centers.models.published_change import PublishedChange
from centers.models.round import PollingDay, Round
from centers.models.source import SourceKind, TrustedSource
from centers.models.tip import Tip
from centers.models.upkeep import UpkeepKind, UpkeepTold
from centers.models.upload import HeldUpload, UploadKind

__all__ = [
    "Answer",
    "Audience",
    "Campaign",
    "Confidence",
    "Confirmation",
    "Election",
    "ElectionCenter",
    "ElectionStatus",
    "ElectionType",
    "HeldUpload",
    "Jurisdiction",
    "KeyDate",
    "KeyDateKind",
    "Level",
    "Link",
    "LinkCheck",
    "LinkOutcome",
    "LiteracyVideo",
    "LoadedRecord",
    "LocalRules",
    "MediaFile",
    "MediaKind",
    "NoticeKind",
    "PageLook",
    "PollingDay",
    "PreferentialVoting",
    "Proposal",
    "ProposalAction",
    "ProposalComment",
    "ProposalStatus",
    "Provision",
    "PublishedChange",
    "Question",
    "RecordDraft",
    "ReportedViews",
    "Round",
    "RuleAnchor",
    "RuleDirection",
    "RuleShift",
    "RuleUnit",
    "ShownIn",
    "SourceKind",
    "Tip",
    "Translator",
    "TrustedSource",
    "UpkeepKind",
    "UpkeepTold",
    "UploadKind",
    "UrgentNotice",
    "VideoProvider",
    "VideoStarts",
]
