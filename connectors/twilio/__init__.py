"""Twilio Voice: calls with their legs, recordings and transcriptions."""
