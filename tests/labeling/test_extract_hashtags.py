"""Hashtags are found as the large platforms find them, in every script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.text import extract_hashtags


def tags(text: str, *, glued: bool = False) -> list[str]:
    return [found.tag for found in extract_hashtags(text, glued=glued)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a #hashtag here", ["hashtag"]),
        ("#first, #second. (#third) [#fourth]«#fifth»", ["first", "second", "third", "fourth", "fifth"]),
        ("#one\n#two\t#three", ["one", "two", "three"]),
        ("#9juin2024 #1a", ["9juin2024", "1a"]),
        ("#snake_case_tag #_lead", ["snake_case_tag", "_lead"]),
        ("##double", ["double"]),
        ("#same #same", ["same", "same"]),
        ("#test-tag", ["test"]),
        ("#don't", ["don"]),
        ("#wahl!", ["wahl"]),
        ("🗳️#vote #vote🗳️", ["vote", "vote"]),
    ],
)
def test_tags_are_found_between_ordinary_words(text: str, expected: list[str]) -> None:
    assert tags(text) == expected


@pytest.mark.parametrize(
    "tag",
    [
        "избори2026",  # Bulgarian
        "εκλογές",  # Greek with tonos
        "Ευρωεκλογές_2019",
        "élection",
        "e\u0301lection",  # decomposed
        "vēlēšanas",
        "rinkėjų",
        "cumhurbaşkanlığı",
        "İstanbul",
        "elezzjonijiet_ġodda",
        "voľby",
        "انتخابات",  # Urdu
        "الیکشن_کمیشن",
        "می‌خواهم",  # Persian with a zero-width non-joiner
        "שח״ל",  # Hebrew with gershayim
        "עַל־יְדֵי",  # pointed Hebrew with maqaf
        "ශ්‍රීලංකා",  # Sinhala with a zero-width joiner
        "महात्मा",  # Devanagari vowel signs and virama
        "தமிழ்",
        "การเมือง",  # Thai vowel signs
        "བོད་སྐད་",  # Tibetan tsheg
        "選挙",
        "サッカー",
        "メ〜テレ",
        "カ・ナ",
        "各〃",
        "트위터",
        "ﾊｯｼｭﾀｸﾞ",  # half-width katakana
        "ｈａｓｈ１",  # full-width letters
        "il·lusió",  # Catalan middle dot
        "Մահաթմա",
        "მაჰათმა",
        "\U00010400\U00010428",  # Deseret: letters beyond the basic plane
        "\U00020021",
        "\U00016f04\U00016f51",  # astral letter and mark
        "A\U000104a0",  # astral digit
    ],
)
@pytest.mark.parametrize("sign", ["#", "＃"])
def test_tag_is_whole_in_its_script(tag: str, sign: str) -> None:
    text = f"🇪🇺 {sign}{tag} end"
    (found,) = extract_hashtags(text)
    assert found.tag == tag
    assert text[found.start : found.end] == f"{sign}{tag}"


@pytest.mark.parametrize(
    "text",
    [
        "On the #16 bus",
        "#1_2 #_ #〃 #٤٠٦",  # no letter
        "# spaced",
        "word#tag 1#tag é#tag 語#tag e\u0301#tag",  # inside words
        "&#39; &#tag;",  # character references
        "#️⃣ #⃣ press #️⃣",  # keycaps
        "#\u0301",  # a mark on the sign itself
        "https://x.example/#frag https://x.example/a?b=1#frag http://x.example/path,#frag",
        "x.example/#frag www.x.example/#frag sub.x-y.example/a/#frag",
        "#http://x.example #https://x.example",
        "#a#b",
        "#a＃b",
        "",
        "##",
    ],
)
def test_nothing_is_found_where_platforms_see_no_tag(text: str) -> None:
    assert tags(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(https://x.example/) #tag", ["tag"]),
        ("https://x.example/#frag #tag", ["tag"]),
        ("および/#tag", ["tag"]),
        ("and/#or", ["or"]),
    ],
)
def test_tag_beside_an_address_is_found(text: str, expected: list[str]) -> None:
    assert tags(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#a#b#c", ["a", "b", "c"]),
        ("#a#1#b", ["a", "b"]),
        ("x#a#b", []),
        ("#fyp#wahl2025 und #mehr", ["fyp", "wahl2025", "mehr"]),
    ],
)
def test_glued_tags_are_told_apart_when_asked(text: str, expected: list[str]) -> None:
    assert tags(text, glued=True) == expected


def test_trailing_joiners_are_not_part_of_the_tag() -> None:
    assert tags("#il·lusió· #tag\u200d") == ["il·lusió", "tag"]


def test_offsets_count_code_points_and_bytes() -> None:
    (found,) = extract_hashtags("Ö🇦🇹 #ÖVP")
    assert (found.start, found.end) == (4, 8)
    assert (found.byte_start, found.byte_end) == (11, 16)


def test_lone_surrogate_stops_nothing() -> None:
    assert tags("\ud800 #tag") == ["tag"]


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("#＃# _/.:&\u200d\ufe0f\u0301é選"))), st.booleans())
def test_offsets_always_slice_to_the_tag(text: str, glued: bool) -> None:
    data = text.encode("utf-8", "surrogatepass")
    for found in extract_hashtags(text, glued=glued):
        assert text[found.start] in "#＃"
        assert text[found.start + 1 : found.end] == found.tag
        sliced = data[found.byte_start : found.byte_end].decode("utf-8", "surrogatepass")
        assert sliced[1:] == found.tag
        assert any(map(str.isalpha, found.tag))
        assert not any(map(str.isspace, found.tag))


@given(st.from_regex(r"[a-zåäöéèąćλβχъщ]{1,20}[0-9]{0,4}", fullmatch=True))
def test_tag_written_between_spaces_is_found_whole(tag: str) -> None:
    assert tags(f"before #{tag} after") == [tag]
