"""Colours of series: the report's and Superset's. They keep their contrast on light and dark."""

# Paul Tol's bright scheme, and three more that are as far apart.
PALETTE = (
    *("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee"),
    *("#aa3377", "#009988", "#999999", "#bb5500"),
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
