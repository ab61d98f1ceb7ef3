"""Take personal data out of what people wrote, before anything else reads it.

`predict.redact_texts` and `predict.redact_warehouse` are the doors. Behind them: `view` (how a text
is read), one module per family of rules (`contact`, `numbers`, `secret`, `address`, `name`),
`redact` (overlaps, placeholders), `evaluate` (precision and recall per kind on texts of known
content).
"""
