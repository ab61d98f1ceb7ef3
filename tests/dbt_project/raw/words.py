"""Mails and chats: e-mail, Drift."""

from tests.dbt_project.raw.rows import MAY, rows

_MAIL = (
    "message_id sent_at from_address counterpart_address subject_key is_reply_subject is_own "
    "thread_root"
)
EMAIL = {
    "messages": [
        {"is_automatic": False, "is_spam": False, "subject": mail["subject_key"], **mail}
        for mail in rows(
            _MAIL,
            # A chain in which every mail only names the one before it.
            ("a", "2026-05-01T09:00:00Z", "ann@x.org", "ann@x.org", "bill", False, False, "a"),
            ("b", "2026-05-01T10:00:00Z", "us@acme.org", "ann@x.org", "bill", True, True, "a"),
            ("c", "2026-05-01T11:00:00Z", "ann@x.org", "ann@x.org", "bill", True, False, "b"),
            ("d", "2026-05-01T12:00:00Z", "us@acme.org", "ann@x.org", "bill", True, True, "c"),
            # Without thread headers: the answer goes to the nearest of the same subject.
            ("m", "2026-05-03T09:00:00Z", "joe@x.org", "joe@x.org", "lamp", False, False, "m"),
            ("n", "2026-05-09T09:00:00Z", "joe@x.org", "joe@x.org", "lamp", False, False, "n"),
            ("o", "2026-05-10T09:00:00Z", "us@acme.org", "joe@x.org", "lamp", True, True, "o"),
        )
    ]
}  # fmt: skip


_BY_ANN, _BY_BOB = {"id": 11, "type": "contact"}, {"id": 5, "type": "user", "bot": False}
DRIFT = {
    "contacts": rows("id created_at attribute_name", ("11", MAY * 1000, "Ann")),
    "users": rows("id name bot created_at", ("5", "Bob", False, MAY * 1000)),
    "conversations": rows(
        "id contact_id status created_at updated_at conversation_tags",
        ("1", "11", "closed", MAY * 1000, MAY * 1000, [{"name": "vip"}]),
        ("2", "11", "open", MAY * 1000, MAY * 1000, []),
    ),
    "messages": rows(
        "id conversation_id type body_text author created_at",
        ("1", "1", "chat", "hello", _BY_ANN, MAY * 1000),
        ("2", "1", "chat", "hi", _BY_BOB, MAY * 1000 + 1),
        ("3", "2", "chat", "beep", {"id": 6, "type": "user", "bot": True}, MAY * 1000),
    ),
}  # fmt: skip
