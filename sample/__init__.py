"""The sample company Fernhill: a seeded world with known truth, and vendors that serve it."""

from sample.generator import generate
from sample.generator.sizes import AS_OF, SIZES

__all__ = ["AS_OF", "SIZES", "generate"]
