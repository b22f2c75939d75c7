"""Messages become documents: subject, sender, date, and the text that the sender wrote."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from pipeline.dating import DateClue
from pipeline.readers import mail
from pipeline.readers.dispatch import read


def message(**bodies: str) -> EmailMessage:
    built = EmailMessage()
    built["Subject"] = "Visit to Marrow Bay – café notes"
    built["From"] = "Ines Holm <ines@example.org>"
    built["Date"] = "Mon, 14 May 2012 09:30:00 +0100"
    if "plain" in bodies:
        built.set_content(bodies["plain"])
    if "html" in bodies:
        built.add_alternative(bodies["html"], subtype="html") if "plain" in bodies else built.set_content(
            bodies["html"], subtype="html"
        )
    return built


def test_plain_text_quotes_and_signature() -> None:
    text = "The rota was\nnot kept.\n\n> Was it signed?\n\n* first\n* second\n-- \nInes\n"
    (document,) = read(message(plain=text).as_bytes(), "a.eml").documents
    assert (document.title, document.byline) == ("Visit to Marrow Bay – café notes", "Ines Holm")
    assert document.date_clues == (DateClue("structured", "sent", "Mon, 14 May 2012 09:30:00 +0100"),)
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Visit to Marrow Bay – café notes"),
        ("paragraph", "The rota was not kept."),
        ("list_item", "first"),
        ("list_item", "second"),
        ("furniture", "Was it signed?"),
        ("furniture", "Ines"),
    ]


def test_html_only_and_attachments() -> None:
    built = message(html="<html><body><p>Carers were <b>not</b> told.</p><script>x()</script></body></html>")
    built.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="plan.pdf")
    (document,) = read(built.as_bytes(), "note.txt").documents
    assert [block.text for block in document.blocks[1:]] == ["Carers were not told.", "Attachment: plan.pdf"]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "no-such-charset"])
def test_charsets_named_rightly_or_wrongly(charset: str) -> None:
    head = (
        f"Subject: x\r\nFrom: a@example.org\r\nDate: 1 May 2012\r\nMIME-Version: 1.0\r\nContent-Type: "
        f'text/plain; charset="{charset}"\r\n\r\n'
    )
    body = "Père resigned.".encode("iso-8859-1" if charset == "iso-8859-1" else "utf-8")
    (document,) = mail.read_eml(head.encode() + body, "a.eml").documents
    assert document.blocks[-1].text == "Père resigned."


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"+0100", b"+99999999999999999"),
        (b'charset="utf-8"', b'charset="utf\x00-8"'),
        (b'charset="utf-8"', b'charset="none-such"'),
    ],
)
def test_a_header_that_makes_no_sense_does_not_cost_the_message(was: bytes, now: bytes) -> None:
    source = message(plain="The rota was not kept.").as_bytes()
    assert was in source
    (document,) = read(source.replace(was, now), "a.eml").documents
    assert document.blocks[-1].text == "The rota was not kept."


def test_a_message_without_text_names_its_attachments() -> None:
    built = message(plain="\n")
    built.add_attachment(b"x", maintype="application", subtype="pdf", filename="report.pdf")
    (reject,) = read(built.as_bytes(), "a.eml").rejects
    assert reject.reason == "empty"
    assert "report.pdf" in reject.message
