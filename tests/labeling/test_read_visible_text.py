"""A status's HTML becomes what its readers see."""

from __future__ import annotations

import time

import pytest

from labeling.formats.mastodon.visible_text import visible_text

HTML = [
    ("", ""),
    ("no element", "no element"),
    ("<p>one</p><p>two</p>", "one\n\ntwo"),
    ("<p>one<br>two<br />three</p>", "one\ntwo\nthree"),
    ("<p>Tom &amp; Ana &lt;3 &#39;quoted&#39; &quot;so&quot; &eacute;&#x1F5F3;</p>", "Tom & Ana <3 'quoted' \"so\" é🗳"),
    ("<p>&amp;lt;b&amp;gt; stays text</p>", "&lt;b&gt; stays text"),
    ("<p>spread\n   over lines</p>", "spread over lines"),
    ("<p>1 < 2 and 3 > 2 <</p>", "1 < 2 and 3 > 2 <"),
    ("<ul><li>a</li><li>b</li></ul>after", "a\nb\n\nafter"),
    ("<blockquote><p>said</p></blockquote><p>answer</p>", "said\n\nanswer"),
    ("<pre><code>a\n  b</code></pre>", "a\nb"),
    ('<p>Hi <span class="h-card"><a href="https://social.example/@demo">@<span>demo</span></a></span>!</p>',
     "Hi @demo!"),
    ('<a href="https://social.example/tags/vote" class="mention hashtag">#<span>vote</span></a>ing', "#voteing"),
    ('<a href="https://a.example/long/path#frag"><span class="invisible">https://</span>'
     '<span class="ellipsis">a.example/long</span><span class="invisible">/path#frag</span></a>', "a.example/long…"),
    ('<p><span class="invisible">never closed</p><p>shown</p>', "shown"),
    ("<p>left <b>open</p></i><p>next</p>", "left open\n\nnext"),
    ("<p>kept</p><script>alert('x')</script><style>p {}</style>", "kept"),
    ("<!-- a --><p>b<!-- c -->d</p><!-- e", "bd"),
    ('<p title="a > b">text</p>', "text"),
]  # fmt: skip


@pytest.mark.parametrize(("html", "text"), HTML)
def test_html_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert visible_text(html) == text


@pytest.mark.parametrize(
    "part", ["<", "</", "<!--", "<![", "<?", "<a ", "<a b='", "<a '>", "<b>", "<b>x", "<b></i>", "<script>", "&", " \n"]
)
def test_html_made_to_be_slow_is_not(part: str) -> None:
    begun = time.process_time()
    visible_text((part * 100_000)[:100_000])
    assert time.process_time() - begun < 2
