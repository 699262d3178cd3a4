"""Text in every script: hashtags, keys to compare them by, normalised text, and a guess at the language."""

from labeling.text.hashtags import Hashtag, extract_hashtags
from labeling.text.keys import exact_key, folded_key
from labeling.text.language import guess_language, language_of_tag
from labeling.text.named import NotATagError, tag_named
from labeling.text.phrases import NormalisedText, fold_word, fold_words, normalise_text

__all__ = [
    "Hashtag",
    "NormalisedText",
    "NotATagError",
    "exact_key",
    "extract_hashtags",
    "fold_word",
    "fold_words",
    "folded_key",
    "guess_language",
    "language_of_tag",
    "normalise_text",
    "tag_named",
]
