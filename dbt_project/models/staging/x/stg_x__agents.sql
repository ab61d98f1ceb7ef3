{{ social_agents('x') }}
