{{ social_conversations('google_play') }}
