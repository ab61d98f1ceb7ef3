"""Colours of series: the report's and Superset's. They keep their contrast on light and dark."""

# Paul Tol's bright scheme, and three more for a ninth channel at the latest.
PALETTE = (
    *("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee"),
    *("#aa3377", "#009988", "#999999", "#ee7733"),
)
# Those that most companies have first, by name: as the report's charts count the colours off.
CHANNELS = dict(
    zip(
        (
            *("chat", "chatbot", "email", "phone", "social", "ticket"),
            *("in_person", "self_service", "survey"),
        ),
        PALETTE,
        strict=True,
    )
)
