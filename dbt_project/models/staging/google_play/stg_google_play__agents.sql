{{ social_agents('google_play') }}
