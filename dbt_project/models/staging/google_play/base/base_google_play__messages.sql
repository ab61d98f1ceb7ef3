{{ store_messages('google_play') }}
