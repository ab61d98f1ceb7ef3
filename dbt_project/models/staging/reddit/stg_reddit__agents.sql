{{ social_agents('reddit') }}
