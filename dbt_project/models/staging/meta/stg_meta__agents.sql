{{ social_agents('meta') }}
