"""From a mail's MIME parts to text, and from its text to the author's own words.

Charsets lie: what does not decode as declared is read as UTF-8, then as Windows-1252, and noted.
"""

import re
from email.message import Message

from lxml import etree, html
from mailparser_reply.parser import EmailMessage as Quoting

LANGUAGES = ("en", "de", "fr", "es", "it", "nl")
# Reply marks are looked for in this much text; their patterns are quadratic in line length and in
# runs of empty lines, so both are cut before.
LONGEST_TEXT = 40_000
_LONG_LINE = re.compile(r"[^\n]{900}\S*")
_EMPTY_LINES = re.compile(r"(?:[ \t]*\n){3,}")
_SIGNATURE = re.compile(r"^-- ?\n.*", re.DOTALL | re.MULTILINE)
_BLOCKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "pre"}
_QUOTES = "//blockquote | //*[contains(@class, 'gmail_quote')] | //*[@id='divRplyFwdMsg']"
_UNSEEN = "//script | //style | //head | //title | //comment()"


def body_text(mail: Message, defects: list[str]) -> str:
    """The text a person would read: text/plain parts, else HTML as text; never attachments."""
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for part in mail.walk():
        kind = part.get_content_type()
        if part.is_multipart() or kind not in texts or part.get_filename():
            continue
        texts[kind].append(_decoded(part, defects))
    plain = "\n".join(text for text in texts["text/plain"] if text.strip())
    return plain or "\n".join(html_text(page) for page in texts["text/html"])


def _decoded(part: Message, defects: list[str]) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    declared = (part.get_content_charset() or "utf-8").strip("\"' ")
    for charset in (declared, "utf-8"):
        try:
            return _clean(raw.decode(charset))
        except (LookupError, ValueError):
            if (defect := f"charset {declared}"[:60]) not in defects:
                defects.append(defect)
    return _clean(raw.decode("cp1252", "replace"))


def _clean(text: str) -> str:
    """Unix line ends; no NUL, which neither Parquet readers nor databases all take."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def html_text(page: str) -> str:
    """Text of an HTML mail, a line per block, what it quotes left out."""
    try:
        tree = html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    quotes = tree.xpath(_QUOTES)
    for element in tree.xpath(_UNSEEN) + quotes:
        if element.getparent() is not None:
            element.drop_tree()
    for element in tree.iter(*_BLOCKS):
        element.tail = "\n" + (element.tail or "")
    lines = (" ".join(line.split()) for line in tree.text_content().split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    # The parser gives up on absurd nesting; then the tags are just cut out.
    if not text and not quotes:
        return " ".join(re.sub(r"<[^<>]*>", " ", page).split())
    return text


def own_words(text: str) -> str:
    """The newest part of a mail without what it quotes and without the signature under `-- `."""
    kept = _EMPTY_LINES.sub("\n\n", text[:LONGEST_TEXT])
    kept = _LONG_LINE.sub(lambda line: line[0] + "\n", kept)
    newest = Quoting(text=kept, languages=list(LANGUAGES), keep_hyphen_lists=True).read().replies[0]
    words: str = newest.full_body if newest.headers else newest.content
    lines = [line for line in words.split("\n") if not line.startswith(">")]
    return _SIGNATURE.sub("", "\n".join(lines) + "\n").strip()
