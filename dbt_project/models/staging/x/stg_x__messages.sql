{{ social_messages('x') }}
