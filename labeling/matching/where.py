"""Whose election it is: the part of the decision where a wrong answer would send voters to the wrong centre.

Language is not country. What counts, in this order:

1. European elections belong to the European Union (`eu`), whoever posts and wherever; another election spoken of
   in the same breath gets its own label.
2. The country beside the election word, before or behind it: the nearest one.
3. A tag or name of one country's election (`#btw25`, "Nationalratswahl"): explicit, and stays so in any region.
   Only a country right beside the name means another (the Seimas of Latvia).
4. The people that speak ("Lithuanians in Ireland"), or words of voting from abroad: their own country's election.
5. A country named elsewhere in the text, or by its flag.
6. The region, if it is one of our states and speaks the item's language.
7. The language, if only one of our states speaks it and it is not spoken mostly elsewhere. It also beats a
   region that does not speak it: people abroad vote at home.
8. The country a tag is mostly used in, inferred from its language (`#eleccionesmunicipales` → `es`).
9. A region whose language is another.
10. Otherwise nobody can tell: a moderator is asked, under `eu`.

A country named, or a region, outside our geography means an election elsewhere, unless 1 or 3 say otherwise.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from labeling.matching.hits import Background, Hit
from labeling.matching.model import EU, Geography
from labeling.matching.places import Place

#: How many code points may lie between an election word and a country it goes with.
NEAR = 16
#: How many between an election's name and a country that says it is another one's.
_BESIDE = 9
#: How many the end of a clause between them counts for.
_CLAUSE = 6
#: How many between a people and where it lives (" in ", " au ").
_LIVES_IN = 5
# Countries outside our geography where one of our languages is at home, so that it doesn't point to our state.
_SPOKEN_NEXT_DOOR = {
    "hr": ("ba", "rs", "me"), "ro": ("md",), "it": ("ch", "sm", "va"), "nl": ("sr", "aw", "cw"), "da": ("fo", "gl"),
    "hu": ("rs", "ua"), "bg": ("mk",), "de": ("ch", "li"),
}  # fmt: skip
EUROPEAN = "european_parliament"
# What is elected on the day of the European election, and the longest "and" between the two (" sowie ").
_HELD_TOGETHER = frozenset({"local", "regional", "president"})
_CONJUNCTION = 7
#: Concepts of what stands for its country, by which it can be near to a sign.
BODIES = frozenset({"institution", "authority"})
#: Concept of the words of voting from abroad.
ABROAD = "abroad"
# Countries whose parliaments or councils share a name in some language: Nationalrat, Seimas, Riksdag, Kamer.
_NAMESAKES = {
    "at": ("ch",), "lt": ("pl", "lv"), "pl": ("lt", "lv"), "lv": ("pl", "lt"), "se": ("fi", "dk", "de"),
    "fi": ("se", "ee"), "ee": ("fi",), "nl": ("be", "sr"), "be": ("nl",), "dk": ("fo", "gl", "no", "de", "se"),
    "sk": ("cz",), "cz": ("sk",), "ie": ("gb",), "de": ("at", "ch", "be"), "lu": ("fr",),
    "it": ("ch", "sm"), "si": ("hr",), "ro": ("md",), "es": ("mx", "ar", "co"), "pt": ("br",), "fr": ("ch", "be"),
}  # fmt: skip


class Scene(NamedTuple):
    """What the question of whose election it is stands on."""

    text: str
    hits: Sequence[Hit]
    known: Background
    places: Sequence[Place]
    geography: Geography

    @property
    def home(self) -> str | None:
        """The state whose language the item is in, if there is one only."""
        return self.geography.only_state_speaking(self.known.language)


def jurisdictions(scene: Scene) -> tuple[str, ...] | None:
    """Return the codes the hits speak of; empty when nobody can tell, `None` when it is elsewhere."""
    nearest = _nearest(scene)
    if is_european(scene.hits) or _speaks_of_europe(scene, nearest):
        return (EU, *_besides_europe(scene))
    return _national(scene, nearest)


def _national(scene: Scene, nearest: tuple[int, Place] | None) -> tuple[str, ...] | None:
    firm = explicit(scene.hits) or _body_of_those_abroad(scene)
    if nearest:
        gap, place = nearest
        if place.code in firm:
            return (place.code,)
        if not firm or (_is_anothers(gap, place, firm, scene) and not firm_by_tag(scene.hits)):
            return _at(scene, place.code, firm)
    if firm:
        return () if _is_doubtful(firm, scene) else firm
    people = _people_abroad(scene)
    if people:
        return (people,)
    distant = _distant(scene)
    if distant and distant not in scene.geography.states:
        return None
    code = distant or _of_background(scene)
    return (code,) if code else _outside(scene)


def _is_anothers(gap: int, place: Place, firm: Sequence[str], scene: Scene) -> bool:
    """Whether a place right before the name, or beside it with a body of that name, says whose it really is."""
    if _is_right_before(place, scene):
        return True
    return gap <= _BESIDE and any(place.code in _NAMESAKES.get(code, ()) for code in firm)


def _is_doubtful(firm: Sequence[str], scene: Scene) -> bool:
    """Whether the post comes from a country, not ours, that has a body of that name, and no tag tells them apart."""
    region = scene.known.region
    abroad = region not in scene.geography.states and any(region in _NAMESAKES.get(code, ()) for code in firm)
    return abroad and not firm_by_tag(scene.hits) and not any(place.code in firm for place in scene.places)


def _is_right_before(place: Place, scene: Scene) -> bool:
    """Whether a place stands right before a sign that can stand alone: "Polish elections"."""
    return any(
        hit.start is not None and 0 <= hit.start - place.end <= 1 for hit in scene.hits if not hit.rule.supporting
    )


def _at(scene: Scene, code: str, firm: Sequence[str]) -> tuple[str, ...] | None:
    """The country named beside the signs, and others named beside other signs; `None` if it is elsewhere."""
    if code not in scene.geography.states:
        region = scene.known.region
        return (region,) if region and region in firm else None
    return tuple(dict.fromkeys((code, *_named_beside(scene))))


def _of_background(scene: Scene) -> str | None:
    known, geography = scene.known, scene.geography
    return (
        _region(known, geography)
        or _of_language(scene.hits, known, geography)
        or _inferred(scene.hits, known, geography)
        or (known.region if known.region in geography.states else None)
    )


def explicit(hits: Iterable[Hit]) -> tuple[str, ...]:
    """Return the states that rules name outright, the one with most signs first."""
    codes = [
        hit.rule.jurisdiction
        for hit in hits
        if hit.rule.jurisdiction is not None and hit.rule.jurisdiction != EU and not hit.rule.inferred
    ]
    return tuple(sorted(dict.fromkeys(codes), key=codes.count, reverse=True))


def firm_by_tag(hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the states named by hashtags, or by who posts, that are sure by themselves."""
    return explicit(hit for hit in hits if hit.sign != "phrase" and not hit.rule.ambiguous)


def is_european(hits: Iterable[Hit]) -> bool:
    """Whether a sign that counts alone speaks of the European Parliament or of Europe as a whole."""
    return any(is_european_sign(hit) and not hit.rule.supporting for hit in hits)


def is_european_sign(hit: Hit) -> bool:
    """Whether a sign speaks of the European Parliament or of Europe as a whole."""
    return hit.rule.jurisdiction == EU or hit.rule.election_type == EUROPEAN


def is_near(place: Place, hits: Iterable[Hit]) -> bool:
    """Whether a place stands within `NEAR` code points of an election word."""
    return any((gap := _gap(place, hit)) is not None and gap <= NEAR for hit in hits)


def beside(places: list[Place], hits: Sequence[Hit]) -> list[Place]:
    """Leave out places that are part of a sign: `#europeas` must not vouch for itself."""
    if not places:
        return []
    spans = [(hit.start, hit.end) for hit in hits if hit.start is not None and hit.end is not None]
    return [place for place in places if not any(a <= place.start and place.end <= b for a, b in spans)]


def _gap(place: Place, hit: Hit) -> int | None:
    """Return how many code points lie between a place and a sign; `None` when one of them is not in the text."""
    if hit.start is None or hit.end is None or place.start < 0:
        return None
    return max(place.start - hit.end, hit.start - place.end, 0)


def _nearest(scene: Scene) -> tuple[int, Place] | None:
    """Return (gap, place) of the place nearest to a sign that can stand alone.

    Supporting signs ("vote in Belgium") are asked where no sign names a country.
    """
    lived_in = _residences(scene) if scene.places else []
    places = [place for place in (*scene.places, *_bodies(scene.hits)) if place not in lived_in]
    if not places:
        return None
    for supporting in (False,) if explicit(scene.hits) else (False, True):
        gaps = [
            (gap, not _is_spoken_there(place, scene), place)
            for hit in scene.hits
            if hit.rule.supporting == supporting and hit.rule.kind != "contrary" and hit.rule.concept not in BODIES
            for place in places
            if (gap := _distance(scene.text, place, hit)) is not None and gap <= NEAR
        ]
        if gaps:
            gap, _, place = min(gaps)
            return gap, place
    return None


def _residences(scene: Scene) -> list[Place]:
    """Return where people live and not vote: behind the name of a people, or of an embassy.

    "Lithuanians in Ireland", "the consulate in London"; but "Polish and Czech elections" are elections of both.
    """
    behind = [
        (people.end, people.code) for people in scene.places if people.adjective and _is_spoken_there(people, scene)
    ]
    behind += [(hit.end, "") for hit in scene.hits if hit.rule.concept == ABROAD and hit.end is not None]
    return [
        place
        for place in scene.places
        if any(0 <= place.start - end <= _LIVES_IN and place.code != code for end, code in behind)
        and not (place.adjective and _is_right_before(place, scene))
    ]


def _bodies(hits: Iterable[Hit]) -> list[Place]:
    """Return parliaments and authorities as the places they stand for: whoever votes "for the Sejm" is in Poland."""
    return [
        Place(hit.rule.jurisdiction, hit.start, hit.end, True)
        for hit in hits
        if hit.rule.concept in BODIES and hit.rule.jurisdiction and hit.start is not None and hit.end is not None
    ]


def _body_of_those_abroad(scene: Scene) -> tuple[str, ...]:
    """Return the state, if one, whose parliament people vote for: "how do I vote from Ireland for the Sabor"."""
    if not any(hit.rule.concept == ABROAD for hit in scene.hits):
        return ()
    own = {body.code for body in _bodies(scene.hits) if _is_spoken_there(body, scene)}
    return tuple(own) if len(own) == 1 else ()


def _distance(text: str, place: Place, hit: Hit) -> int | None:
    """Return the gap between a place and a sign, longer where a clause ends between them."""
    gap = _gap(place, hit)
    if not gap or hit.start is None or hit.end is None:
        return gap
    between = text[hit.end : place.start] if place.start >= hit.end else text[place.end : hit.start]
    return gap + _CLAUSE * sum(between.count(mark) for mark in ".:;!?,\n–—")


def _is_spoken_there(place: Place, scene: Scene) -> bool:
    """A word can mean two countries (`slovenský`, `slovenski`): the language tells which."""
    return scene.geography.speaks(place.code, scene.known.language)


def _named_beside(scene: Scene) -> list[str]:
    """Return the states named right beside signs of elections, for a text about the elections of several."""
    signs = [hit for hit in scene.hits if hit.rule.concept == "election" and not hit.rule.supporting]
    return [
        place.code
        for place in scene.places
        if place.code in scene.geography.states and not place.adjective
        if any((gap := _gap(place, hit)) is not None and gap <= _BESIDE for hit in signs)
    ]


def _speaks_of_europe(scene: Scene, nearest: tuple[int, Place] | None) -> bool:
    """Whether Europe is what stands beside the election word, or the Parliament is named and nothing else is."""
    if explicit(scene.hits):
        return False
    if nearest and nearest[1].code == EU:
        return True
    typed = any(hit.rule.election_type for hit in scene.hits)
    parliament = [place for place in scene.places if place.code == EU and not place.adjective]
    return not typed and any(not nearest or is_near(place, scene.hits) for place in parliament)


def _besides_europe(scene: Scene) -> tuple[str, ...]:
    """Return whose other election is spoken of together with the European one."""
    by_tag = firm_by_tag(scene.hits)
    if by_tag:
        return by_tag
    european = [hit for hit in scene.hits if is_european_sign(hit)]
    apart = [place for place in scene.places if place.code != EU]
    others = [
        hit
        for hit in scene.hits
        if not is_european_sign(hit) and hit.rule.kind != "contrary" and hit.sign == "phrase"
        if not (hit.rule.ambiguous or hit.rule.supporting) or _is_coordinated(hit, european)
        if not any((gap := _gap(place, hit)) is not None and gap <= _BESIDE for place in scene.places
                   if place.code == EU)
    ]  # fmt: skip
    if not others:
        return ()
    national = Scene(scene.text, others, scene.known, apart, scene.geography)
    return _national(national, _nearest(national)) or ()


def _is_coordinated(hit: Hit, european: Sequence[Hit]) -> bool:
    """Whether the kind of another election stands beside the European one: "local and European elections"."""
    if hit.rule.concept != "qualifier" or hit.rule.election_type not in _HELD_TOGETHER or hit.start is None:
        return False
    return any(
        other.start is not None and other.end is not None
        and hit.end is not None and 0 < max(other.start - hit.end, hit.start - other.end) <= _CONJUNCTION
        for other in european
    )  # fmt: skip


def _people_abroad(scene: Scene) -> str | None:
    """Return the state of a people that speaks of itself: named in its own language, with another place or none."""
    lived_in = _residences(scene)
    own = {
        place.code
        for place in scene.places
        if place.adjective and place not in lived_in and _is_spoken_there(place, scene)
    }
    named = {place.code for place in scene.places if not place.adjective}
    if len(own) == 1 and not named & own and (named or scene.known.region not in own):
        return next(iter(own))
    if not any(hit.rule.concept == ABROAD for hit in scene.hits):
        return None
    inferred = {hit.rule.jurisdiction for hit in scene.hits if hit.rule.inferred}
    return scene.home or (inferred.pop() if len(inferred) == 1 else None)


def _distant(scene: Scene) -> str | None:
    """Return the one country named by its flag, or else by its name, wherever that stands."""
    flags = [place for place in scene.places if place.start < 0]
    for group in (flags, [place for place in scene.places if not place.adjective and place.start >= 0]):
        codes = list(dict.fromkeys(place.code for place in group if place.code != EU))
        if len(codes) > 1:
            codes = [code for code in codes if scene.geography.speaks(code, scene.known.language)] or codes
        if len(codes) == 1:
            return codes[0]
    return None


def _region(known: Background, geography: Geography) -> str | None:
    if known.region not in geography.states:
        return None
    speaks = geography.speaks(known.region, known.language)
    return known.region if speaks or known.language in (None, "en") else None


def _of_language(hits: Sequence[Hit], known: Background, geography: Geography) -> str | None:
    """Return the one state that the language of the item, or else of the signs themselves, points to."""
    if known.region in _SPOKEN_NEXT_DOOR.get(known.language or "", ()):
        return None
    spoken = frozenset().union(*(hit.rule.languages for hit in hits)) if hits else frozenset()
    if known.language not in spoken and len(spoken) == 1:
        return geography.only_state_speaking(next(iter(spoken)))
    return geography.only_state_speaking(known.language)


def _inferred(hits: Sequence[Hit], known: Background, geography: Geography) -> str | None:
    codes = {hit.rule.jurisdiction for hit in hits if hit.rule.inferred}
    at_home = known.region is None or known.region in geography.states
    return codes.pop() if len(codes) == 1 and at_home else None


def _outside(scene: Scene) -> tuple[str, ...] | None:
    region = scene.known.region
    return () if region is None or region in scene.geography.states else None
