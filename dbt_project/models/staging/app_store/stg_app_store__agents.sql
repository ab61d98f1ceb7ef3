{{ social_agents('app_store') }}
