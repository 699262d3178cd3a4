"""Keys bring together what people type and what the rules say, and apart what differs."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from labeling.text import exact_key, fold_word, fold_words, folded_key, normalise_text

LETTERS = st.text(alphabet=st.characters(categories=["L", "M", "Nd"]), max_size=30)
EUROPEAN = st.text(
    alphabet=st.one_of(
        st.characters(min_codepoint=0x41, max_codepoint=0x24F, categories=["L"]),
        st.characters(min_codepoint=0x370, max_codepoint=0x45F, categories=["L"]),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Européennes2024", "EUROPÉENNES2024"),
        ("e\u0301lu", "élu"),
        ("STRASSE", "straße"),
        ("ΕΚΛΟΓΕΣ", "εκλογες"),
        ("τέλος", "ΤΈΛΟΣ"),
        ("SEÇİM", "seçim"),
        ("KIBRIS", "kıbrıs"),
        ("İstanbul", "istanbul"),
    ],
)
def test_exact_key_ignores_case_and_composition(one: str, other: str) -> None:
    assert exact_key(one) == exact_key(other)


@pytest.mark.parametrize(("one", "other"), [("élu", "elu"), ("volby", "voľby"), ("wählen", "wahlen"), ("й", "и")])
def test_exact_key_keeps_accents_apart(one: str, other: str) -> None:
    assert exact_key(one) != exact_key(other)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ÉlectionsEuropéennes", "electionseuropeennes"),
        ("Straße", "strasse"),
        ("ΕΥΡΩΕΚΛΟΓΈΣ", "ευρωεκλογεσ"),
        ("ευρωεκλογές", "ευρωεκλογεσ"),
        ("ϊΐ", "ιι"),
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("Đoković", "dokovic"),
        ("ılıman", "iliman"),
        ("İzmir", "izmir"),
        ("æbler", "aebler"),
        ("œuvre", "oeuvre"),
        ("Ħamrun", "hamrun"),
        ("ġenerali", "generali"),
        ("vēlēšanas", "velesanas"),
        ("Școală", "scoala"),
        ("ｈａｓｈ１", "hash1"),
        ("ﬁnale", "finale"),
        ("Йовчо", "йовчо"),
        ("и\u0306", "й"),
        ("Ёлка", "елка"),
        ("Її", "її"),
        ("می‌خواهم", "میخواهم"),
        ("مُحَمَّد", "محمد"),
        ("كتاب", "کتاب"),
        ("महात्मा", "महात्मा"),
        ("プ", "プ"),
    ],
)
def test_folded_key_drops_what_people_leave_out(written: str, key: str) -> None:
    assert folded_key(written) == key


@pytest.mark.parametrize("key", [exact_key, folded_key])
@given(text=st.one_of(LETTERS, EUROPEAN, st.text()))
def test_key_of_a_key_is_itself(key, text: str) -> None:  # type: ignore[no-untyped-def]
    assert key(key(text)) == key(text)


@pytest.mark.parametrize("key", [exact_key, folded_key])
@given(text=st.one_of(LETTERS, EUROPEAN))
def test_key_does_not_depend_on_composition(key, text: str) -> None:  # type: ignore[no-untyped-def]
    assert key(unicodedata.normalize("NFD", text)) == key(unicodedata.normalize("NFC", text))


@given(EUROPEAN)
def test_keys_do_not_depend_on_capitals(text: str) -> None:
    for key in (exact_key, folded_key):
        assert key(text.upper()) == key(text)


@given(EUROPEAN)
def test_same_exact_key_means_same_folded_key(text: str) -> None:
    assert folded_key(exact_key(text)) == folded_key(text)


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("L’Élection\u00a0 du\n8 juin", "l election du 8 juin"),
        ("EU-Wahl, #Wahl_2029!", "eu wahl wahl 2029"),
        ("…  🗳️ —", ""),
        ("vote https://x.example/elections @voter", "vote"),
        ("選挙だ", "選 挙 だ"),
    ],
)
def test_text_is_normalised_to_folded_words(text: str, normalised: str) -> None:
    assert normalise_text(text).text == normalised


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("In Öste\u0301rreich!", "osterreich", "Öste\u0301rreich"),
        ("die EU-Wahl", "wahl", "Wahl"),
        ("die EU-Wahl", "eu wahl", "EU-Wahl"),
        ("Straße frei", "strasse", "Straße"),
        ("x  ΕΚΛΟΓΈΣ;", "εκλογεσ", "ΕΚΛΟΓΈΣ"),
        ("#Wahl_2029", "2029", "2029"),
        ("🇦🇹 и\u0306од", "йод", "и\u0306од"),
        ("votre_e\u0301", "e", "e\u0301"),
        ("今日は選挙だ", "選 挙", "選挙"),
    ],
)
def test_span_leads_back_to_the_original(text: str, word: str, original: str) -> None:
    found = normalise_text(text)
    start = f" {found.text} ".index(f" {word} ")
    first, after = found.original_span(start, start + len(word))
    assert found.original[first:after] == original


@given(st.one_of(st.text(), st.text(alphabet="aß É-_ \n\u0301йи\u0306選@/:.ﬁ")))
def test_every_word_leads_back_to_what_folds_to_it(text: str) -> None:
    found = normalise_text(text)
    start = 0
    for word in found.text.split():
        first, after = found.original_span(start, start + len(word))
        assert 0 <= first < after <= len(text)
        # One character can fold to several words (`½`), so the word may be a part of what its source folds to.
        assert word in normalise_text(text[first:after]).text
        start += len(word) + 1


def test_empty_span_is_refused() -> None:
    with pytest.raises(ValueError, match="empty span"):
        normalise_text("word").original_span(2, 2)


@given(st.one_of(st.text(), st.text(alphabet="aÉßİ²Ⅷ-_#@w. :/\u0301\u0306\u200dиy選ﬁ")))
@example("#Żółć --- @jemand www.beispiel.example https://beispiel.example/a ни\u0306и Ⅷ² 選挙です x\u200dy")
def test_words_folded_together_are_folded_as_each_alone(text: str) -> None:
    words = text.split()

    assert fold_words(words) == {word: fold_word(word) for word in words}
