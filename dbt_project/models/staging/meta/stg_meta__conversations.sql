{{ social_conversations('meta') }}
