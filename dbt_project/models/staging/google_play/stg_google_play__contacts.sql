{{ social_contacts('google_play') }}
