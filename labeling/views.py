"""How labelled content looks to a viewer on a platform, and why it carries its label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from django.core.paginator import Page as ItemPage
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from centers import formats
from centers.local_text import LocalText, local_text
from centers.models import Jurisdiction
from centers.pagecache import DATABASE_AWAY
from centers.upcoming import CALLED_OFF
from centers.views import errors
from centers.views.frame import Frame, frame_of, page_rendered
from labeling.excerpt import marked_pieces
from labeling.links import center_path, destination, tag_path, watch_path, why_path
from labeling.models import AccountCategory, AiSource, ContentItem, Label, LabelState
from labeling.outside.why import why_more
from labeling.reminders import NoReminderError, reminder_find, tag_means
from labeling.reminders import Viewer as TagViewer
from labeling.services.matcher import Matcher, NoRulesetError, matcher_live
from labeling.standing import election_standing
from labeling.text import NotATagError, extract_hashtags, tag_named
from labeling.texts import LabelText, center_link_text, fact_check_links, finding_text, label_text
from labeling.uris import uri_parts

#: Labelled videos on one page of the gallery.
PER_PAGE: Final = 24
#: Of so many different hashtags of one video it is asked whether they have a reminder.
MOST_TAGS: Final = 30
#: What is posted now is labelled within seconds, and should be seen soon after.
CACHE_CONTROL: Final = "public, max-age=2, stale-while-revalidate=60, stale-if-error=86400"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Where the viewer is, as far as they said so: the country decides which centre European labels lead to."""

    country: str
    member_state: str | None

    @property
    def query(self) -> str:
        """What keeps the choice in links."""
        return f"?country={self.country}" if self.country else ""


@dataclass(frozen=True, slots=True)
class Banner:
    """A label as a platform would show it: `links` to what fact-checkers wrote, `note` in the words of one of them."""

    label: Label
    words: LabelText
    center: str
    why: str
    place: LocalText
    election: LocalText | None
    links: tuple[tuple[str, str], ...] = ()
    note: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of a text; a hashtag with a reminder has the `path` of the page that shows it."""

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Video:
    """A labelled item as a viewer meets it; `tag_paths` holds the pages of its election hashtags."""

    item: ContentItem
    banners: list[Banner]
    path: str
    tag_paths: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[Words]:
        """The text, cut where hashtags lead somewhere."""
        text, at = self.item.text, 0
        pieces: list[Words] = []
        for found in extract_hashtags(text, glued=True) if self.tag_paths else ():
            if path := self.tag_paths.get(found.tag):
                pieces += [Words(text[at : found.start]), Words(text[found.start : found.end], path)]
                at = found.end
        return [piece for piece in (*pieces, Words(text[at:])) if piece.text]

    @property
    def tags(self) -> list[Words]:
        """Hashtags that stand beside the text."""
        names = _tags_beside(self.item)
        return [Words(f"#{name}", self.tag_paths.get(name, "")) for name in names]


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was found in the item, in words."""

    words: str
    what: str


@require_safe
def watch(request: HttpRequest) -> HttpResponse:
    """The gallery of labelled videos, newest first; `country` keeps those a viewer there would be shown a label on.

    404 for a page or country there is not.
    """
    try:
        return _watch(request)
    except DATABASE_AWAY:
        return errors.unavailable(request)


@require_safe
def watch_item(request: HttpRequest, platform: str, external_id: str) -> HttpResponse:
    """One labelled video as the platform's viewers see it. 404 when it has no label that is shown, or no words."""
    try:
        return _watch_item(request, platform, external_id)
    except DATABASE_AWAY:
        return errors.unavailable(request)


@require_safe
def label_why(request: HttpRequest, public_id: str) -> HttpResponse:
    """Why some content carries a label, in plain words. 404 while a label waits for a moderator."""
    try:
        return _label_why(request, public_id)
    except DATABASE_AWAY:
        return errors.unavailable(request)


@require_safe
def watch_tag(request: HttpRequest, tag: str) -> HttpResponse:
    """What the platform reminds viewers of a hashtag of. 404 for one without a reminder."""
    try:
        return _watch_tag(request, tag)
    except (*DATABASE_AWAY, NoRulesetError):
        return errors.unavailable(request)


def _watch(request: HttpRequest) -> HttpResponse:
    frame = frame_of(request)
    countries = _countries(frame.language)
    viewer = _viewer(request, [code for code, _ in countries])
    labels = Label.objects.applied().with_content().for_viewers().order_by("-id")
    if viewer.country:
        labels = labels.in_place(viewer.country)
    page = _page(labels, request.GET.get("page", "1"))
    context = {
        "videos": [_video([label], viewer, frame) for label in page.object_list],
        "page": page,
        "viewer": viewer,
        "countries": countries,
        "country_name": dict(countries).get(viewer.country, ""),
    }
    return _answer(request, "labeling/watch.html", frame, context)


def _watch_item(request: HttpRequest, platform: str, external_id: str) -> HttpResponse:
    parts = uri_parts(f"{platform}:{external_id}")
    if parts is None:
        raise Http404("no item can be called so")
    frame = frame_of(request)
    countries = _countries(frame.language)
    viewer = _viewer(request, [code for code, _ in countries])
    labels = list(Label.objects.applied().with_content().for_uris([parts]).for_viewers().order_by("id"))
    if not labels:
        raise Http404("no label is shown on this item")
    video = replace(_video(labels, viewer, frame), tag_paths=_tag_paths(labels[0].item, viewer, frame.language))
    context = {"video": video, "viewer": viewer, "countries": countries}
    return _answer(request, "labeling/watch_item.html", frame, context)


def _watch_tag(request: HttpRequest, tag: str) -> HttpResponse:
    frame = frame_of(request)
    countries = _countries(frame.language)
    viewer = _viewer(request, [code for code, _ in countries])
    try:
        shown = reminder_find(
            tag_named(tag), viewer=_tag_viewer(viewer, frame.language), matcher=matcher_live(), now=timezone.now()
        )
    except (NotATagError, NoReminderError) as error:
        raise Http404("no reminder on this hashtag") from error
    context = {
        "reminder": shown,
        "center": center_path(shown.center, frame.language),
        "link_text": center_link_text(frame.language),
        "viewer": viewer,
        "countries": countries,
    }
    return _answer(request, "labeling/watch_tag.html", frame, context)


def _tag_viewer(viewer: Viewer, language: str) -> TagViewer:
    return TagViewer(reads=language, speaks=language, country=viewer.country or None)


def _tag_paths(item: ContentItem, viewer: Viewer, language: str) -> dict[str, str]:
    """The pages of an item's hashtags that have a reminder for the viewer; no query but for the rules' version."""
    try:
        matcher = matcher_live()
    except NoRulesetError:
        return {}
    names = dict.fromkeys((*(found.tag for found in extract_hashtags(item.text, glued=True)), *_tags_beside(item)))
    asking = _tag_viewer(viewer, language)
    listed = list(names)[:MOST_TAGS]
    return {name: tag_path(name, language) + viewer.query for name in listed if _has_reminder(name, asking, matcher)}


def _has_reminder(tag: str, viewer: TagViewer, matcher: Matcher) -> bool:
    try:
        tag_means(tag_named(tag), viewer, matcher, timezone.now())
    except (NotATagError, NoReminderError):
        return False
    return True


def _tags_beside(item: ContentItem) -> list[str]:
    return [tag.lstrip("#＃") for tag in item.hashtags]


def _label_why(request: HttpRequest, public_id: str) -> HttpResponse:
    frame = frame_of(request)
    explained = Label.objects.exclude(state=LabelState.REVIEW).for_viewers()
    label = explained.filter(public_id=public_id).first()
    if label is None:
        raise Http404("no such label")
    text = label.item.text
    context = why_more(label, frame.language) | {
        "banner": _banner(label, Viewer("", None), frame),
        "label": label,
        "item": label.item,
        "pieces": marked_pieces(text, label.evidence),
        "signs": _signs(label, frame.language),
        "decided_on": formats.date_full(label.decided_at.date(), frame.language),
        "watch_path": watch_path(label.item.platform.key, label.item.external_id, frame.language),
        "is_shown": label.state == LabelState.APPLIED,
        "called_off": CALLED_OFF,
    }
    return _answer(request, "labeling/why.html", frame, context)


def _answer(request: HttpRequest, template: str, frame: Frame, context: dict[str, Any]) -> HttpResponse:
    response = page_rendered(template, frame, context).answer(request)
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response


def _viewer(request: HttpRequest, countries: list[str]) -> Viewer:
    """The viewer's country from the address. Raises `Http404` for a place that is no state of the Union."""
    country = request.GET.get("country", "").lower()
    if country and country not in countries:
        raise Http404("no such country")
    return Viewer(country, country or None)


def _countries(language: str) -> list[tuple[str, str]]:
    """Code and name of the member states, in the reader's order."""
    states = Jurisdiction.objects.member_states()
    named = [(state.code, local_text(state, "name", language, state.languages).text) for state in states]
    return sorted(named, key=lambda entry: formats.sort_key(entry[1], language))


def _page(labels: QuerySet[Label], number: str) -> ItemPage[Label]:
    paginator = Paginator(labels, PER_PAGE)
    if not number.isascii() or not number.isdecimal() or not 1 <= int(number[:9]) <= paginator.num_pages:
        raise Http404("no such page")
    return paginator.page(int(number))


def _video(labels: list[Label], viewer: Viewer, frame: Frame) -> Video:
    item = labels[0].item
    path = watch_path(item.platform.key, item.external_id, frame.language) + viewer.query
    return Video(item, [_banner(label, viewer, frame) for label in labels], path)


def _banner(label: Label, viewer: Viewer, frame: Frame) -> Banner:
    place, election = label.jurisdiction, label.election
    standing = election_standing(election.key, election.status) if election else None
    words, finding = label_text(label.kind, frame.language, standing), label.finding
    return Banner(
        label=label,
        words=words._replace(text=finding_text(finding, frame.language)) if finding else words,
        center=center_path(destination(place.code, viewer.member_state), frame.language),
        why=why_path(label.public_id, frame.language),
        place=local_text(place, "name", frame.language, place.languages),
        election=local_text(election, "name", frame.language, place.languages) if election else None,
        links=tuple(fact_check_links(finding, frame.language)),
        note=finding.get("note") if finding else None,
    )


def _signs(label: Label, language: str) -> list[Sign]:
    """The evidence in words; what was found twice is said once."""
    kinds = {
        "hashtag": pgettext("kind of sign", "a hashtag"),
        "phrase": pgettext("kind of sign", "words about elections"),
        "place": pgettext("kind of sign", "a country"),
        "year": pgettext("kind of sign", "a year"),
        "region": pgettext("kind of sign", "the language of the video and the country of the account"),
    }
    other = _("another sign")
    bases = _bases()
    found = [
        Sign(_sign_words(sign, language), bases.get(sign.get("basis", "")) or kinds.get(sign.get("kind", ""), other))
        for sign in label.evidence
    ]
    return list(dict.fromkeys(found))


def _bases() -> dict[str, str]:
    """What labels that no rule gave rest on: who says how content was made, and whose an official account is."""
    return {
        AiSource.CREATOR.value: _("Its creator says so."),
        AiSource.PLATFORM.value: _("The platform says so."),
        AiSource.CREDENTIALS.value: _("The file’s Content Credentials say so."),
        AccountCategory.GOVERNMENT.value: pgettext("official account", "Government"),
        AccountCategory.POLITICIAN.value: pgettext("official account", "Politician"),
        AccountCategory.PARTY.value: pgettext("official account", "Political party"),
        AccountCategory.CANDIDATE.value: pgettext("official account", "Candidate"),
        AccountCategory.NEWS.value: pgettext("official account", "News organisation"),
        AccountCategory.ELECTORAL_AUTHORITY.value: pgettext("official account", "Electoral authority"),
    }


def _sign_words(sign: dict[str, Any], language: str) -> str:
    """What was found, with codes (`eu` for a flag, `bg-BG` for language and country) in words."""
    text: str = sign.get("text", "")
    if sign.get("kind") == "place" and text.upper() in formats.locale(language).territories:
        return str(formats.locale(language).territories[text.upper()])
    if sign.get("kind") == "region":
        try:
            return Locale.parse(text, sep="-").get_display_name(formats.locale(language)) or text
        except (UnknownLocaleError, ValueError):
            return text
    return text
