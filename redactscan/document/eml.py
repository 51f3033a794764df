"""E-mail: the subject and the text of a message; attachments are files of their own."""

from __future__ import annotations

import email
from email import policy
from typing import TYPE_CHECKING

from msgspec.structs import replace

from redactscan.document import plain
from redactscan.document.flow import Flow
from redactscan.document.outcome import Document, NotText
from redactscan.record import Remark, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage, Message

SUBJECT, BODY = "subject", "body"
"""Parts of a message, as the source of a finding names them."""


def read(data: bytes, encoding: str | None = None, _declared: str | None = None) -> Document:
    """Return the subject and the body of a message, the plain one where it has two.

    The bytes of a source are those of the decoded body.
    """
    message = _message(data)
    body = message.get_body(("plain", "html"))
    content = Document("") if body is None else _content(body, encoding)
    flow: Flow[str] = Flow()
    flow.add(str(message.get("subject", "")), SUBJECT)
    flow.separate("\n\n")
    flow.add(content.text, BODY)

    def source(start: int, end: int) -> Source | None:
        for part, first, last in flow.pieces(start, end):
            where = content.source(first, last) if part == BODY else None
            return replace(where, part=part) if where else Source(part=part)
        return None

    if not flow.text:
        raise NotText("a mail without text", "empty")
    return content._replace(text=flow.text, source=source, remarks=[*content.remarks, *_cut(message)])


def attachments(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each attachment; those without a name are numbered."""
    message = _message(data)
    if not message.is_multipart():
        return
    for number, part in enumerate(message.iter_attachments(), 1):
        name = part.get_filename() or f"attachment-{number}"
        if part.get_content_type() == "message/rfc822":
            yield name if name.endswith(".eml") else f"{name}.eml", part.get_content().as_bytes()
        elif not part.is_multipart():
            yield name, _payload(part)


def _message(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=policy.default)


def _content(body: Message, encoding: str | None) -> Document:
    declared = body.get_content_charset()
    if body.get_content_type() == "text/html":
        from redactscan.document import html  # noqa: PLC0415 - of the extra

        return html.read(_payload(body), encoding, declared)
    return plain.read(_payload(body), encoding, declared)


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _cut(message: Message) -> Iterator[Remark]:
    if any(type(defect).__name__ == "CloseBoundaryNotFoundDefect" for defect in message.defects):
        yield Remark("cut", "the mail ends before its last part does")
