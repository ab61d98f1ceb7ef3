"""Personal data: erase a person everywhere and prove it, keep rows no longer than config says.

What a text says of a person is redacted in `ml/redaction/`; who may be contacted is decided in
`outreach/`. This room only removes.
"""
