"""HubSpot: contacts, companies, tickets, survey answers, inbox threads."""
