"""Salesforce: accounts and contacts; cases, mails, tasks, chats where they are named."""
