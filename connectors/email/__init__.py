"""Mailboxes over IMAP: every mail of the named folders, its own words cut from what it quotes."""
