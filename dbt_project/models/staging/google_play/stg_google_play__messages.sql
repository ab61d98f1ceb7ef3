{{ social_messages('google_play') }}
