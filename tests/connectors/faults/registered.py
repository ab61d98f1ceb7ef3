"""The connectors that go through the faults: one entry each.

An entry (`tried.py`) names the vendor's sample server over a little data, how to sign in, settings
that make several pages of it, and which fields of its records may surprise. Nothing else is needed:
every fault is tried on every entry.

Not here: what does not speak HTTP (email, file drops), and amazon_connect, whose requests are
boto3's: it retries, waits and words errors in its own way. test_amazon_connect_faults.py has those.
"""

from tests.connectors.faults.tried import Tried
from tests.connectors.faults.vendors_desks import DESKS
from tests.connectors.faults.vendors_first import FIRST
from tests.connectors.faults.vendors_help import HELP
from tests.connectors.faults.vendors_public import PUBLIC

__all__ = ["CONNECTORS", "Tried"]

CONNECTORS: tuple[Tried, ...] = (*FIRST, *DESKS, *HELP, *PUBLIC)
