"""What a page says, as text."""

import pytest

from madang.system.fetch.limits import FetchLimits
from madang.system.fetch.reading import Link, of_html, of_text
from madang.system.fetch.urls import parsed

_HERE = parsed("https://page.example.com/a/b")
_LIMITS = FetchLimits()
_PAGE = """<!doctype html><html><head><title>One &amp; two</title><style>p { color: red }</style>
<script>document.write("<p>no</p>")</script></head><body><nav><a href="/menu">Menu</a></nav>
<main><h1>Heading</h1><!-- <p>hidden</p> --><p>Some <b>bold</b>
   words, 3 &lt; 4 and <a href="../c?x=1&amp;y=2#part">a <i>link</i></a>.</p>
<ul><li>first</li><li>second</ul><pre>kept
  as it is</pre><table><tr><td>x</td><td>y</td></tr></table>
<a href="javascript:alert(1)">bad</a> <a href="http://127.0.0.1/">near</a> <a href="mailto:a@b.example">mail</a>
</main>"""


def test_a_page_is_read_as_a_person_would() -> None:
    said = of_html(_PAGE, _HERE, _LIMITS)
    assert said.title == "One & two"
    assert said.text == (
        "# Heading\n\nSome bold words, 3 < 4 and a link.\n\n- first\n\n- second\n\nkept\n  as it is\n\nx \ty\n\n"
        "bad near mail"
    )
    assert said.is_whole
    assert said.links[0] == Link("https://page.example.com/c?x=1&y=2", "a link")


def test_a_link_leads_only_where_something_could_be_fetched() -> None:
    links = {link.text: link.url for link in of_html(_PAGE, _HERE, _LIMITS).links}
    # An address by numbers is refused where it is asked for; it is told here for what it is.
    assert links == {"a link": "https://page.example.com/c?x=1&y=2", "near": "http://127.0.0.1/"}


@pytest.mark.parametrize(
    "unit",
    ["<", "<!--", "<a ", "<a href='", '<a x="', "<a x==", "<script>", "</", "<title>", "<p>x", "<svg>", "&#1", "<a b>"],
)
def test_INJ_09_markup_that_never_ends_is_looked_at_once(unit: str) -> None:
    limits = FetchLimits(parts=20_000)
    many = unit * (400_000 // len(unit))
    for markup in (many, f"<a {many}", f"<pre>{many}>"):
        assert len(of_html(markup, _HERE, limits).text) <= len(markup)


def test_INJ_09_too_many_parts_words_and_links_are_cut_and_said() -> None:
    limits = FetchLimits(parts=1000, links=10, text_characters=100)
    many = of_html("<p><a href='/x'>word</a>" * 5000, _HERE, limits)
    assert (len(many.text), len(many.links), many.is_whole) == (100, 10, False)
    assert of_html("<b>a" * 600, _HERE, FetchLimits(parts=1000)).is_whole is False
    assert of_text("a" * 101, limits).is_whole is False
    assert of_text("a" * 100, limits).is_whole is True
    assert of_html(f"&#{'9' * 5000};<p>after", _HERE, _LIMITS).text.endswith("after")


def test_an_attribute_may_hold_what_ends_a_tag() -> None:
    assert of_html('<p title="a > b" class=\'>\'>word<img alt="</p>">', _HERE, _LIMITS).text == "word"
