"""What can be wrong with a model; apart, since the front door knows it and imports no model."""


class BadModel(RuntimeError):
    """The artefact, or a checkpoint in place of a head, cannot serve; the message says why."""
