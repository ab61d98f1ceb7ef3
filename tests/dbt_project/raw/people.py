"""CRM, orders and payments: Salesforce, Stripe, Shopify."""

from tests.dbt_project.raw.rows import MAY, rows

SALESFORCE = {
    "account": rows("id name website", ("A1", "Acme Ltd", "www.acme.example")),
    "contact": rows("id account_id name", ("C1", "A1", "Ann"), ("C2", None, "Joe")),
}

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
