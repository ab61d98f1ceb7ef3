{{ social_conversations('x') }}
