"""CRM, orders and payments: Salesforce, Stripe, Shopify."""

from tests.dbt_project.raw.rows import MAY, rows

_MAY = "2026-05-01T09:00:00.000Z"
_TURN = {"at": "2026-05-01T09:00:05Z", "by": "customer", "text": "Hi"}
SALESFORCE = {
    "account": rows("id name website", ("A1", "Acme Ltd", "www.acme.example")),
    "contact": rows("id account_id name", ("C1", "A1", "Ann"), ("C2", None, "Joe")),
    "cases": rows(
        "id contact_id supplied_email origin status is_closed owner_id description created_date "
        "closed_date system_modstamp",
        ("500a", "C1", None, "Web", "Closed", "true", "005a", "It broke", _MAY, _MAY, _MAY),
        ("500b", None, "joe@x.example", "Email", "On hold", "false", "00Ga", "Hello", _MAY, None,
         _MAY),
    ),
    "email_messages": rows(
        "id parent_id activity_id incoming declared_words status created_date message_date "
        "created_by_id",
        ("02sa", "500b", None, "true", "Hello", "0", _MAY, _MAY, "005b"),
        ("02sb", "500b", "00Tc", "false", "Hi Joe", "3", _MAY, None, "005b"),
    ),
    "tasks": rows(
        "id what_id who_id owner_id created_by_id task_subtype call_type call_disposition "
        "call_duration_in_seconds is_closed description created_date completed_date_time",
        ("00Ta", "500a", None, "005a", "005a", "Call", "Inbound", None, "90", "true", "Asked",
         _MAY, _MAY),
        ("00Tb", None, "003a", "005a", "005a", "Call", "Inbound", "Voicemail", None, "true",
         "Rings", _MAY, _MAY),
        ("00Tc", "500b", None, "005a", "005a", "Email", None, None, None, "true", "x", _MAY, None),
        ("00Te", None, "003a", "005a", "005a", "Call", "Outbound", None, "60", "true", None,
         "2026-05-02T09:00:00.000Z", "2026-05-02T09:00:00.000Z"),
    ),
    "messaging_sessions": rows(
        "id case_id status channel_type start_time end_time created_date system_modstamp owner_id",
        ("0Mwa", None, "Ended", "Text", _MAY, _MAY, _MAY, _MAY, "005a"),
    ),
    "live_chat_transcripts": rows(
        "id case_id contact_id status created_date end_time system_modstamp owner_id "
        "declared_turns",
        ("570a", "500a", "C1", "Completed", _MAY, _MAY, _MAY, "005a", [_TURN]),
        ("570b", None, "C1", "Completed", _MAY, _MAY, _MAY, "005a", [_TURN]),
    ),
    "case_histories": rows(
        "id case_id field old_value new_value created_by_id created_date",
        ("017a", "500b", "Status", "New", "On hold", "005b", _MAY),
        ("017b", "500b", "Owner", "005000000000001AAA", "00G000000000001AAA", "005b", _MAY),
    ),
    "users": rows(
        "id name user_type is_active system_modstamp",
        ("005a", "Olga", "Standard", "true", _MAY),
        ("005b", "Mailer", "AutomatedProcess", "true", _MAY),
    ),
    "case_statuses": rows(
        "id api_name master_label is_closed",
        ("st1", "Closed", "Closed", "true"),
        ("st2", "On hold", "On hold", "false"),
    ),
}  # fmt: skip

_ITEM = {"price": {"id": "pro", "unit_amount": 900, "recurring": {"interval": "month"}}}
STRIPE = {
    "customers": rows("id created name", ("cus_1", MAY, "Ann")),
    "charges": rows(
        "id created customer status amount currency",
        ("ch_1", MAY, "cus_1", "succeeded", 900, "eur"),
    ),
    "subscriptions": rows(
        "id created customer status currency items",
        ("sub_1", MAY, "cus_1", "active", "eur", {"data": [_ITEM]}),
    ),
}


_GIVEN_BACK = {"kind": "refund", "status": "success", "amount": "5.00", "currency": "EUR"}
SHOPIFY = {
    "customers": rows("id first_name updated_at_iso", (1, "Ann", "2026-05-01T09:00:00Z")),
    "orders": rows(
        "id customer created_at updated_at_iso total_price currency financial_status refunds",
        (11, {"id": 1}, "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z", "9.00", "EUR",
         "partially_refunded", [{"id": 5, "transactions": [_GIVEN_BACK]}]),
        (12, {"id": 1}, "2026-05-03T09:00:00Z", "2026-05-03T09:00:00Z", "9.00", "EUR", "paid", []),
    ),
    "events": rows(
        "id subject_id subject_type verb created_at_iso",
        (91, 12, "Order", "destroy", "2026-05-04T09:00:00Z"),
    ),
}  # fmt: skip
