"""What to do about each customer on a list: `playbook.yml` says it, `assign` writes it down.

A play is chosen by the reasons that put the customer on the list. It names who acts, how, until
when and with which words.
"""

from outreach.playbook.assign import assign, assign_all
from outreach.playbook.book import BadPlaybook, Playbook, read_playbook

__all__ = ["BadPlaybook", "Playbook", "assign", "assign_all", "read_playbook"]
