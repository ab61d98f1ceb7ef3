"""Amazon Connect: contacts (calls, chats, e-mails), transcripts, agents and queues."""
