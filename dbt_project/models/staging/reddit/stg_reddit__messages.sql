{{ social_messages('reddit') }}
