{{ social_messages('meta') }}
